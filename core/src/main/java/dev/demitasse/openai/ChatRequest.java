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
            "max_completion_tokens",
            "top_logprobs",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "response_format",
            "reasoning_effort",
            "chat_template_kwargs",
            "continue_final_message");

    private static final int MAX_LOG_PROBS = 20;

    private ChatRequest() {}

    static CompletionRequest read(String body, Context context, LocalTime now, long seed) {
        JsonField json = RequestBody.parse(body, FIELDS);
        Tools tools = Tools.read(json);
        json.member("parallel_tool_calls").bool(true);
        AnswerGrammar grammars = new AnswerGrammar(context.model().schemas());
        Grammar text = grammars.ofResponseFormat(json.member("response_format"));
        int logProbs = logProbs(json);
        LoadedModel.ChatPrompt prompt = prompt(json, tools, context, now);
        JsonField maxTokens = json.member("max_completion_tokens");
        return new CompletionFields(json, context, prompt.ids(), prompt.format())
                .read(
                        true,
                        seed,
                        maxTokens.isPresent() ? maxTokens : json.member("max_tokens"),
                        Integer.MAX_VALUE,
                        logProbs,
                        grammars.of(prompt.format(), tools, text));
    }

    static int[] prompt(String body, Context context, LocalTime now) {
        JsonField json = RequestBody.parse(body, FIELDS);
        return prompt(json, Tools.read(json), context, now).ids();
    }

    private static int logProbs(JsonField json) {
        JsonField top = json.member("top_logprobs");
        if (json.member("logprobs").bool(false)) {
            return top.isPresent() ? (int) top.integer(0, MAX_LOG_PROBS) : 0;
        }
        if (top.isPresent()) {
            throw new FieldException(top.path(), "needs logprobs: true");
        }
        return GenerationOptions.NO_LOG_PROBS;
    }

    private static LoadedModel.ChatPrompt prompt(JsonField json, Tools tools, Context context, LocalTime now) {
        List<Message> messages = Message.readAll(json.member("messages").value());
        if (!context.model().hasChatTemplate()) {
            throw new FieldException("messages", "can't be read: the model has no chat template");
        }
        Map<String, @Nullable Object> variables = variables(json, tools);
        JsonField continues = json.member("continue_final_message");
        if (!continues.bool(false)) {
            return context.model().chatPrompt(messages, variables, now);
        }
        int last = messages.size() - 1;
        Map<String, @Nullable Object> message = messages.get(last).fields();
        if (last == 0
                || !"assistant".equals(message.get("role"))
                || !(message.get("content") instanceof String begun)) {
            throw new FieldException(
                    continues.path(), "needs a last message of the assistant, with content, after others");
        }
        return context.model().chatPrompt(messages.subList(0, last), begun, variables, now);
    }

    /** Returns the variables of the chat template. */
    private static Map<String, @Nullable Object> variables(JsonField json, Tools tools) {
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        JsonField effort = json.member("reasoning_effort");
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
