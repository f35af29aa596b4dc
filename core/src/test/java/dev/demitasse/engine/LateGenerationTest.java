package dev.demitasse.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.DeviceLostException;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.huggingface.Folder;
import dev.demitasse.sampling.SamplingOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Generates on a backend that does not wait and may be lost, with a tiny random model in batches of 7. */
class LateGenerationTest {
    private static final Folder LLAMA = new Folder("llama");
    private static final Map<String, String> TEXTS = LLAMA.texts();
    private static final int[] PROMPT = {10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 11, 12, 13, 14, 15};
    private static final int MAX_TOKENS = 9;

    /** A context with its device. */
    private static final class Fixture {
        final Context context;
        LateBackend device;

        Fixture(int contextLength, int callsUntilLoss) {
            context = context(contextLength, backend -> {
                device = new LateBackend(backend, 12, callsUntilLoss);
                return device;
            });
        }

        Fixture(int callsUntilLoss) {
            this(64, callsUntilLoss);
        }

        /** Runs a step as a worker does. */
        Event step(Generation generation) {
            complete(generation);
            return generation.next();
        }

        void complete(Generation generation) {
            generation.begin();
            boolean[] ready = {false};
            generation.whenReady(() -> ready[0] = true);
            while (!ready[0]) {
                device.work();
            }
        }
    }

    static List<SamplingOptions> samplings() {
        return List.of(
                SamplingOptions.GREEDY,
                new SamplingOptions(0, 0, 1, 0, 1.3f, 0.2f, 0.1f, Map.of(), 0),
                new SamplingOptions(0.9f, 20, 0.9f, 0, 1.2f, 0.3f, 0, Map.of(), 1),
                new SamplingOptions(0.5f, 0, 0.4f, 0, 1, 0, 0, Map.of(), 2),
                new SamplingOptions(1, 0, 1, 0.3f, 1.1f, 0, 0.5f, Map.of(), 3),
                new SamplingOptions(1, 0, 1, 0, 1, 0, 0, Map.of(), 4));
    }

    @ParameterizedTest
    @MethodSource("samplings")
    void answersEqualThoseOfABackendThatWaits(SamplingOptions sampling) {
        Fixture fixture = new Fixture(LateBackend.NEVER);
        List<Event> events = new ArrayList<>();
        Generation generation = fixture.context.generate(PROMPT, options(sampling));
        while (!generation.isFinished()) {
            events.add(fixture.step(generation));
        }
        assertEquals(withoutTimes(expected(sampling)), withoutTimes(events));
    }

    @Test
    void topLogitsMayOrMayNotSuffice() {
        Fixture fixture = new Fixture(LateBackend.NEVER);
        for (SamplingOptions sampling : samplings()) {
            Generation generation = fixture.context.generate(PROMPT, options(sampling));
            while (!generation.isFinished()) {
                fixture.step(generation);
            }
        }
        assertTrue(fixture.device.fetches() > 5, "undecided: " + fixture.device.fetches());
        int decided = fixture.device.tops() - fixture.device.fetches();
        assertTrue(decided > 20, "decided: " + decided);
    }

    @ParameterizedTest
    @MethodSource("samplings")
    void lossesDoNotChangeTheAnswer(SamplingOptions sampling) {
        List<Event> expected = expected(sampling);
        boolean lost = true;
        for (int calls = 1; lost; calls++) {
            Fixture fixture = new Fixture(calls);
            Fixture first = fixture;
            Generation generation = fixture.context.generate(PROMPT, options(sampling));
            List<Event> events = new ArrayList<>();
            while (!generation.isFinished()) {
                try {
                    events.add(fixture.step(generation));
                } catch (DeviceLostException e) {
                    // The second device is lost, too, halfway.
                    fixture = new Fixture(fixture == first ? calls / 2 + 1 : LateBackend.NEVER);
                    generation.resume(fixture.context);
                }
            }
            lost = fixture != first;
            List<Event> read = withoutTimes(events);
            read.removeIf(event -> event instanceof Event.Prefill);
            List<Event> wanted = withoutTimes(expected);
            wanted.removeIf(event -> event instanceof Event.Prefill);
            assertEquals(wanted, read, "lost after " + calls + " calls");
            assertThrows(IllegalStateException.class, () -> generation.resume(first.context));
        }
    }

