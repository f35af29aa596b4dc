package dev.demitasse.engine;

/** Why an answer ended. */
public enum FinishReason {
    /** The model said so, or a stop text was reached. */
    STOP,
    /** {@code maxTokens} were generated or the context is full. */
    LENGTH,
    /** It was cancelled. */
    ABORT
}
