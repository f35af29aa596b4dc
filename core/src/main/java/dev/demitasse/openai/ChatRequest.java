package dev.demitasse.openai;

import dev.demitasse.chat.Message;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.GenerationOptions;
import dev.demitasse.engine.LoadedModel;
import dev.demitasse.grammar.Grammar;
import dev.demitasse.jinja.LocalTime;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonField;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads requests of chat completions. */
final class ChatRequest {
    private static final Set<String> FIELDS = CompletionFields.with(
            "messages",
            "n",
            "max_tokens",
            "max_completion_tokens",
            "logprobs",
            "top_logprobs",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "response_format",
            "reasoning_effort",
            "chat_template_kwargs",
            "enable_thinking",
            "continue_final_message",
            "allow_special",
            "modalities",
            "audio",
            "prediction",
            "functions",
            "function_call");

    private static final int MAX_LOG_PROBS = 20;

    private ChatRequest() {}

    static CompletionRequest read(String body, Context context, LocalTime now, long seed) {
        JsonField json = RequestBody.parse(body, FIELDS);
        checkUnused(json);
        Tools tools = Tools.ofChat(json);
        boolean parallelCalls = json.member("parallel_tool_calls").bool(true);
        AnswerGrammar grammars = new AnswerGrammar(context.model().schemas());
        Grammar text = grammars.ofResponseFormat(json.member("response_format"));
        int logProbs = logProbs(json);
        ChatPrompt prompt = prompt(json, tools, context, now);
        JsonField maxTokens = json.member("max_completion_tokens");
        CompletionFields fields = new CompletionFields(
                json,
                context,
                maxTokens.isPresent() ? maxTokens : json.member("max_tokens"),
                Integer.MAX_VALUE,
                logProbs);
        int count = fields.count();
        return new CompletionRequest(
                true,
                fields.runs(
                        json.member("messages"),
                        prompt.rendered().ids(),
                        prompt.rendered().format(),
                        grammars.of(prompt.rendered().format(), tools, text, prompt.begun()),
                        seed,
                        count),
                count,
                count,
                List.of(""),
                fields.answer(parallelCalls));
    }

    static int[] prompt(String body, Context context, LocalTime now) {
        JsonField json = RequestBody.parse(body, FIELDS);
        return prompt(json, Tools.ofChat(json), context, now).rendered().ids();
    }

    /** Checks fields that don't change the answer, and refuses those that can't be honored. */
    private static void checkUnused(JsonField json) {
        RequestBody.refuse(json, "functions", "is OpenAI's former name of tools; use tools");
        RequestBody.refuse(json, "function_call", "is OpenAI's former name of tool_choice; use tool_choice");
        JsonField modalities = json.member("modalities");
        if (modalities.isPresent()) {
            for (JsonField modality : modalities.elements()) {
                modality.oneOf("text");
            }
        }
        // It would only make the answer faster.
        JsonField prediction = json.member("prediction");
        if (prediction.isPresent()) {
            prediction.member("type").oneOf("content");
            JsonField content = prediction.member("content");
            if (!(content.value() instanceof List)) {
                content.string();
            }
        }
    }

    private static int logProbs(JsonField json) {
        JsonField top = json.member("top_logprobs");
        if (json.member("logprobs").bool(false)) {
            return top.isPresent() ? (int) top.integer(0, MAX_LOG_PROBS) : 0;
        }
        if (top.isPresent() && top.integer(0, MAX_LOG_PROBS) > 0) {
            throw new FieldException(top.path(), "needs logprobs: true");
        }
        return GenerationOptions.NO_LOG_PROBS;
    }

    /**
     * A prompt.
     *
     * @param begun the beginning of the answer, which the prompt contains; empty if there is none
     */
    private record ChatPrompt(LoadedModel.ChatPrompt rendered, String begun) {}

    private static ChatPrompt prompt(JsonField json, Tools tools, Context context, LocalTime now) {
        List<Message> messages = ChatMessages.read(json.member("messages"));
        requireTemplate(context, "messages");
        Map<String, @Nullable Object> variables = variables(json, json.member("reasoning_effort"), tools);
        boolean allowSpecial = json.member("allow_special").bool(false);
        JsonField continues = json.member("continue_final_message");
        if (!continues.bool(false)) {
            return new ChatPrompt(context.model().chatPrompt(messages, "", variables, allowSpecial, now), "");
        }
        int last = messages.size() - 1;
        Map<String, @Nullable Object> message = messages.get(last).fields();
        if (last == 0
                || !"assistant".equals(message.get("role"))
                || !(message.get("content") instanceof String begun)) {
            throw new FieldException(
                    continues.path(), "needs a last message of the assistant, with content, after others");
        }
        return new ChatPrompt(
                context.model().chatPrompt(messages.subList(0, last), begun, variables, allowSpecial, now), begun);
    }

    /**
     * Checks that the model can read a conversation.
     *
     * @param path of the field with the conversation
     */
    static void requireTemplate(Context context, String path) {
        if (!context.model().hasChatTemplate()) {
            throw new FieldException(path, "can't be read: the model has no chat template");
        }
    }

    /** Returns the variables of the chat template. */
    static Map<String, @Nullable Object> variables(JsonField json, JsonField effort, Tools tools) {
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        JsonField thinking = json.member("enable_thinking"); // Qwen's name; WebLLM's clients wrap it
        JsonField extra = json.member("extra_body");
        if (!thinking.isPresent() && extra.value() instanceof Map) {
            thinking = extra.member("enable_thinking");
        }
        if (thinking.isPresent()) {
            variables.put("enable_thinking", thinking.bool());
        }
        if (effort.isPresent()
                && effort.oneOf("none", "minimal", "low", "medium", "high", "xhigh", "max")
                        .equals("none")) {
            variables.put("enable_thinking", false);
        }
        JsonField given = json.member("chat_template_kwargs");
        if (given.isPresent()) {
            variables.putAll(given.object());
        }
        if (!tools.functions().isEmpty()) {
            variables.put("tools", tools.definitions());
        }
        return variables;
    }
}
