package dev.demitasse.engine;

import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.sampling.SamplingOptions;
import java.util.List;

/**
 * How to answer.
 *
 * @param maxTokens most tokens to generate, at least 1
 * @param stop texts that end the answer and are left out of it; none may be empty
 * @param format what the answer may hold beside text
 */
public record GenerationOptions(SamplingOptions sampling, int maxTokens, List<String> stop, AnswerFormat format) {
    public GenerationOptions {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens is " + maxTokens + "; it must be at least 1");
        }
        stop = List.copyOf(stop);
        if (stop.contains("")) {
            throw new IllegalArgumentException("stop holds an empty text");
        }
    }
}
