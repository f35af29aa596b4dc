package dev.demitasse.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.huggingface.Folder;
import dev.demitasse.sampling.LogProbs;
import dev.demitasse.sampling.SamplingOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Answers of a tiny random model that continue when the context is full. */
class ContextShiftTest {
    private static final Folder LLAMA = new Folder("llama");
    private static final int CONTEXT = 40;
    private static final int[] PROMPT = {10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 11, 12, 13, 14, 15};

    private final Context context = context();

    private static Context context() {
        FolderLoader loader = new FolderLoader(
                "a folder", LLAMA.texts(), CONTEXT, (plan, context) -> new ReferenceBackend(plan, context, 7));
        for (String file = loader.file(); file != null; file = loader.file()) {
            Folder.feed(LLAMA.bytes(file), 1 << 20, loader::accept);
        }
        return loader.finish();
    }

    private GenerationOptions options(int maxTokens, boolean speculative, int keep) {
        Map<Integer, Float> noEnd = Map.of(context.model().tokenizer().eosId(), -100f);
        SamplingOptions greedy = new SamplingOptions(0, 0, 1, 0, 1, 0, 0, noEnd, 0);
        return new GenerationOptions(greedy, maxTokens, List.of(), AnswerFormat.PLAIN, null, 3, speculative, keep);
    }

    /** Runs an answer, and collects each token with its log probabilities. */
    private static FinishReason run(Generation generation, List<Integer> ids, List<String> told) {
        while (true) {
            Event event = generation.next();
            if (event instanceof Event.Token token) {
                LogProbs probs = token.logProbs();
                ids.add(token.id());
                told.add(token.id() + (probs == null ? "" : Arrays.toString(probs.top())));
            } else if (event instanceof Event.Finished finished) {
                assertEquals(ids.size(), finished.usage().completionTokens());
                return finished.reason();
            }
        }
    }

    @Test
    void tokensEqualThoseOfANewContextWithTheRemainingTokens() {
        for (int keep : new int[] {0, 4, CONTEXT / 2}) {
            List<String> expected = new ArrayList<>();
            int[] sequence = PROMPT;
            while (expected.size() < 100) {
                List<Integer> ids = new ArrayList<>();
                run(context().generate(sequence, options(1000, false, GenerationOptions.NO_SHIFT)), ids, expected);
                sequence = IntStream.concat(
                                Arrays.stream(sequence), ids.stream().mapToInt(id -> id))
                        .toArray();
                assertEquals(CONTEXT + 1, sequence.length); // the last token is not in the context any more
                int from = keep + (sequence.length - keep) / 2;
                sequence = IntStream.concat(
                                Arrays.stream(sequence, 0, keep), Arrays.stream(sequence, from, sequence.length))
                        .toArray();
            }
            for (boolean speculative : new boolean[] {false, true}) {
                List<String> told = new ArrayList<>();
                FinishReason reason =
                        run(context.generate(PROMPT, options(100, speculative, keep)), new ArrayList<>(), told);
                assertEquals(FinishReason.LENGTH, reason);
                assertEquals(expected.subList(0, 100), told, "keep " + keep);
            }
        }
    }

    @Test
    void keptTokensMustLeaveRoom() {
        GenerationOptions options = options(1, false, CONTEXT / 2 + 1);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> context.generate(PROMPT, options));
        assertTrue(e.getMessage().contains("at most 20"), e.getMessage());
    }
}
