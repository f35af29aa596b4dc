package dev.demitasse.api;

import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.chat.Message;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.GenerationOptions;
import dev.demitasse.engine.LoadedModel;
import dev.demitasse.grammar.Grammar;
import dev.demitasse.jinja.LocalTime;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonException;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonReader;
import dev.demitasse.sampling.SamplingOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a request of OpenAI's chat or text completions asks of an engine: the prompt's tokens and how to go on. Fields beyond
 * OpenAI's have the names that vLLM and llama-server gave them. Every field is checked.
 *
 * @param prompt its tokens
 */
public record CompletionRequest(int[] prompt, GenerationOptions options) {
    /** Fields of no meaning to an engine that serves one model to one user. */
    private static final Set<String> MEANINGLESS = Set.of(
            "model",
            "user",
            "metadata",
            "store",
            "service_tier",
            "safety_identifier",
            "prompt_cache_key",
            "prompt_cache_retention",
            "verbosity");

    private static final List<String> COMMON = List.of(
            "stream",
            "stream_options",
            "n",
            "stop",
            "max_tokens",
            "temperature",
            "top_p",
            "top_k",
            "min_p",
            "presence_penalty",
            "frequency_penalty",
            "repetition_penalty",
            "logit_bias",
            "seed",
            "logprobs",
            "speculative",
            "context_shift",
            "n_keep",
            "return_tokens");
    private static final Set<String> CHAT = withCommon(
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
    private static final Set<String> TEXT = withCommon("prompt", "echo", "suffix", "best_of", "response_format");

    private static final int MOST_CHOICES = 128;
    private static final int MOST_LOG_PROBS = 20;
    private static final int MOST_LOG_PROBS_OF_TEXT = 5;
    private static final int MOST_STOPS = 16;
    private static final int MOST_BIAS = 100;
    private static final double HOTTEST = 2;
    /** Tokens that stay when the context is full, if nothing is said: attention sinks. */
    private static final int DEFAULT_KEPT = 4;
    /** What OpenAI's completions generate if nothing is said. */
    private static final int DEFAULT_TEXT_TOKENS = 16;

    /**
     * Reads a request of {@code /chat/completions}.
     *
     * @param body JSON
     * @param choice which of its {@code n} answers this is, from 0
     * @param now the user's clock
     * @param seed for the random numbers, if the request has none
     * @throws FieldException naming the field that is wrong
     */
    public static CompletionRequest chat(String body, int choice, Context context, LocalTime now, long seed) {
        JsonField json = parse(body, CHAT);
        Tools tools = Tools.read(json);
        json.member("parallel_tool_calls").bool(true);
        AnswerGrammar grammars = new AnswerGrammar(context.model().schemas());
        Grammar text = grammars.ofResponseFormat(json.member("response_format"));
        JsonField top = json.member("top_logprobs");
        boolean tells = json.member("logprobs").bool(false);
        if (top.isPresent() && !tells) {
            throw new FieldException(top.path(), "needs logprobs: true");
        }
        int told = !tells ? GenerationOptions.NO_LOG_PROBS : top.isPresent() ? (int) top.integer(0, MOST_LOG_PROBS) : 0;
        LoadedModel.ChatPrompt prompt = prompt(json, tools, context, now);
        return request(
                json,
                context,
                choice,
                seed,
                prompt.ids(),
                prompt.format(),
                Integer.MAX_VALUE,
                told,
                grammars.of(prompt.format(), tools, text));
    }

    /**
     * The tokens of the prompt of such a request, even if they leave no room for an answer.
     *
     * @param body JSON
     * @param now the user's clock
     * @throws FieldException naming the field that is wrong
     */
    public static int[] chatPrompt(String body, Context context, LocalTime now) {
        JsonField json = parse(body, CHAT);
        return prompt(json, Tools.read(json), context, now).ids();
    }

    private static LoadedModel.ChatPrompt prompt(JsonField json, Tools tools, Context context, LocalTime now) {
        List<Message> messages = Message.readAll(json.member("messages").value());
        if (!context.model().hasChatTemplate()) {
            throw new FieldException("messages", "can't be read: the model has no chat template");
        }
        JsonField goesOn = json.member("continue_final_message");
        if (!goesOn.bool(false)) {
            return context.model().chatPrompt(messages, variables(json, tools), now);
        }
        int last = messages.size() - 1;
        Map<String, @Nullable Object> message = messages.get(last).fields();
        if (last == 0
                || !"assistant".equals(message.get("role"))
                || !(message.get("content") instanceof String begun)) {
            throw new FieldException(
                    goesOn.path(), "needs a last message of the assistant's, with content, after others");
        }
        return context.model().chatPrompt(messages.subList(0, last), begun, variables(json, tools), now);
    }

    /**
     * Reads a request of {@code /completions}.
     *
     * @param body JSON; its prompt is a text or an array of token ids
     * @param choice which of its {@code n} answers this is, from 0
     * @param seed for the random numbers, if the request has none
     * @throws FieldException naming the field that is wrong
     */
    public static CompletionRequest text(String body, int choice, Context context, long seed) {
        JsonField json = parse(body, TEXT);
        for (String name : List.of("echo", "suffix", "best_of")) {
            JsonField field = json.member(name);
            boolean plain = !field.isPresent()
                    || Boolean.FALSE.equals(field.value())
                    || "".equals(field.value())
                    || Long.valueOf(1).equals(field.value());
            if (!plain) {
                throw new FieldException(field.path(), "is not supported");
            }
        }
        JsonField logProbs = json.member("logprobs");
        int told = logProbs.isPresent()
                ? (int) logProbs.integer(0, MOST_LOG_PROBS_OF_TEXT)
                : GenerationOptions.NO_LOG_PROBS;
        Grammar grammar = new AnswerGrammar(context.model().schemas()).ofResponseFormat(json.member("response_format"));
        int[] prompt = tokens(json.member("prompt"), context, true);
        return request(json, context, choice, seed, prompt, AnswerFormat.PLAIN, DEFAULT_TEXT_TOKENS, told, grammar);
    }

    /**
     * The tokens of a text, or of an array of ids.
     *
     * @param addSpecial as in {@link dev.demitasse.tokenizer.Tokenizer#encode}
     */
    static int[] tokens(JsonField field, Context context, boolean addSpecial) {
        if (field.value() instanceof String text) {
            return nonEmpty(field, context.model().tokenizer().encode(text, addSpecial));
        }
        if (!(field.value() instanceof List)) {
            throw field.isNot("a text or an array of token ids");
        }
        List<JsonField> elements = field.elements();
        int[] ids = new int[elements.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] =
                    (int) elements.get(i).integer(0, context.model().tokenizer().size() - 1L);
        }
        return nonEmpty(field, ids);
    }

