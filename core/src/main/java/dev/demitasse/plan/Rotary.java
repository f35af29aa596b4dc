package dev.demitasse.plan;

import org.jspecify.annotations.Nullable;

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
     * The unscaled table {@code base^(-2i / dimensions)}.
     *
     * @param dimensions even; elements of each head that are turned
     * @param base the paper's 10000, also called theta
     */
    public static Rotary of(Pairing pairing, int dimensions, float base) {
        float[] table = new float[dimensions / 2];
        for (int i = 0; i < table.length; i++) {
            table[i] = (float) (1 / Math.pow(base, 2.0 * i / dimensions));
        }
        return new Rotary(pairing, table, 1);
    }

    /** Position interpolation (Chen et al. 2023): all frequencies divided by {@code factor}. */
    public Rotary interpolated(float factor) {
        float[] table = new float[inverseFrequencies.length];
        for (int i = 0; i < table.length; i++) {
            table[i] = inverseFrequencies[i] / factor;
        }
        return new Rotary(pairing, table, attentionFactor);
    }

    /** The same turns, with another {@link #attentionFactor}. */
    public Rotary withAttentionFactor(float newFactor) {
        return new Rotary(pairing, inverseFrequencies, newFactor);
    }

    /**
     * YaRN (Peng et al. 2023): pairs that turn fast over the trained context keep their frequency, those that turn slowly have
     * it divided by {@code factor}, with a ramp between; all are lengthened by {@code 0.1 ln(factor) + 1}.
     *
     * @param trainedContext positions of the model's training
     * @param betaFast pairs with at least so many turns in the trained context keep their frequency (beta, 32)
     * @param betaSlow pairs with at most so many are divided (alpha, 1)
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

    /** The pair, in general a fraction, which makes so many turns over {@code context} positions. */
    private static double pairWithRotations(double rotations, int dimensions, double base, int context) {
        return dimensions * Math.log(context / (rotations * 2 * Math.PI)) / (2 * Math.log(base));
    }

    /** Factor on the length of the turned elements. */
    public float attentionFactor() {
        return attentionFactor;
    }

    public Pairing pairing() {
        return pairing;
    }

    /** Elements of a head that are turned; those after them stay. */
    public int dimensions() {
        return 2 * inverseFrequencies.length;
    }

    /**
     * Radians by which pair {@code i} is turned at a position.
     *
     * @param factors divide the frequencies, one for each pair; null for none
     */
    public float angle(int position, int i, float @Nullable [] factors) {
        return position * (factors == null ? inverseFrequencies[i] : inverseFrequencies[i] / factors[i]);
    }

    /** Radians per position of pair {@code i}. */
    public float inverseFrequency(int i) {
        return inverseFrequencies[i];
    }
}
