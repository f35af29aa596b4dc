package dev.demitasse.openai;

import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.GenerationOptions;
import dev.demitasse.grammar.Grammar;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonField;
import java.util.List;
import java.util.Set;

/** Reads requests of text completions. */
final class TextRequest {
    private static final Set<String> FIELDS =
            CompletionFields.with("prompt", "echo", "suffix", "best_of", "response_format");

    private static final int MAX_LOG_PROBS = 5;
    /** OpenAI's default of {@code max_tokens}. */
    private static final int DEFAULT_MAX_TOKENS = 16;

    private TextRequest() {}

    static CompletionRequest read(String body, Context context, long seed) {
        JsonField json = RequestBody.parse(body, FIELDS);
        for (String name : List.of("echo", "suffix", "best_of")) {
            JsonField field = json.member(name);
            boolean hasNoEffect = !field.isPresent()
                    || Boolean.FALSE.equals(field.value())
                    || "".equals(field.value())
                    || Long.valueOf(1).equals(field.value());
            if (!hasNoEffect) {
                throw new FieldException(field.path(), "is not supported");
            }
        }
        JsonField logProbs = json.member("logprobs");
        int topLogProbs =
                logProbs.isPresent() ? (int) logProbs.integer(0, MAX_LOG_PROBS) : GenerationOptions.NO_LOG_PROBS;
        Grammar grammar = new AnswerGrammar(context.model().schemas()).ofResponseFormat(json.member("response_format"));
        int[] prompt = RequestBody.tokens(json.member("prompt"), context);
        return new CompletionFields(json, context, prompt, AnswerFormat.PLAIN)
                .read(false, seed, json.member("max_tokens"), DEFAULT_MAX_TOKENS, topLogProbs, grammar);
    }
}
