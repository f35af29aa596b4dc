package dev.demitasse.cpu.layout;

/** The control block at the start of memory: addresses of what threads share. Words that threads wait on have a cache line each. */
public final class Control {
    /** Threads that have reached the barrier. */
    public static final int ARRIVED = 64;
    /** Counts the barriers passed. */
    public static final int PHASE = 128;
    /** Threads that sleep at the barrier. */
    public static final int SLEEPERS = 192;
    /** Counts the programs started. */
    public static final int JOBS = 256;
    /** Threads that sleep until the next program. */
    public static final int IDLE = 320;

    /** Address of the program to run. */
    public static final int PROGRAM = 384;
    /** Number of threads. */
    public static final int THREADS = 392;
    /** Tokens of the batch. */
    public static final int TOKENS = 396;
    /** Position of the batch's first token. */
    public static final int POSITION = 400;
    /** Address of the threads' scratch memory, and bytes of each. */
    public static final int SCRATCH = 408;

    public static final int SCRATCH_BYTES = 416;

    /** Where everything else begins. */
    public static final int END = 1024;

    private Control() {}
}
