package dev.demitasse.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.grammar.Grammar;
import dev.demitasse.huggingface.Folder;
import dev.demitasse.sampling.LogProbs;
import dev.demitasse.sampling.SamplingOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Interrupts answers of a tiny random model after each token, and continues each in a new context from its tokens. */
class ReplayTest {
    private static final Folder LLAMA = new Folder("llama");
    private static final int CONTEXT = 40;
    private static final int[] PROMPT = {10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 11, 12, 13, 14, 15};

    private static Context context() {
        FolderLoader loader = new FolderLoader(
                "a folder", LLAMA.texts(), CONTEXT, (plan, context) -> new ReferenceBackend(plan, context, 7));
        for (String file = loader.file(); file != null; file = loader.file()) {
            Folder.feed(LLAMA.bytes(file), 1 << 20, loader::accept);
        }
        return loader.finish();
    }

    /** A token of an answer, or the text at its end, in a form that can be compared. */
    private static List<String> events(Generation generation, List<Integer> ids) {
        List<String> events = new ArrayList<>();
        while (!generation.isFinished()) {
            Event event = generation.next();
            if (event instanceof Event.Token token) {
                LogProbs probs = token.logProbs();
                ids.add(token.id());
                events.add(token.id() + " " + token.reasoning() + token.text()
                        + (probs == null ? "" : probs.chosen() + Arrays.toString(probs.top())));
            } else if (event instanceof Event.Finished end) {
                assertEquals(ids.size(), end.usage().completionTokens());
                events.add(end.reason() + " " + end.reasoning() + end.text() + end.toolCalls());
            }
        }
        return events;
    }

    private static void assertContinues(GenerationOptions options) {
        List<Integer> ids = new ArrayList<>();
        List<String> expected = events(context().generate(PROMPT, options), ids);
        assertTrue(ids.size() > 5, "tokens: " + ids.size());
        for (int count = 0; count <= ids.size(); count++) {
            Generation continued = context().generate(PROMPT, options);
            continued.replay(ids.subList(0, count).stream().mapToInt(id -> id).toArray(), 0);
            assertEquals(expected, events(continued, new ArrayList<>()), "interrupted after " + count);
        }
    }

    private static GenerationOptions options(SamplingOptions sampling, int logProbs, int keep) {
        return new GenerationOptions(sampling, 60, List.of(), AnswerFormat.PLAIN, null, logProbs, true, keep);
    }

    @Test
    void sampledAnswersContinue() {
        for (SamplingOptions sampling : LateGenerationTest.samplings()) {
            assertContinues(options(sampling, GenerationOptions.NO_LOG_PROBS, GenerationOptions.NO_SHIFT));
        }
    }

    @Test
    void logProbsAreThoseOfTheUninterruptedAnswer() {
        for (SamplingOptions sampling : LateGenerationTest.samplings()) {
            assertContinues(options(sampling, 3, GenerationOptions.NO_SHIFT));
        }
    }

    @Test
    void answersBeyondTheContextContinue() {
        Map<Integer, Float> noEnd = Map.of(context().model().tokenizer().eosId(), -100f);
        assertContinues(options(new SamplingOptions(0, 0, 1, 0, 1, 0, 0, noEnd, 0), GenerationOptions.NO_LOG_PROBS, 4));
        assertContinues(options(new SamplingOptions(1, 0, 1, 0, 1.2f, 0, 0, noEnd, 7), 2, 0));
    }

    @Test
    void grammarsContinue() {
        Grammar grammar = Grammar.sequence(
                Grammar.choice(List.of(Grammar.literal("{\"colour\": "), Grammar.literal("{\"animal\": "))),
                Grammar.choice(List.of(Grammar.literal("\"a red fox\"}"), Grammar.literal("\"a blue whale\"}"))));
        SamplingOptions sampling = new SamplingOptions(1, 0, 1, 0, 1.1f, 0, 0, Map.of(), 5);
        for (int logProbs : new int[] {GenerationOptions.NO_LOG_PROBS, 2}) {
            assertContinues(new GenerationOptions(
                    sampling, 60, List.of(), AnswerFormat.PLAIN, grammar, logProbs, true, GenerationOptions.NO_SHIFT));
        }
    }

    /** The first pass reads the prompt and the recorded tokens as one batch or several; no pass chooses a recorded token. */
    @Test
    void recordedTokensAreReadInBatches() {
        GenerationOptions options =
                options(SamplingOptions.GREEDY, GenerationOptions.NO_LOG_PROBS, GenerationOptions.NO_SHIFT);
        List<Integer> ids = new ArrayList<>();
        events(context().generate(PROMPT, options), ids);
        int[] recorded = ids.subList(0, 12).stream().mapToInt(id -> id).toArray();
        Generation continued = context().generate(PROMPT, options);
        continued.replay(recorded, 1_000_000_000_000L);
        for (int i = 0; i < recorded.length; i++) {
            assertEquals(recorded[i], ((Event.Token) continued.next()).id());
        }
        for (int read = 7; read < PROMPT.length + recorded.length; read += 7) {
            assertEquals(new Event.Prefill(read, PROMPT.length + recorded.length), continued.next());
        }
        continued.cancel();
        Event.Finished end = (Event.Finished) continued.next();
        assertEquals(recorded.length, end.usage().completionTokens());
        assertTrue(end.usage().decodeNanos() > 1_000_000_000_000L, "the time before the interruption counts");
    }

    @Test
    void aBegunGenerationReplaysNothing() {
        Generation generation = context().generate(PROMPT, options(SamplingOptions.GREEDY, 0, 0));
        generation.begin();
        assertThrows(IllegalStateException.class, () -> generation.replay(new int[] {1}, 0));
    }
}
