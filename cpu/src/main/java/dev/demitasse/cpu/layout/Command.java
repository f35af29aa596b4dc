package dev.demitasse.cpu.layout;

/**
 * Places of a command's fields, in bytes. All commands have the same form; each uses the fields that it needs. Addresses take 8 bytes,
 * everything else 4.
 */
public final class Command {
    public static final int BYTES = 192;

    /** Ordinal of the {@link Opcode}. */
    public static final int OPCODE = 0;
    /** Ordinal of the matrix's {@link Packing}. */
    public static final int PACKING = 4;

    public static final int IN = 8;
    public static final int OUT = 16;
    public static final int WEIGHTS = 24;
    /** Second operand: the factor of a gate, the value beside a key. */
    public static final int OTHER = 32;
    /** Bias of a product, or 0. */
    public static final int BIAS = 40;
    /** What a product is added to, or 0. */
    public static final int ADDEND = 48;

    /** Of a layer's keys in the cache, from {@link Control#KV} on. */
    public static final int KEYS = 56;

    public static final int VALUES = 64;

    /** 1, {@link #AS_TOKENS} or {@link #AS_LOGITS}. */
    public static final int ROWS = 72;
    /** As many rows as the batch has tokens. */
    public static final int AS_TOKENS = 0;
    /** As many rows as logits are asked for. */
    public static final int AS_LOGITS = -1;

    /** Elements of a row of {@link #IN}; of a run that is normalized. */
    public static final int COLUMNS = 76;
    /** Elements of a row of {@link #OUT}. */
    public static final int OUT_COLUMNS = 80;

    /** Shares of the positions that have results of their own. */
    public static final int SHARES = COLUMNS;

    public static final int HEADS = 84;
    public static final int KV_HEADS = 88;
    public static final int HEAD_SIZE = 92;
    public static final int WINDOW = 96;
    /** Tiles of the layer's cache that are different: the next one lies where the first did. */
    public static final int RING = 100;
    /** Pairs of a head that are turned. */
    public static final int PAIRS = 104;
    /** Bytes from a tile of the layer's cache to the next. */
    public static final int TILE_STRIDE = PAIRS;
    /** Elements between those of a pair. */
    public static final int PARTNER = 108;
    /** Ordinal of the {@link dev.demitasse.backend.KvType}. */
    public static final int KV_TYPE = PARTNER;
    /** Elements from a pair to the next. */
    public static final int STEP = 112;

    /** Float32: scale, epsilon or cap. */
    public static final int SCALE = 116;
    /** Float32: cap on scores, 0 for none. */
    public static final int SOFT_CAP = 120;

    /** Pieces that the command's work comes in, at most {@link #MOST_CHUNKS}; of a barrier, the commands that it waits for. */
    public static final int CHUNKS = 124;
    /** The next chunk to be done, in the low 8 bits, and the job it belongs to. A cache line of its own: threads contend for it. */
    public static final int TICKET = 128;
    /** Chunks that are done. */
    public static final int DONE = 132;
    /** Threads that sleep until all are. */
    public static final int SLEEPERS = 136;

    public static final int CHUNK_BITS = 8;
    public static final int MOST_CHUNKS = (1 << CHUNK_BITS) - 1;

    private Command() {}
}
