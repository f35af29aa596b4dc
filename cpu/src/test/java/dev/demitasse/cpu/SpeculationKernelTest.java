package dev.demitasse.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.TestWeights;
import dev.demitasse.backend.KvType;
import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.chat.Message;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.Event;
import dev.demitasse.engine.Generation;
import dev.demitasse.engine.GenerationOptions;
import dev.demitasse.engine.GgufLoader;
import dev.demitasse.engine.Usage;
import dev.demitasse.jinja.LocalTime;
import dev.demitasse.sampling.SamplingOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Compares speculative decoding on real weights with decoding token by token. */
class SpeculationKernelTest {
    private static final String TEXT =
            "The old lighthouse keeper climbed the 217 steps every evening, lit the great lamp, and wrote"
                    + " the names of the passing ships into a leather-bound book.";
    private static final List<SamplingOptions> SAMPLINGS =
            List.of(SamplingOptions.GREEDY, new SamplingOptions(0.7f, 40, 0.95f, 0, 1.05f, 0, 0, Map.of(), 11));

    private record Answer(List<Integer> ids, Usage usage) {}

    @Test
    void tokensAreTheSame() {
        try (Node node = new Node()) {
            ByteBuffer file = TestWeights.map(TestWeights.smolLm2());
            GgufLoader loader = new GgufLoader(
                    file.capacity(),
                    512,
                    (plan, context) -> new CpuBackend(
                            plan,
                            context,
                            64,
                            KvType.F16,
                            RemoteKernelRuntime.factory(node, new Variant(true, false, 2))));
            loader.accept(file);
            Context context = loader.finish();
            List<Message> messages =
                    List.of(new Message("user", "Repeat this text three times:\n" + TEXT + "\n" + TEXT));
            int[] prompt = context.model()
                    .chatPrompt(messages, Map.of(), new LocalTime(0))
                    .ids();
            for (SamplingOptions sampling : SAMPLINGS) {
                Answer expected = answer(context, prompt, sampling, false);
                Answer answer = answer(context, prompt, sampling, true);
                assertEquals(expected.ids, answer.ids);
                assertEquals(0, expected.usage.draftedTokens());
                assertTrue(answer.usage.acceptedTokens() > 0, answer.usage.toString());
            }
        }
    }

    private static Answer answer(Context context, int[] prompt, SamplingOptions sampling, boolean speculative) {
        Generation generation = context.generate(
                prompt, new GenerationOptions(sampling, 40, List.of(), AnswerFormat.PLAIN, null, -1, speculative, -1));
        List<Integer> ids = new ArrayList<>();
        while (true) {
            Event event = generation.next();
            if (event instanceof Event.Token token) {
                ids.add(token.id());
            } else if (event instanceof Event.Finished end) {
                return new Answer(ids, end.usage());
            }
        }
    }
}
