package dev.demitasse.engine;

import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.grammar.Grammar;
import dev.demitasse.sampling.SamplingOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Options of an answer.
 *
 * @param maxTokens maximum number of tokens to generate, at least 1
 * @param stop texts that end the answer and do not belong to it; none may be empty
 * @param format markup that the answer may contain
 * @param grammar restricts the answer; null if it may be any text
 * @param logProbs number of most probable tokens to report with the log probability of each token; {@link #NO_LOG_PROBS} for no log
 *     probabilities
 * @param speculative whether to guess tokens and verify several in a pass if that is faster; the answer is the same
 * @param keep number of first tokens that stay when the context is full: half of the others are dropped, and the rest is read again as a new
 *     sequence; {@link #NO_SHIFT} if the answer ends when the context is full
 */
public record GenerationOptions(
        SamplingOptions sampling,
        int maxTokens,
        List<String> stop,
        AnswerFormat format,
        @Nullable Grammar grammar,
        int logProbs,
        boolean speculative,
        int keep) {
    /** Value of {@link #logProbs} for no log probabilities. */
    public static final int NO_LOG_PROBS = -1;
    /** Value of {@link #keep} for no context shift. */
    public static final int NO_SHIFT = -1;

    public GenerationOptions {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens is " + maxTokens + "; it must be at least 1");
        }
        stop = List.copyOf(stop);
        if (stop.contains("")) {
            throw new IllegalArgumentException("stop contains an empty text");
        }
        if (logProbs < NO_LOG_PROBS) {
            throw new IllegalArgumentException("logProbs is " + logProbs + "; it must not be negative");
        }
        if (keep < NO_SHIFT) {
            throw new IllegalArgumentException("keep is " + keep + "; it must not be negative");
        }
    }

    /** Options of an answer without restrictions, log probabilities and context shift. */
    public GenerationOptions(SamplingOptions sampling, int maxTokens, List<String> stop, AnswerFormat format) {
        this(sampling, maxTokens, stop, format, null, NO_LOG_PROBS, true, NO_SHIFT);
    }
}
