package dev.demitasse.engine;

import dev.demitasse.chat.ToolCall;
import dev.demitasse.sampling.LogProbs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one step of a {@link Generation} brought. */
public sealed interface Event {
    /**
     * {@code done} of {@code total} tokens are in the KV cache: the prompt's, and after {@link Generation#resume} the
     * answer's so far, too.
     */
    record Prefill(int done, int total) implements Event {}

    /**
     * A token was generated.
     *
     * @param reasoning of the model's, before its answer, that became certain with it
     * @param text what became certain with it; empty while a character, a marker or a stop text may still be incomplete
     * @param logProbs if they were asked for
     */
    record Token(
            int id, String reasoning, String text, @Nullable LogProbs logProbs) implements Event {}

    /**
     * The answer is complete; no events follow.
     *
     * @param reasoning what had been held back
     * @param text likewise
     * @param toolCalls that the model asks for
     */
    record Finished(FinishReason reason, String reasoning, String text, List<ToolCall> toolCalls, Usage usage)
            implements Event {}
}
