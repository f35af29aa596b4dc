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
 * The fields that all requests for text share.
 *
 * @param json the request
 * @param maxTokens the field with the maximum number of tokens
 * @param defaultMaxTokens its value if it is absent
 * @param logProbs the number of top log probabilities, or {@link GenerationOptions#NO_LOG_PROBS}
 */
record CompletionFields(JsonField json, Context context, JsonField maxTokens, int defaultMaxTokens, int logProbs) {
    private static final List<String> NAMES = List.of(
            "stream",
            "stream_options",
            "stop",
            "temperature",
            "top_p",
            "top_k",
            "min_p",
            "presence_penalty",
            "frequency_penalty",
            "repetition_penalty",
            "repeat_penalty",
            "logit_bias",
            "seed",
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

    /** Returns the number of choices. */
    int count() {
        return json.member("n").isPresent() ? (int) json.member("n").integer(1, MAX_CHOICES) : 1;
    }

    /**
     * Returns the form of the answer.
     *
     * @param parallelCalls whether the answer may call more than one tool
     */
    CompletionRequest.AnswerOptions answer(boolean parallelCalls) {
        JsonField options = json.member("stream_options");
        return new CompletionRequest.AnswerOptions(
                json.member("stream").bool(false),
                options.isPresent() && options.member("include_usage").bool(false),
                json.member("return_tokens").bool(false),
                logProbs != GenerationOptions.NO_LOG_PROBS,
                parallelCalls);
    }

    /**
     * Returns the generations of a prompt.
     *
     * @param source the field that the prompt was read from
     * @param prompt the tokens of the prompt
     * @param format the format of the answer
     * @param grammar the grammar of the answer, or null
     * @param seed the seed of the first generation if the request has none
     * @param count the number of generations
     * @throws FieldException if a field is invalid, or the prompt is empty or leaves no room for an answer
     */
    List<AnswerRequest.Run> runs(
            JsonField source, int[] prompt, AnswerFormat format, @Nullable Grammar grammar, long seed, int count) {
        if (prompt.length == 0) {
            throw new FieldException(source.path(), "has no tokens: the model needs at least one to answer");
        }
        int room = context.contextLength() + 1 - prompt.length;
        if (room < 2) {
            throw new FieldException(
                    source.path(),
                    "has " + prompt.length + " tokens; the context of " + context.contextLength()
                            + " leaves no room for an answer");
        }
        int keep = keep();
        long wanted = maxTokens.isPresent() ? maxTokens.integer(1, Long.MAX_VALUE) : defaultMaxTokens;
        long max = keep == GenerationOptions.NO_SHIFT ? Math.min(wanted, room) : wanted;
        SamplingOptions sampling = SamplingFields.read(
                json,
                context.model().defaultSampling(),
                context.model().tokenizer().size(),
                seed);
        List<String> stops = stops(json.member("stop"));
        boolean speculative = json.member("speculative").bool(true);
        List<AnswerRequest.Run> runs = new ArrayList<>();
        for (int choice = 0; choice < count; choice++) {
            runs.add(new AnswerRequest.Run(
                    prompt,
                    new GenerationOptions(
                            SamplingFields.forChoice(sampling, choice),
                            (int) Math.min(max, Integer.MAX_VALUE),
                            stops,
                            format,
                            grammar,
                            logProbs,
                            speculative,
                            keep)));
        }
        return runs;
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
