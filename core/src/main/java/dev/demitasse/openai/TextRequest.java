package dev.demitasse.openai;

import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.GenerationOptions;
import dev.demitasse.grammar.Grammar;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads requests of text completions. */
final class TextRequest {
    private static final Set<String> FIELDS = CompletionFields.with(
            "prompt",
            "n",
            "best_of",
            "echo",
            "suffix",
            "max_tokens",
            "max_completion_tokens",
            "logprobs",
            "response_format");

    private static final int MAX_LOG_PROBS = 5;
    private static final int MAX_PROMPTS = 128;
    private static final int MAX_BEST_OF = 128;
    /** OpenAI's default of {@code max_tokens}. */
    private static final int DEFAULT_MAX_TOKENS = 16;

    private TextRequest() {}

    static CompletionRequest read(String body, Context context, long seed) {
        JsonField json = RequestBody.parse(body, FIELDS);
        if (!"".equals(json.member("suffix").value())) {
            RequestBody.refuse(json, "suffix", "is not supported: text is only continued at its end");
        }
        JsonField logProbs = json.member("logprobs");
        int topLogProbs =
                logProbs.isPresent() ? (int) logProbs.integer(0, MAX_LOG_PROBS) : GenerationOptions.NO_LOG_PROBS;
        JsonField maxTokens = json.member("max_tokens");
        JsonField limit = maxTokens.isPresent() ? maxTokens : json.member("max_completion_tokens");
        CompletionFields fields = new CompletionFields(json, context, limit, DEFAULT_MAX_TOKENS, topLogProbs);
        CompletionRequest.AnswerOptions answer = fields.answer(false);
        int count = fields.count();
        int bestOf = bestOf(json.member("best_of"), count, answer.stream());
        if (bestOf > count && topLogProbs == GenerationOptions.NO_LOG_PROBS) {
            fields = new CompletionFields(json, context, limit, DEFAULT_MAX_TOKENS, 0); // the best is chosen by them
        }
        boolean echo = json.member("echo").bool(false);
        if (echo && answer.logProbs()) {
            throw new FieldException("echo", "can't be combined with logprobs: those of the prompt are not computed");
        }
        Grammar grammar = new AnswerGrammar(context.model().schemas()).ofResponseFormat(json.member("response_format"));
        List<AnswerRequest.Run> runs = new ArrayList<>();
        List<String> echoes = new ArrayList<>();
        for (JsonField prompt : RequestBody.inputs(json.member("prompt"), MAX_PROMPTS)) {
            int[] ids = RequestBody.tokens(prompt, context);
            runs.addAll(fields.runs(prompt, ids, AnswerFormat.PLAIN, grammar, seed, bestOf));
            echoes.add(echo ? text(prompt, ids, context) : "");
        }
        return new CompletionRequest(false, runs, bestOf, count, echoes, answer);
    }

    private static int bestOf(JsonField bestOf, int count, boolean stream) {
        if (!bestOf.isPresent()) {
            return count;
        }
        int all = (int) bestOf.integer(count, MAX_BEST_OF);
        if (all > count && stream) {
            throw new FieldException(bestOf.path(), "can't be above n in a stream: the best is known only at the end");
        }
        return all;
    }

    private static String text(JsonField prompt, int[] ids, Context context) {
        return prompt.value() instanceof String given
                ? given
                : context.model().tokenizer().decode(ids, true);
    }
}
