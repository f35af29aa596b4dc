package dev.demitasse.openai;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The format of text completions. */
final class TextFormat implements CompletionFormat {
    @Override
    public String idPrefix() {
        return "cmpl-";
    }

    @Override
    public String object() {
        return "text_completion";
    }

    @Override
    public String chunkObject() {
        return "text_completion";
    }

    @Override
    public @Nullable JsonObject begin(int index) {
        return null;
    }

    @Override
    public JsonObject piece(int index, String reasoning, String text, @Nullable TokenLogProbs logProbs) {
        return choice(index, text, logProbs == null ? List.of() : List.of(logProbs), null);
    }

    @Override
    public JsonObject end(int index, String finishReason, List<JsonObject> toolCalls) {
        return choice(index, "", List.of(), finishReason);
    }

    @Override
    public JsonObject choice(Choice choice, boolean withLogProbs) {
        return choice(
                choice.index, choice.text.toString(), withLogProbs ? choice.logProbs : List.of(), choice.finishReason);
    }

    private static JsonObject choice(
            int index, String text, List<TokenLogProbs> logProbs, @Nullable String finishReason) {
        return new JsonObject()
                .with("index", index)
                .with("text", text)
                .with("logprobs", logProbs.isEmpty() ? null : TokenLogProbs.text(logProbs))
                .with("finish_reason", finishReason);
    }
}
