package dev.demitasse.openai;

import dev.demitasse.chat.Message;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.GenerationOptions;
import dev.demitasse.engine.LoadedModel;
import dev.demitasse.grammar.Grammar;
import dev.demitasse.jinja.LocalTime;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonField;
import dev.demitasse.sampling.SamplingOptions;
import dev.demitasse.tokenizer.Tokenizer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A request of OpenAI's {@code /responses}. Nothing is stored: the request contains the whole conversation.
 *
 * @param run the generation of the answer
 * @param answer what the answer contains besides its text
 * @param echo the fields of the response that repeat the request
 */
public record ResponseRequest(Run run, CompletionRequest.AnswerOptions answer, JsonObject echo)
        implements AnswerRequest {
    private static final Set<String> FIELDS = CompletionFields.with(
            "input",
            "instructions",
            "max_output_tokens",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "max_tool_calls",
            "allow_special",
            "text",
            "reasoning",
            "include",
            "top_logprobs",
            "truncation",
            "background",
            "previous_response_id",
            "conversation",
            "prompt",
            "chat_template_kwargs",
            "enable_thinking");

    private static final int MAX_LOG_PROBS = 20;

    /**
     * Reads a request.
     *
     * @param body JSON text
     * @param now the user's local time
     * @param seed the seed if the request has none
     * @throws FieldException if a field is invalid
     */
    public static ResponseRequest read(String body, Context context, LocalTime now, long seed) {
        JsonField json = RequestBody.parse(body, FIELDS);
        refuseStored(json);
        Tools tools = Tools.ofResponses(json);
        JsonField text = json.member("text");
        AnswerGrammar grammars = new AnswerGrammar(context.model().schemas());
        Grammar grammar = text.isPresent() ? grammars.ofTextFormat(text.member("format")) : null;
        List<Message> messages = ResponseInput.read(json.member("instructions"), json.member("input"));
        ChatRequest.requireTemplate(context, "input");
        JsonField reasoning = json.member("reasoning");
        JsonField effort = reasoning.isPresent() ? reasoning.member("effort") : reasoning;
        LoadedModel.ChatPrompt prompt = context.model()
                .chatPrompt(
                        messages,
                        "",
                        ChatRequest.variables(json, effort, tools),
                        json.member("allow_special").bool(false),
                        now);
        CompletionFields fields = new CompletionFields(
                json, context, json.member("max_output_tokens"), Integer.MAX_VALUE, logProbs(json));
        Run run = fields.runs(
                        json.member("input"),
                        prompt.ids(),
                        prompt.format(),
                        grammars.of(prompt.format(), tools, grammar, ""),
                        seed,
                        1)
                .get(0);
        boolean parallelCalls = json.member("parallel_tool_calls").bool(true);
        return new ResponseRequest(run, fields.answer(parallelCalls), echo(json, run, parallelCalls));
    }

    /** Refuses the fields that name something that a server has stored, or that work after the answer. */
    private static void refuseStored(JsonField json) {
        String problem = "is not supported: nothing is stored; send the previous turns in input";
        RequestBody.refuse(json, "previous_response_id", problem);
        RequestBody.refuse(json, "conversation", problem);
        RequestBody.refuse(json, "prompt", "is not supported: no prompts are stored; use input and instructions");
        if (json.member("background").bool(false)) {
            throw new FieldException("background", "is not supported: nothing is stored");
        }
        JsonField truncation = json.member("truncation");
        if (truncation.isPresent() && truncation.oneOf("auto", "disabled").equals("auto")) {
            throw new FieldException(truncation.path(), "can't be \"auto\": shorten input instead");
        }
    }

    private static int logProbs(JsonField json) {
        JsonField top = json.member("top_logprobs");
        boolean included = false;
        if (json.member("include").isPresent()) {
            for (JsonField each : json.member("include").elements()) {
                included |= each.string().equals("message.output_text.logprobs");
            }
        }
        int count = top.isPresent() ? (int) top.integer(0, MAX_LOG_PROBS) : 0;
        return included || count > 0 ? count : GenerationOptions.NO_LOG_PROBS;
    }

    private static JsonObject echo(JsonField json, Run run, boolean parallelCalls) {
        SamplingOptions sampling = run.options().sampling();
        JsonField top = json.member("top_logprobs");
        return new JsonObject()
                .with("background", false)
                .with("instructions", json.member("instructions").value())
                .with("max_output_tokens", json.member("max_output_tokens").value())
                .with("max_tool_calls", json.member("max_tool_calls").value())
                .with("metadata", or(json.member("metadata"), Map.of()))
                .with("parallel_tool_calls", parallelCalls)
                .with("previous_response_id", null)
                .with(
                        "reasoning",
                        or(
                                json.member("reasoning"),
                                new JsonObject().with("effort", null).with("summary", null)))
                .with("service_tier", "default")
                .with("store", false)
                .with("temperature", shortest(sampling.temperature()))
                .with("text", or(json.member("text"), Map.of("format", Map.of("type", "text"))))
                .with("tool_choice", or(json.member("tool_choice"), "auto"))
                .with("tools", or(json.member("tools"), List.of()))
                .with("top_logprobs", top.isPresent() ? top.value() : 0)
                .with("top_p", shortest(sampling.topP()))
                .with("truncation", "disabled")
                .with("user", json.member("user").value());
    }

    /** Returns the double that is written with as few digits as the float. */
    private static double shortest(float value) {
        return Double.parseDouble(Float.toString(value));
    }

    private static Object or(JsonField field, Object absent) {
        return field.value() == null ? absent : field.value();
    }

    @Override
    public List<Run> runs() {
        return List.of(run);
    }

    @Override
    public boolean stream() {
        return answer.stream();
    }

    @Override
    public AnswerWriter writer(
            Tokenizer tokenizer, String model, long created, AnswerWriter.Ids ids, Consumer<String> chunks) {
        return new ResponseWriter(this, tokenizer, model, created, ids, chunks);
    }
}