    @Test
    void lossesAreThrownByNextOnly() {
        Fixture fixture = new Fixture(6); // forward, done, forward, done, forward, done
        Generation generation = fixture.context.generate(PROMPT, options(SamplingOptions.GREEDY));
        for (int i = 0; i < 3; i++) {
            assertInstanceOf(Event.Prefill.class, fixture.step(generation));
        }
        assertTrue(fixture.device.isLost());
        boolean[] ready = {false};
        generation.begin();
        generation.whenReady(() -> ready[0] = true);
        assertTrue(ready[0]);
        assertThrows(DeviceLostException.class, generation::next);
        assertThrows(DeviceLostException.class, generation::next, "until it is resumed");
    }

    @Test
    void aChosenTokenSurvivesTheLossOfTheDevice() {
        SamplingOptions sampling = samplings().get(2);
        Fixture fixture = new Fixture(LateBackend.NEVER);
        Generation generation = fixture.context.generate(PROMPT, options(sampling));
        List<Event> events = new ArrayList<>();
        while (events.size() < 5) {
            events.add(fixture.step(generation));
        }
        fixture.complete(generation);
        Fixture other = new Fixture(LateBackend.NEVER);
        generation.resume(other.context);
        while (!generation.isFinished()) {
            events.add(other.step(generation));
        }
        List<Event> read = withoutTimes(events);
        int answered = PROMPT.length + 3; // three prefills, two tokens and the chosen one
        assertTrue(read.remove(new Event.Prefill(7, answered)));
        assertTrue(read.remove(new Event.Prefill(14, answered)));
        assertTrue(read.remove(new Event.Prefill(answered, answered)));
        assertEquals(withoutTimes(expected(sampling)), read);
    }

    @Test
    void actionsOfALostContextAreDropped() {
        Fixture fixture = new Fixture(LateBackend.NEVER);
        Generation generation = fixture.context.generate(PROMPT, options(SamplingOptions.GREEDY));
        generation.begin();
        generation.whenReady(() -> {
            throw new AssertionError("the context was replaced");
        });
        Fixture other = new Fixture(LateBackend.NEVER);
        generation.resume(other.context);
        fixture.device.work();
        assertEquals(new Event.Prefill(7, PROMPT.length), other.step(generation));
    }

    @Test
    void aShorterContextEndsTheAnswer() {
        Fixture fixture = new Fixture(LateBackend.NEVER);
        Generation generation = fixture.context.generate(PROMPT, options(SamplingOptions.GREEDY));
        for (int i = 0; i < 5; i++) {
            fixture.step(generation);
        }
        Fixture shorter = new Fixture(PROMPT.length + 1, LateBackend.NEVER);
        generation.resume(shorter.context);
        Event.Finished end = (Event.Finished) shorter.step(generation);
        assertEquals(FinishReason.LENGTH, end.reason());
        assertEquals(2, end.usage().completionTokens());
    }

    @Test
    void cancelEndsTheAnswerWhenItsWorkIsDone() {
        Fixture fixture = new Fixture(LateBackend.NEVER);
        Generation generation = fixture.context.generate(PROMPT, options(SamplingOptions.GREEDY));
        for (int i = 0; i < 5; i++) {
            fixture.step(generation);
        }
        generation.begin();
        generation.cancel();
        Event.Finished end = (Event.Finished) fixture.step(generation);
        assertEquals(FinishReason.ABORT, end.reason());
        assertEquals(2, end.usage().completionTokens());

        Generation next = fixture.context.generate(PROMPT, options(SamplingOptions.GREEDY));
        List<Event> events = new ArrayList<>();
        while (!next.isFinished()) {
            events.add(fixture.step(next));
        }
        List<Event> tokens = withoutTimes(expected(SamplingOptions.GREEDY)).subList(3, 3 + MAX_TOKENS);
        assertEquals(tokens, events.subList(1, 1 + MAX_TOKENS));
    }

