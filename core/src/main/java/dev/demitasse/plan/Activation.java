package dev.demitasse.plan;

/** What a gate is passed through. */
public enum Activation {
    /** {@code x / (1 + e⁻ˣ)}. */
    SILU,
    /** {@code x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))}: GELU's approximation (Hendrycks and Gimpel 2016). */
    GELU_TANH
}
