package dev.demitasse.cpu.layout;

/** The fields of the control block at the start of memory, by which backend and threads communicate. */
public final class Control {
    /** Address 0 stands for none, so the first cache line stays unused. */
    private static final StructLayout FIELDS = new StructLayout(CacheLine.BYTES);

    /** Number of programs started. Threads wait on it. */
    public static final IntField JOBS = FIELDS.int32();
    /** Number of threads that sleep until the next program. */
    public static final IntField IDLE = FIELDS.onNextLine().int32();

    /** Address of the program to run. */
    public static final AddressField PROGRAM = FIELDS.onNextLine().address();
    /** Number of tokens of the batch. */
    public static final IntField TOKENS = FIELDS.int32();
    /** Position of the batch's first token. */
    public static final IntField POSITION = FIELDS.int32();
    /** Number of tokens, the last ones of the batch, whose logits are wanted. */
    public static final IntField OUTPUTS = FIELDS.int32();
    /** Address of the threads' scratch memory. */
    public static final AddressField SCRATCH = FIELDS.address();
    /** Bytes of each thread's scratch memory. */
    public static final IntField SCRATCH_BYTES = FIELDS.int32();
    /** Address of the KV cache. */
    public static final AddressField KV = FIELDS.address();

    public static final int BYTES = FIELDS.bytes();

    private Control() {}
}
