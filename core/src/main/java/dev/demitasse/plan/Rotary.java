package dev.demitasse.plan;

import org.jspecify.annotations.Nullable;

/**
 * Rotary position embedding (Su et al. 2021, "RoFormer"): pair {@code i} of a head's first {@link #dimensions()} elements is rotated by the
 * angle {@code position · inverseFrequency(i)}, and multiplied by {@link #attentionFactor()}.
 */
public final class Rotary {
    /** The elements of pair {@code i}. */
    public enum Pairing {
        /** {@code 2i} and {@code 2i + 1}: the paper's; also GGUF files of llama models, whose rows are permuted for it. */
        INTERLEAVED,
        /** {@code i} and {@code i + dimensions / 2}: GPT-NeoX's and Hugging Face's. */
        NEOX
    }

    private final Pairing pairing;
    private final float[] inverseFrequencies;
    private final float attentionFactor;

    private Rotary(Pairing pairing, float[] inverseFrequencies, float attentionFactor) {
        this.pairing = pairing;
        this.inverseFrequencies = inverseFrequencies;
        this.attentionFactor = attentionFactor;
    }

    /**
     * Returns RoPE with the frequencies {@code base^(-2i / dimensions)}.
     *
     * @param dimensions number of elements of a head that are rotated, even
     * @param base also called theta; 10000 in the paper
     */
    public static Rotary of(Pairing pairing, int dimensions, float base) {
        float[] table = new float[dimensions / 2];
        for (int i = 0; i < table.length; i++) {
            table[i] = (float) (1 / Math.pow(base, 2.0 * i / dimensions));
        }
        return new Rotary(pairing, table, 1);
    }

    /** Returns RoPE with position interpolation (Chen et al. 2023): divides all frequencies by {@code factor}. */
    public Rotary interpolated(float factor) {
        float[] table = new float[inverseFrequencies.length];
        for (int i = 0; i < table.length; i++) {
            table[i] = inverseFrequencies[i] / factor;
        }
        return new Rotary(pairing, table, attentionFactor);
    }

    /** Returns RoPE with the same frequencies and another {@link #attentionFactor}. */
    public Rotary withAttentionFactor(float newFactor) {
        return new Rotary(pairing, inverseFrequencies, newFactor);
    }

    /**
     * Returns RoPE scaled by YaRN (Peng et al. 2023): pairs with many rotations in the trained context keep their frequency, those with few
     * have it divided by {@code factor}, with a ramp between. The attention factor is {@code 0.1 ln(factor) + 1}.
     *
     * @param trainedContext number of positions in training
     * @param betaFast pairs with at least this number of rotations keep their frequency (beta in the paper, 32)
     * @param betaSlow pairs with at most this number of rotations have it divided (alpha in the paper, 1)
     */
    public static Rotary yarn(
            Pairing pairing,
            int dimensions,
            float base,
            float factor,
            int trainedContext,
            float betaFast,
            float betaSlow) {
        double low = Math.max(Math.floor(pairWithRotations(betaFast, dimensions, base, trainedContext)), 0);
        double high =
                Math.min(Math.ceil(pairWithRotations(betaSlow, dimensions, base, trainedContext)), dimensions - 1);
        float[] table = new float[dimensions / 2];
        for (int i = 0; i < table.length; i++) {
            double frequency = 1 / Math.pow(base, 2.0 * i / dimensions);
            double divided = Math.max(0, Math.min(1, (i - low) / Math.max(high - low, 0.001)));
            table[i] = (float) (frequency / factor * divided + frequency * (1 - divided));
        }
        return new Rotary(pairing, table, factor > 1 ? (float) (0.1 * Math.log(factor) + 1) : 1);
    }

    /** Returns the index, a fraction in general, of the pair that rotates this number of times in {@code context} positions. */
    private static double pairWithRotations(double rotations, int dimensions, double base, int context) {
        return dimensions * Math.log(context / (rotations * 2 * Math.PI)) / (2 * Math.log(base));
    }

    /** Returns the factor of the rotated elements. */
    public float attentionFactor() {
        return attentionFactor;
    }

    public Pairing pairing() {
        return pairing;
    }

    /** Returns the number of elements of a head that are rotated; those after them do not change. */
    public int dimensions() {
        return 2 * inverseFrequencies.length;
    }

    /**
     * Returns the angle of pair {@code i} at a position, in radians.
     *
     * @param factors divide the frequencies, one for each pair; null for none
     */
    public float angle(int position, int i, float @Nullable [] factors) {
        return position * (factors == null ? inverseFrequencies[i] : inverseFrequencies[i] / factors[i]);
    }

    /** Returns the angle of pair {@code i} for each position, in radians. */
    public float inverseFrequency(int i) {
        return inverseFrequencies[i];
    }
}
