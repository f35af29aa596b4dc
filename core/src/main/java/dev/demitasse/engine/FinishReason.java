package dev.demitasse.engine;

/** Why an answer ended. */
public enum FinishReason {
    /** The model said so, or a stop text was reached. */
    STOP,
    /** The model asks for tools to be called. */
    TOOL_CALLS,
    /** {@code maxTokens} were generated or the context is full. */
    LENGTH,
    /** It was cancelled. */
    ABORT
}
