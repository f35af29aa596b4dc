package dev.demitasse.gguf;

/**
 * Storage type of a tensor: its id in GGUF files and its block size (ggml's {@code enum ggml_type} and {@code ggml-quants.h}). A
 * row is a whole number of blocks.
 */
public enum TensorType {
    F32(0, 1, 4),
    F16(1, 1, 2),
    Q4_0(2, 32, 18),
    Q4_1(3, 32, 20),
    Q5_0(6, 32, 22),
    Q5_1(7, 32, 24),
    Q8_0(8, 32, 34),
    Q2_K(10, 256, 84),
    Q3_K(11, 256, 110),
    Q4_K(12, 256, 144),
    Q5_K(13, 256, 176),
    Q6_K(14, 256, 210),
    IQ4_NL(20, 32, 18),
    IQ4_XS(23, 256, 136),
    BF16(30, 1, 2);

    private static final TensorType[] VALUES = values();

    /** Names of ggml's other types by id, for messages. */
    private static final String[] UNSUPPORTED = {
        "",
        "",
        "",
        "",
        "Q4_2",
        "Q4_3",
        "",
        "",
        "",
        "Q8_1",
        "",
        "",
        "",
        "",
        "",
        "Q8_K",
        "IQ2_XXS",
        "IQ2_XS",
        "IQ3_XXS",
        "IQ1_S",
        "",
        "IQ3_S",
        "IQ2_S",
        "",
        "I8",
        "I16",
        "I32",
        "I64",
        "F64",
        "IQ1_M",
        "",
        "Q4_0_4_4",
        "Q4_0_4_8",
        "Q4_0_8_8",
        "TQ1_0",
        "TQ2_0",
        "",
        "",
        "",
        "MXFP4"
    };

    private final int id;
    private final int blockSize;
    private final int blockBytes;

    TensorType(int id, int blockSize, int blockBytes) {
        this.id = id;
        this.blockSize = blockSize;
        this.blockBytes = blockBytes;
    }

    /** Returns the number of the type in GGUF files. */
    public int id() {
        return id;
    }

    /** Returns the number of elements of a block; 1 for float types. */
    public int blockSize() {
        return blockSize;
    }

    /** Returns the number of bytes of a block. */
    public int blockBytes() {
        return blockBytes;
    }

    /** Returns the bytes of {@code elements} elements, a multiple of {@link #blockSize()}. */
    public long bytes(long elements) {
        return Math.multiplyExact(elements / blockSize, (long) blockBytes);
    }

    /**
     * Returns the type with a GGUF id.
     *
     * @throws GgufException naming the tensor, if there is no such type
     */
    static TensorType of(int id, String tensor) {
        for (TensorType type : VALUES) {
            if (type.id == id) {
                return type;
            }
        }
        String name = id >= 0 && id < UNSUPPORTED.length ? UNSUPPORTED[id] : "";
        throw new GgufException("tensor " + tensor + " has type " + Integer.toUnsignedString(id)
                + (name.isEmpty() ? "" : " (" + name + ")") + ", which is not a supported quantization type");
    }
}