    private static int[] nonEmpty(JsonField field, int[] ids) {
        if (ids.length == 0) {
            throw new FieldException(field.path(), "is empty");
        }
        return ids;
    }

    private static Set<String> withCommon(String... own) {
        Set<String> names = new HashSet<>(COMMON);
        names.addAll(List.of(own));
        return names;
    }

    /** The request, if it has no fields but these and those without meaning. */
    static JsonField parse(String body, Set<String> own) {
        Object value;
        try {
            value = JsonReader.read(body);
        } catch (JsonException e) {
            throw new FieldException("the request", "is not JSON: " + e.getMessage());
        }
        if (!(value instanceof Map)) {
            throw new FieldException("the request", "must be an object");
        }
        JsonField json = new JsonField("", value);
        Set<String> known = new HashSet<>(MEANINGLESS);
        known.addAll(own);
        json.requireKnown(known);
        return json;
    }

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
            variables.put("tools", tools.whole());
        }
        return variables;
    }

    private static CompletionRequest request(
            JsonField json,
            Context context,
            int choice,
            long seed,
            int[] prompt,
            AnswerFormat format,
            int defaultTokens,
            int logProbs,
            @Nullable Grammar grammar) {
        if (json.member("n").isPresent()) {
            json.member("n").integer(1, MOST_CHOICES);
        }
        for (String name : List.of("stream", "return_tokens")) {
            json.member(name).bool(false);
        }
        if (json.member("stream_options").isPresent()) {
            json.member("stream_options").requireKnown(Set.of("include_usage", "include_obfuscation"));
        }
        int room = context.contextLength() + 1 - prompt.length;
        if (room < 2) {
            throw new FieldException(
                    json.member("messages").isPresent() ? "messages" : "prompt",
                    "has " + prompt.length + " tokens; the context of " + context.contextLength()
                            + " leaves no room for an answer");
        }
        JsonField most = json.member("max_completion_tokens").isPresent()
                ? json.member("max_completion_tokens")
                : json.member("max_tokens");
        int keep = keep(json, context);
        int wanted = most.isPresent() ? (int) most.integer(1, Integer.MAX_VALUE) : defaultTokens;
        int maxTokens = keep == GenerationOptions.NO_SHIFT ? Math.min(wanted, room) : wanted;
        return new CompletionRequest(
                prompt,
                new GenerationOptions(
                        sampling(json, context, choice, seed),
                        maxTokens,
                        stops(json.member("stop")),
                        format,
                        grammar,
                        logProbs,
                        json.member("speculative").bool(true),
                        keep));
    }

    private static int keep(JsonField json, Context context) {
        JsonField kept = json.member("n_keep");
        if (!json.member("context_shift").bool(false)) {
            if (kept.isPresent()) {
                throw new FieldException(kept.path(), "needs context_shift: true");
            }
            return GenerationOptions.NO_SHIFT;
        }
        return kept.isPresent() ? (int) kept.integer(0, context.maxKeep()) : Math.min(DEFAULT_KEPT, context.maxKeep());
    }

    private static List<String> stops(JsonField stop) {
        if (!stop.isPresent()) {
            return List.of();
        }
        if (stop.value() instanceof String) {
            return List.of(stop.name());
        }
        List<String> stops = new ArrayList<>();
        for (JsonField element : stop.elements()) {
            stops.add(element.name());
        }
        if (stops.size() > MOST_STOPS) {
            throw new FieldException(
                    stop.path(), "has " + stops.size() + " texts; at most " + MOST_STOPS + " are allowed");
        }
        return stops;
    }

    private static SamplingOptions sampling(JsonField json, Context context, int choice, long seed) {
        SamplingOptions absent = context.model().defaultSampling();
        JsonField given = json.member("seed");
        JsonField topK = json.member("top_k");
        JsonField topP = json.member("top_p");
        long first = given.isPresent() ? given.integer(Long.MIN_VALUE, Long.MAX_VALUE) : seed;
        float nucleus = (float) number(topP, absent.topP(), 0, 1);
        if (nucleus == 0) {
            throw topP.isNot("above 0 and at most 1");
        }
        JsonField repetition = json.member("repetition_penalty");
        float penalty = (float) number(repetition, absent.repetitionPenalty(), 0, HOTTEST);
        if (penalty == 0) {
            throw repetition.isNot("above 0 and at most 2");
        }
        return new SamplingOptions(
                (float) number(json.member("temperature"), absent.temperature(), 0, HOTTEST),
                topK.isPresent() ? (int) Math.max(0, topK.integer(-1, Integer.MAX_VALUE)) : absent.topK(),
                nucleus,
                (float) number(json.member("min_p"), absent.minP(), 0, 1),
                penalty,
                (float) number(json.member("frequency_penalty"), 0, -2, 2),
                (float) number(json.member("presence_penalty"), 0, -2, 2),
                bias(json.member("logit_bias"), context.model().tokenizer().size()),
                first + choice);
    }

    private static double number(JsonField field, double absent, double least, double most) {
        return field.isPresent() ? field.number(least, most) : absent;
    }

    private static Map<Integer, Float> bias(JsonField bias, int vocabularySize) {
        Map<Integer, Float> biases = new HashMap<>();
        if (bias.isPresent()) {
            for (String name : bias.object().keySet()) {
                int id = id(name);
                if (id < 0 || id >= vocabularySize) {
                    throw new FieldException(
                            bias.member(name).path(), "names no token; ids are below " + vocabularySize);
                }
                biases.put(id, (float) bias.member(name).number(-MOST_BIAS, MOST_BIAS));
            }
        }
        return biases;
    }

    private static int id(String name) {
        try {
            return Integer.parseInt(name);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
