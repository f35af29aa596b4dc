package dev.demitasse.engine;

import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.grammar.Grammar;
import dev.demitasse.sampling.SamplingOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to answer.
 *
 * @param maxTokens most tokens to generate, at least 1
 * @param stop texts that end the answer and are left out of it; none may be empty
 * @param format what the answer may hold beside text
 * @param grammar what the answer must be; null if it may be anything
 * @param logProbs how many of the likeliest tokens to tell with each token, and its own probability; {@link #NO_LOG_PROBS} for
 *     neither
 * @param speculative whether tokens may be guessed and then verified several at a time where that is faster; the answer is the same
 * @param keep when the context is full, half of the tokens after so many first ones is dropped, and the answer goes on from what remains,
 *     read again as a new sequence; {@link #NO_SHIFT} if the answer ends there
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
    /** In place of a count of likely tokens. */
    public static final int NO_LOG_PROBS = -1;
    /** In place of a count of tokens that stay. */
    public static final int NO_SHIFT = -1;

    public GenerationOptions {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens is " + maxTokens + "; it must be at least 1");
        }
        stop = List.copyOf(stop);
        if (stop.contains("")) {
            throw new IllegalArgumentException("stop holds an empty text");
        }
        if (logProbs < NO_LOG_PROBS) {
            throw new IllegalArgumentException("logProbs is " + logProbs + "; it must not be negative");
        }
        if (keep < NO_SHIFT) {
            throw new IllegalArgumentException("keep is " + keep + "; it must not be negative");
        }
    }

    /** An answer that may be anything. */
    public GenerationOptions(SamplingOptions sampling, int maxTokens, List<String> stop, AnswerFormat format) {
        this(sampling, maxTokens, stop, format, null, NO_LOG_PROBS, true, NO_SHIFT);
    }
}
