package dev.demitasse.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.TestWeights;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.chat.Message;
import dev.demitasse.jinja.LocalTime;
import dev.demitasse.sampling.SamplingOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests the generation loop on real weights, in a context of 64 tokens and batches of 7. */
class GenerationTest {
    private static final List<Message> QUESTION = List.of(new Message("user", "What is the capital of France?"));
    private static final String ANSWER = "The capital of France is Paris.";
    private static Context context;

    @BeforeAll
    static void load() {
        ByteBuffer file = TestWeights.map(TestWeights.smolLm2());
        GgufLoader loader =
                new GgufLoader(file.capacity(), 64, (plan, context) -> new ReferenceBackend(plan, context, 7));
        loader.accept(file);
        context = loader.finish();
    }

    @Test
    void promptIsReadInBatchesAndItsPrefixIsReused() {
        int[] prompt =
                context.model().chatPrompt(QUESTION, Map.of(), new LocalTime(0)).ids();
        List<Event> events = run(context.generate(prompt, options(64, List.of())));
        assertEquals(ANSWER, text(events));
        assertEquals(FinishReason.STOP, last(events).reason());

        List<Event> again = run(context.generate(prompt, options(64, List.of())));
        assertEquals(ANSWER, text(again));
        assertEquals(new Event.Prefill(prompt.length, prompt.length), again.get(0));
        assertEquals(prompt.length - 1, last(again).usage().cachedTokens());

        int[] other = prompt.clone();
        other[3] = 100;
        List<Event> differs = run(context.generate(other, options(1, List.of())));
        assertEquals(3, last(differs).usage().cachedTokens());
        assertEquals(new Event.Prefill(10, prompt.length), differs.get(0));
    }

    @Test
    void answersEndAtLimitsAndStops() {
        int[] prompt =
                context.model().chatPrompt(QUESTION, Map.of(), new LocalTime(0)).ids();
        List<Event> three = run(context.generate(prompt, options(3, List.of())));
        assertEquals("The capital of", text(three));
        assertEquals(FinishReason.LENGTH, last(three).reason());
        assertEquals(3, last(three).usage().completionTokens());

        List<Event> stopped = run(context.generate(prompt, options(64, List.of("France is", "zzz"))));
        assertEquals("The capital of ", text(stopped));
        assertEquals(FinishReason.STOP, last(stopped).reason());

        List<Event> full = run(context.generate(
                context.model().tokenizer().encode("Once upon a time", false), options(500, List.of())));
        assertEquals(FinishReason.LENGTH, last(full).reason());
        assertEquals(64 - 4 + 1, last(full).usage().completionTokens());
    }

    @Test
    void cancelEndsWithTheTextSoFar() {
        Generation generation = context.generate(
                context.model().chatPrompt(QUESTION, Map.of(), new LocalTime(0)).ids(), options(64, List.of()));
        List<Event> events = new ArrayList<>();
        while (!(events.size() > 1 && text(events).equals("The capital"))) {
            events.add(generation.next());
        }
        generation.cancel();
        Event end = generation.next();
        assertTrue(generation.isFinished());
        assertEquals(FinishReason.ABORT, ((Event.Finished) end).reason());
        assertThrows(IllegalStateException.class, generation::next);
    }

    @Test
    void aNewAnswerEndsTheOneBefore() {
        Generation first = context.generate(
                context.model().chatPrompt(QUESTION, Map.of(), new LocalTime(0)).ids(), options(64, List.of()));
        first.next();
        context.generate(
                context.model().chatPrompt(QUESTION, Map.of(), new LocalTime(0)).ids(), options(64, List.of()));
        assertThrows(IllegalStateException.class, first::next);
    }

    @Test
    void promptsThatDoNotFitAreRejected() {
        assertThrows(IllegalArgumentException.class, () -> context.generate(new int[0], options(1, List.of())));
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> context.generate(new int[64], options(1, List.of())));
        assertTrue(e.getMessage().contains("64 tokens"), e.getMessage());
    }

    private static GenerationOptions options(int maxTokens, List<String> stop) {
        return new GenerationOptions(SamplingOptions.GREEDY, maxTokens, stop, AnswerFormat.PLAIN);
    }

    private static List<Event> run(Generation generation) {
        List<Event> events = new ArrayList<>();
        while (!generation.isFinished()) {
            events.add(generation.next());
        }
        return events;
    }

    private static Event.Finished last(List<Event> events) {
        return (Event.Finished) events.get(events.size() - 1);
    }

    private static String text(List<Event> events) {
        StringBuilder text = new StringBuilder();
        for (Event event : events) {
            if (event instanceof Event.Token token) {
                text.append(token.text());
            } else if (event instanceof Event.Finished finished) {
                text.append(finished.text());
            }
        }
        return text.toString();
    }
}
