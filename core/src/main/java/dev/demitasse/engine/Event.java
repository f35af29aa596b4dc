package dev.demitasse.engine;

/** What one step of a {@link Generation} brought. */
public sealed interface Event {
    /** {@code done} of the prompt's {@code total} tokens are in the KV cache. */
    record Prefill(int done, int total) implements Event {}

    /**
     * A token was generated.
     *
     * @param text what became certain with it; empty while a character or a stop text may still be incomplete
     */
    record Token(int id, String text) implements Event {}

    /**
     * The answer is complete; no events follow.
     *
     * @param text what had been held back
     */
    record Finished(FinishReason reason, String text, Usage usage) implements Event {}
}
