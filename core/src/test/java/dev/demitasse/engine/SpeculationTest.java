package dev.demitasse.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.backend.DeviceLostException;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.grammar.Grammar;
import dev.demitasse.grammar.schema.JsonSchema;
import dev.demitasse.huggingface.Folder;
import dev.demitasse.sampling.LogProbs;
import dev.demitasse.sampling.SamplingOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Compares answers with and without speculative decoding, of a tiny random model whose logits are biased such that it repeats two tokens,
 * and sometimes others.
 */
class SpeculationTest {
    private static final Folder LLAMA = new Folder("llama");
    private static final int[] PROMPT = {10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 11, 12, 13, 14, 15};
    private static final int CONTEXT = 80;

    private LateBackend device;
    private final Context context = context(LateBackend.NEVER);

    private Context context(int callsUntilLoss) {
        FolderLoader loader = new FolderLoader("a folder", LLAMA.texts(), CONTEXT, (plan, context) -> {
            device = new LateBackend(new ReferenceBackend(plan, context, 7), 12, callsUntilLoss);
            return device;
        });
        for (String file = loader.file(); file != null; file = loader.file()) {
            Folder.feed(LLAMA.bytes(file), 1 << 20, loader::accept);
        }
        return loader.finish();
    }

    /** The events of an answer as text, without times, and the numbers of guesses. */
    private static final class Answer {
        final List<String> events = new ArrayList<>();
        final List<Integer> ids = new ArrayList<>();
        final StringBuilder text = new StringBuilder();
        int drafted;
        int accepted;

        void add(Event event) {
            if (event instanceof Event.Token token) {
                ids.add(token.id());
                text.append(token.text());
                LogProbs probs = token.logProbs();
                events.add(token.id() + token.text());
                if (probs != null) {
                    events.add(probs.chosen() + Arrays.toString(probs.topIds()) + Arrays.toString(probs.top()));
                }
            } else if (event instanceof Event.Finished end) {
                drafted = end.usage().draftedTokens();
                accepted = end.usage().acceptedTokens();
                events.add(end.reason() + end.text() + end.usage().completionTokens());
            }
        }
    }

    private Event step(Generation generation) {
        generation.begin();
        boolean[] ready = {false};
        generation.whenReady(() -> ready[0] = true);
        while (!ready[0]) {
            device.work();
        }
        return generation.next();
    }

    private Answer answer(int[] prompt, GenerationOptions options) {
        Generation generation = context.generate(prompt, options);
        Answer answer = new Answer();
        while (!generation.isFinished()) {
            answer.add(step(generation));
        }
        return answer;
    }

    /**
     * Returns options with which few tokens are probable.
     *
     * @param others bias of the two tokens
     */
    private SamplingOptions sampling(float others, float penalty, long seed) {
        Map<Integer, Float> bias =
                Map.of(70, others, 71, others, context.model().tokenizer().eosId(), others - 4);
        return new SamplingOptions(1, 0, 1, 0, 1, penalty, 0, bias, seed);
    }

    private static GenerationOptions options(
            SamplingOptions sampling, int maxTokens, List<String> stop, int logProbs, boolean speculative) {
        return options(sampling, maxTokens, stop, null, logProbs, speculative);
    }

    private static GenerationOptions options(
            SamplingOptions sampling,
            int maxTokens,
            List<String> stop,
            Grammar grammar,
            int logProbs,
            boolean speculative) {
        return new GenerationOptions(
                sampling,
                maxTokens,
                stop,
                AnswerFormat.PLAIN,
                grammar,
                logProbs,
                speculative,
                GenerationOptions.NO_SHIFT);
    }

