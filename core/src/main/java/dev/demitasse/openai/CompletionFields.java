package dev.demitasse.openai;

import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.GenerationOptions;
import dev.demitasse.grammar.Grammar;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonField;
import dev.demitasse.sampling.SamplingOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields that chat and text completions share.
 *
 * @param json the request
 * @param prompt the tokens of the prompt
 * @param format the format of the answer
 */
record CompletionFields(JsonField json, Context context, int[] prompt, AnswerFormat format) {
    private static final List<String> NAMES = List.of(
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

    private static final int MAX_CHOICES = 128;
    private static final int MAX_STOPS = 16;
    /** Default number of first tokens that a context shift keeps, as attention sinks. */
    private static final int DEFAULT_KEEP = 4;

    /** Returns the names of the shared fields and of others. */
    static Set<String> with(String... others) {
        Set<String> names = new HashSet<>(NAMES);
        names.addAll(List.of(others));
        return names;
    }

    /**
     * Reads the fields.
     *
     * @param seed the seed of the first choice if the request has none
     * @param maxTokens the field with the maximum number of tokens
     * @param defaultMaxTokens its value if it is absent
     * @param logProbs the number of top log probabilities, or {@link GenerationOptions#NO_LOG_PROBS}
     * @param grammar the grammar of the answer, or null
     * @throws FieldException if a field is invalid
     */
    CompletionRequest read(
            boolean isChat,
            long seed,
            JsonField maxTokens,
            int defaultMaxTokens,
            int logProbs,
            @Nullable Grammar grammar) {
        int count = json.member("n").isPresent() ? (int) json.member("n").integer(1, MAX_CHOICES) : 1;
        boolean stream = json.member("stream").bool(false);
        boolean returnTokens = json.member("return_tokens").bool(false);
        boolean includeUsage = includeUsage(json.member("stream_options"));
        int room = context.contextLength() + 1 - prompt.length;
        if (room < 2) {
            throw new FieldException(
                    isChat ? "messages" : "prompt",
                    "has " + prompt.length + " tokens; the context of " + context.contextLength()
                            + " leaves no room for an answer");
        }
        int keep = keep();
        int wanted = maxTokens.isPresent() ? (int) maxTokens.integer(1, Integer.MAX_VALUE) : defaultMaxTokens;
        SamplingOptions sampling = SamplingFields.read(
                json,
                context.model().defaultSampling(),
                context.model().tokenizer().size(),
                seed);
        List<String> stops = stops(json.member("stop"));
        boolean speculative = json.member("speculative").bool(true);
        List<GenerationOptions> choices = new ArrayList<>();
        for (int choice = 0; choice < count; choice++) {
            choices.add(new GenerationOptions(
                    SamplingFields.forChoice(sampling, choice),
                    keep == GenerationOptions.NO_SHIFT ? Math.min(wanted, room) : wanted,
                    stops,
                    format,
                    grammar,
                    logProbs,
                    speculative,
                    keep));
        }
        return new CompletionRequest(isChat, prompt, choices, stream, includeUsage, returnTokens);
    }

    private static boolean includeUsage(JsonField streamOptions) {
        if (!streamOptions.isPresent()) {
            return false;
        }
        streamOptions.requireKnown(Set.of("include_usage", "include_obfuscation"));
        return streamOptions.member("include_usage").bool(false);
    }

    private int keep() {
        JsonField keep = json.member("n_keep");
        if (!json.member("context_shift").bool(false)) {
            if (keep.isPresent()) {
                throw new FieldException(keep.path(), "needs context_shift: true");
            }
            return GenerationOptions.NO_SHIFT;
        }
        return keep.isPresent() ? (int) keep.integer(0, context.maxKeep()) : Math.min(DEFAULT_KEEP, context.maxKeep());
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
        if (stops.size() > MAX_STOPS) {
            throw new FieldException(
                    stop.path(), "has " + stops.size() + " texts; at most " + MAX_STOPS + " are allowed");
        }
        return stops;
    }
}