    @Test
    void nextDoesNotWait() {
        Fixture fixture = new Fixture(LateBackend.NEVER);
        Generation generation = fixture.context.generate(PROMPT, options(SamplingOptions.GREEDY));
        IllegalStateException e = assertThrows(IllegalStateException.class, generation::next);
        assertEquals("the backend is still at work", e.getMessage());
        fixture.device.work();
        assertEquals(new Event.Prefill(7, PROMPT.length), generation.next());
    }

    @Test
    void aNewAnswerEndsOneThatWaits() {
        Fixture fixture = new Fixture(LateBackend.NEVER);
        Generation generation = fixture.context.generate(PROMPT, options(SamplingOptions.GREEDY));
        generation.begin();
        boolean[] ready = {false};
        generation.whenReady(() -> ready[0] = true);
        fixture.context.generate(PROMPT, options(SamplingOptions.GREEDY));
        assertFalse(ready[0]);
        fixture.device.work();
        assertTrue(ready[0]);
        assertThrows(IllegalStateException.class, generation::next);
        assertThrows(IllegalStateException.class, () -> generation.resume(new Fixture(LateBackend.NEVER).context));
    }

    private static GenerationOptions options(SamplingOptions sampling) {
        return new GenerationOptions(sampling, MAX_TOKENS, List.of(), AnswerFormat.PLAIN);
    }

    /** Returns the events on a backend that waits: three batches, tokens, the end. */
    private static List<Event> expected(SamplingOptions sampling) {
        List<Event> events = new ArrayList<>();
        Generation generation = context(64, backend -> backend).generate(PROMPT, options(sampling));
        while (!generation.isFinished()) {
            events.add(generation.next());
        }
        assertEquals(3 + MAX_TOKENS + 1, events.size());
        return events;
    }

    @Test
    void embeddingsComeLater() {
        float[] expected = embedding(context(64, backend -> backend));
        assertArrayEquals(expected, embedding(new Fixture(LateBackend.NEVER).context));
        assertThrows(DeviceLostException.class, () -> embedding(new Fixture(3).context));
    }

    private static float[] embedding(Context context) {
        Embedding embedding = context.embed(PROMPT);
        while (!embedding.isFinished()) {
            embedding.begin();
            boolean[] ready = {false};
            embedding.whenReady(() -> ready[0] = true);
            if (!ready[0] && context.backend() instanceof LateBackend device) {
                device.work();
            }
            assertTrue(ready[0]);
            embedding.next();
        }
        return embedding.vector();
    }

    private static List<Event> withoutTimes(List<Event> events) {
        List<Event> same = new ArrayList<>();
        for (Event event : events) {
            if (event instanceof Event.Finished end) {
                Usage usage = end.usage();
                assertTrue(usage.prefillNanos() > 0 && usage.decodeNanos() > 0, usage.toString());
                event = new Event.Finished(
                        end.reason(),
                        end.reasoning(),
                        end.text(),
                        end.toolCalls(),
                        new Usage(usage.promptTokens(), usage.cachedTokens(), usage.completionTokens(), 0, 0, 0, 0));
            }
            same.add(event);
        }
        return same;
    }

    private static Context context(int contextLength, UnaryOperator<Backend> device) {
        FolderLoader loader = new FolderLoader(
                "a folder",
                TEXTS,
                contextLength,
                (plan, context) -> device.apply(new ReferenceBackend(plan, context, 7)));
        for (String file = loader.file(); file != null; file = loader.file()) {
            Folder.feed(LLAMA.bytes(file), 1 << 20, loader::accept);
        }
        return loader.finish();
    }
}
