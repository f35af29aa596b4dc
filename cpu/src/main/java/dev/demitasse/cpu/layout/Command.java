package dev.demitasse.cpu.layout;

import dev.demitasse.backend.KvType;

/**
 * The fields of a command. All commands have the same form; each uses the fields that its {@link Opcode} needs. The fields of products by
 * matrices fill the first cache line.
 */
public final class Command {
    private static final StructLayout FIELDS = new StructLayout(0);

    public static final EnumField<Opcode> OPCODE = FIELDS.enumeration();
    /** Packing of the matrix. */
    public static final EnumField<Packing> PACKING = FIELDS.enumeration();

    public static final AddressField IN = FIELDS.address();
    public static final AddressField OUT = FIELDS.address();
    public static final AddressField WEIGHTS = FIELDS.address();
    /** Bias of a product, or 0 for none. */
    public static final AddressField BIAS = FIELDS.address();
    /** Addend of a product, or 0 for none. */
    public static final AddressField ADDEND = FIELDS.address();

    /** Number of rows: 1, {@link #AS_TOKENS} or {@link #AS_OUTPUTS}. */
    public static final IntField ROWS = FIELDS.int32();
    /** A value of {@link #ROWS}: a row for each token of the batch. */
    public static final int AS_TOKENS = 0;
    /** A value of {@link #ROWS}: a row for each token whose logits are wanted. */
    public static final int AS_OUTPUTS = -1;

    /** Elements of a row of {@link #IN}; of a norm, those that are normalized together. */
    public static final IntField COLUMNS = FIELDS.int32();
    /** Elements of a row of {@link #OUT}. */
    public static final IntField OUT_COLUMNS = FIELDS.int32();

    /** Chunks of the command's work, up to {@link #MAX_CHUNKS}; of a barrier, the number of commands that it waits for. */
    public static final IntField CHUNKS = FIELDS.int32();

    /** Second operand: of a gated activation {@code up}, of stored keys the values. */
    public static final AddressField SECOND_IN = FIELDS.address();
    /** Cosines and sines of the batch's angles, {@code [token][pair]} each. */
    public static final AddressField COSINES = FIELDS.address();

    public static final AddressField SINES = FIELDS.address();
    /** Results of attention, {@code [token][split][head]}; see {@link Scratch}. */
    public static final AddressField SPLIT_RESULTS = FIELDS.address();

    /** Offset of a layer's keys from {@link Control#KV}. */
    public static final AddressField KEYS = FIELDS.address();

    public static final AddressField VALUES = FIELDS.address();
    public static final IntField HEADS = FIELDS.int32();
    public static final IntField KV_HEADS = FIELDS.int32();
    public static final IntField HEAD_SIZE = FIELDS.int32();
    public static final EnumField<KvType> KV_TYPE = FIELDS.enumeration();

    /** Number of positions that a token sees. */
    public static final IntField WINDOW = FIELDS.int32();
    /** Number of tiles that the layer's cache holds, after which the next one overwrites the first. */
    public static final IntField RING_TILES = FIELDS.int32();
    /** Bytes from a tile of the layer's cache to the next one. */
    public static final IntField TILE_STRIDE = FIELDS.int32();
    /** Number of splits of the positions. */
    public static final IntField SPLITS = FIELDS.int32();

    /** Number of pairs of a head that are rotated. */
    public static final IntField PAIRS = FIELDS.int32();
    /** Elements between the two of a pair. */
    public static final IntField PAIR_DISTANCE = FIELDS.int32();
    /** Elements from a pair to the next one. */
    public static final IntField PAIR_STRIDE = FIELDS.int32();

    /** Factor on embeddings, or on the scores of attention. */
    public static final FloatField SCALE = FIELDS.float32();
    /** Addend to the mean square of a norm. */
    public static final FloatField EPSILON = FIELDS.float32();
    /** Cap on logits or scores; on scores 0 for none. */
    public static final FloatField SOFT_CAP = FIELDS.float32();

    /** The next chunk, in the low {@link #CHUNK_BITS} bits, and above them the job that it belongs to. Threads contend for it. */
    public static final IntField TICKET = FIELDS.onNextLine().int32();
    /** Number of chunks that are done. */
    public static final IntField DONE = FIELDS.int32();
    /** Number of threads that sleep until all chunks are done. */
    public static final IntField SLEEPERS = FIELDS.int32();

    public static final int BYTES = FIELDS.bytes();

    public static final int CHUNK_BITS = 8;
    public static final int MAX_CHUNKS = (1 << CHUNK_BITS) - 1;

    private Command() {}
}
