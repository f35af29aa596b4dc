package dev.demitasse.openai;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The format of chat completions. */
final class ChatFormat implements CompletionFormat {
    @Override
    public String idPrefix() {
        return "chatcmpl-";
    }

    @Override
    public String object() {
        return "chat.completion";
    }

    @Override
    public String chunkObject() {
        return "chat.completion.chunk";
    }

    @Override
    public JsonObject begin(int index) {
        JsonObject delta = new JsonObject().with("role", "assistant").with("content", "");
        return chunk(index, delta, null, null);
    }

    @Override
    public JsonObject piece(int index, String reasoning, String text, @Nullable TokenLogProbs logProbs) {
        JsonObject delta = new JsonObject()
                .withIf(!reasoning.isEmpty(), "reasoning_content", reasoning)
                .withIf(!text.isEmpty() || reasoning.isEmpty(), "content", text);
        return chunk(index, delta, logProbs == null ? null : TokenLogProbs.chat(List.of(logProbs)), null);
    }

    @Override
    public JsonObject end(int index, String finishReason, List<JsonObject> toolCalls) {
        List<JsonObject> calls = new ArrayList<>();
        for (JsonObject call : toolCalls) {
            calls.add(new JsonObject().with("index", calls.size()).withAll(call));
        }
        return chunk(index, new JsonObject().withIf(!calls.isEmpty(), "tool_calls", calls), null, finishReason);
    }

    private static JsonObject chunk(
            int index, JsonObject delta, @Nullable JsonObject logProbs, @Nullable String finishReason) {
        return new JsonObject()
                .with("index", index)
                .with("delta", delta)
                .with("logprobs", logProbs)
                .with("finish_reason", finishReason);
    }

    @Override
    public JsonObject choice(Choice choice, boolean withLogProbs) {
        List<JsonObject> toolCalls = choice.toolCalls;
        String text = choice.text.toString();
        String reasoning = choice.reasoning.toString();
        JsonObject message = new JsonObject()
                .with("role", "assistant")
                .with("content", text.isEmpty() && !toolCalls.isEmpty() ? null : text)
                .with("refusal", null)
                .withIf(!reasoning.isEmpty(), "reasoning_content", reasoning)
                .withIf(!toolCalls.isEmpty(), "tool_calls", toolCalls);
        return new JsonObject()
                .with("index", choice.index)
                .with("message", message)
                .with(
                        "logprobs",
                        choice.logProbs.isEmpty() || !withLogProbs ? null : TokenLogProbs.chat(choice.logProbs))
                .with("finish_reason", choice.finishReason);
    }
}
