package dev.demitasse.plan;

/** Activation function of a gate. */
public enum Activation {
    /** {@code x / (1 + e⁻ˣ)}. */
    SILU,
    /** {@code x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))}: the approximation of GELU (Hendrycks and Gimpel 2016). */
    GELU_TANH
}
