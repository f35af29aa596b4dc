package dev.demitasse.engine;

import dev.demitasse.chat.ToolCall;
import dev.demitasse.sampling.LogProbs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Result of a step of a {@link Generation}. */
public sealed interface Event {
    /**
     * A batch of tokens was read: {@code done} of {@code total} are in the KV cache. These are the prompt's, and after
     * {@link Generation#resume} also the answer's so far.
     */
    record Prefill(int done, int total) implements Event {}

    /**
     * A token was generated.
     *
     * @param reasoning text before the answer that is certain with this token
     * @param text text of the answer that is certain with this token; empty while a character, a marker or a stop text may be incomplete
     * @param logProbs null if they were not asked for
     */
    record Token(
            int id, String reasoning, String text, @Nullable LogProbs logProbs) implements Event {}

    /**
     * The answer is complete. No events follow.
     *
     * @param reasoning rest of the reasoning, which had been held back
     * @param text rest of the text, which had been held back
     * @param toolCalls tool calls that the model asks for
     */
    record Finished(FinishReason reason, String reasoning, String text, List<ToolCall> toolCalls, Usage usage)
            implements Event {}
}