    /** Returns the number of accepted guesses of an answer that is the same without guesses. */
    private int check(SamplingOptions sampling, int maxTokens, List<String> stop, int logProbs) {
        Answer without = answer(PROMPT, options(sampling, maxTokens, stop, logProbs, false));
        assertEquals(0, without.drafted);
        Answer with = answer(PROMPT, options(sampling, maxTokens, stop, logProbs, true));
        assertEquals(without.events, with.events);
        assertTrue(with.accepted <= with.drafted && with.accepted < with.ids.size());

        // The KV cache holds what the session says: another answer after this one is the same as in an empty session.
        int[] longer = Arrays.copyOf(PROMPT, PROMPT.length + with.ids.size());
        for (int i = 0; i < with.ids.size(); i++) {
            longer[PROMPT.length + i] = with.ids.get(i);
        }
        if (longer.length < CONTEXT) {
            GenerationOptions more = options(SamplingOptions.GREEDY, 2, List.of(), 3, false);
            Answer after = answer(longer, more);
            context.makeResident(new Session());
            assertEquals(answer(longer, more).events, after.events);
        }
        return with.accepted;
    }

    @Test
    void sampledAnswersAreTheSame() {
        int accepted = 0;
        for (int seed = 0; seed < 8; seed++) {
            accepted += check(sampling(6 + seed, 0, seed), 50, List.of(), GenerationOptions.NO_LOG_PROBS);
        }
        assertTrue(accepted > 8, "accepted: " + accepted);
    }

    @Test
    void penaltiesCountTokenByToken() {
        assertTrue(check(sampling(20, 0.4f, 3), 50, List.of(), GenerationOptions.NO_LOG_PROBS) > 0);
    }

    @Test
    void logProbabilitiesAreThoseOfEachToken() {
        assertTrue(check(sampling(12, 0, 4), 50, List.of(), 4) > 0);
    }

    /** Generates lists of two numbers that end only at the maximum number of tokens. */
    @Test
    void grammarsAdvanceTokenByToken() {
        Map<String, Object> items = Map.of("enum", List.of(11L, 12L));
        Grammar lists = JsonSchema.compile(Map.of("type", "array", "items", items));
        Map<Integer, Float> bias = new HashMap<>();
        for (char c : ",12".toCharArray()) {
            bias.put(context.model().tokenizer().encode("" + c, false)[0], 12f);
        }
        SamplingOptions sampling = new SamplingOptions(1, 0, 1, 0, 1, 0, 0, bias, 7);
        int accepted = 0;
        for (int maxTokens : new int[] {10, 25, 40, 60}) {
            Answer without = answer(PROMPT, options(sampling, maxTokens, List.of(), lists, -1, false));
            Answer with = answer(PROMPT, options(sampling, maxTokens, List.of(), lists, -1, true));
            assertEquals(without.events, with.events);
            accepted += with.accepted;
            String text = with.text.toString();
            assertTrue(text.matches("\\s*\\[\\s*1[12](\\s*,\\s*1[12])+\\s*]\\s*"), text);
        }
        assertTrue(accepted > 0);
    }

    @Test
    void answersEndWithinADraft() {
        SamplingOptions one = new SamplingOptions(0, 0, 1, 0, 1, 0, 0, Map.of(70, 100f), 0);
        for (int maxTokens = 1; maxTokens < 14; maxTokens++) {
            check(one, maxTokens, List.of(), GenerationOptions.NO_LOG_PROBS);
        }
        assertTrue(check(one, 1000, List.of(), GenerationOptions.NO_LOG_PROBS) > 20); // to the end of the context
        String text = answer(PROMPT, options(one, 20, List.of(), GenerationOptions.NO_LOG_PROBS, false))
                .text
                .toString();
        for (int length = 5; length < 16; length++) {
            check(one, 20, List.of(text.substring(0, length)), GenerationOptions.NO_LOG_PROBS);
        }
    }

    @Test
    void lossesWithinADraftDoNotChangeTheAnswer() {
        GenerationOptions options = options(sampling(12, 0, 4), 30, List.of(), 2, true);
        List<String> expected = answer(PROMPT, options).events;
        boolean lost = true;
        for (int calls = 1; lost; calls++) {
            lost = false;
            Generation generation = context(calls).generate(PROMPT, options);
            Answer answer = new Answer();
            while (!generation.isFinished()) {
                try {
                    answer.add(step(generation));
                } catch (DeviceLostException e) {
                    lost = true;
                    generation.resume(context(LateBackend.NEVER));
                }
            }
            assertEquals(expected, answer.events, "lost at call " + calls);
        }
    }
}
