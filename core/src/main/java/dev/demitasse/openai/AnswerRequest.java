package dev.demitasse.openai;

import dev.demitasse.engine.GenerationOptions;
import dev.demitasse.tokenizer.Tokenizer;
import java.util.List;
import java.util.function.Consumer;

/** A request that the model answers with text. */
public interface AnswerRequest {
    /**
     * A generation that the answer needs.
     *
     * @param prompt the tokens of the prompt
     */
    record Run(int[] prompt, GenerationOptions options) {
        /** Returns what the request asks for but has no effect, such as a keyword of a schema that is not known. */
        List<String> warnings() {
            return options.grammar() == null ? List.of() : options.grammar().warnings();
        }
    }

    /** Returns the generations. They run one after the other. */
    List<Run> runs();

    /** Returns whether to answer in chunks. */
    boolean stream();

    /**
     * Returns a writer of the answer.
     *
     * @param tokenizer the tokenizer of the model
     * @param model the name of the model
     * @param created the time of the request, in seconds since 1970-01-01 00:00 UTC
     * @param chunks receives the chunks of a stream
     */
    AnswerWriter writer(Tokenizer tokenizer, String model, long created, AnswerWriter.Ids ids, Consumer<String> chunks);
}
