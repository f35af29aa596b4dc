package dev.demitasse.cpu.layout;

/** The control block at the start of memory: addresses of what threads share. Words that threads wait on have a cache line each. */
public final class Control {
    /** Counts the programs started. */
    public static final int JOBS = 64;
    /** Threads that sleep until the next program. */
    public static final int IDLE = 128;

    /** Address of the program to run. */
    public static final int PROGRAM = 192;
    /** Tokens of the batch. */
    public static final int TOKENS = 200;
    /** Position of the batch's first token. */
    public static final int POSITION = 204;
    /** The last tokens of the batch, of which logits are asked for. */
    public static final int LOGITS = 208;
    /** Address of the threads' scratch memory, and bytes of each. */
    public static final int SCRATCH = 216;

    public static final int SCRATCH_BYTES = 224;
    /** Address of the KV cache. */
    public static final int KV = 232;

    /** Where everything else begins. */
    public static final int END = 256;

    private Control() {}
}
