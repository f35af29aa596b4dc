package dev.demitasse.plan;

/**
 * Rotary position embedding (Su et al. 2021, "RoFormer"): pair {@code i} of a head's first {@link #dimensions()} elements
 * is turned by the angle {@code position · inverseFrequency(i)}.
 */
public final class Rotary {
    /** Which elements make a pair. */
    public enum Pairing {
        /** {@code 2i} with {@code 2i + 1}: the paper's; GGUF files of llama models, whose rows are permuted for it. */
        INTERLEAVED,
        /** {@code i} with {@code i + dimensions / 2}: GPT-NeoX's and Hugging Face's. */
        HALVES
    }

    private final Pairing pairing;
    private final float[] inverseFrequencies;

    private Rotary(Pairing pairing, float[] inverseFrequencies) {
        this.pairing = pairing;
        this.inverseFrequencies = inverseFrequencies;
    }

    /**
     * The unscaled table {@code base^(-2i / dimensions)}.
     *
     * @param dimensions even; elements of each head that are turned
     * @param base the paper's 10000, also called theta
     */
    public static Rotary of(Pairing pairing, int dimensions, float base) {
        float[] table = new float[dimensions / 2];
        for (int i = 0; i < table.length; i++) {
            table[i] = (float) (1.0 / Math.pow(base, 2.0 * i / dimensions));
        }
        return new Rotary(pairing, table);
    }

    public Pairing pairing() {
        return pairing;
    }

    /** Elements of a head that are turned; those after them stay. */
    public int dimensions() {
        return 2 * inverseFrequencies.length;
    }

    /** Radians per position of pair {@code i}. */
    public float inverseFrequency(int i) {
        return inverseFrequencies[i];
    }
}
