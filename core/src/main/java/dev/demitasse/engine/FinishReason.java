package dev.demitasse.engine;

/** Reason for the end of an answer. */
public enum FinishReason {
    /** The model ended it, or a stop text was reached. */
    STOP,
    /** The model asks for tool calls. */
    TOOL_CALLS,
    /** {@code maxTokens} were generated, or the context is full. */
    LENGTH,
    /** It was cancelled. */
    ABORT
}
