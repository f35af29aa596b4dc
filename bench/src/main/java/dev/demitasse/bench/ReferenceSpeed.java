package dev.demitasse.bench;

import dev.demitasse.RecordingBackend;
import dev.demitasse.TestWeights;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.Event;
import dev.demitasse.engine.Generation;
import dev.demitasse.engine.GenerationOptions;
import dev.demitasse.engine.GgufLoader;
import dev.demitasse.sampling.SamplingOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Loads a model file and generates one token on the reference backend, for a full-shape model that is too large for the tests (see
 * {@code oracle/full_shape_smollm3.py}).
 *
 * <pre>bench/run ReferenceSpeed smollm3-3b-random-Q4_0.gguf</pre>
 */
final class ReferenceSpeed {
    private ReferenceSpeed() {}

    public static void main(String[] arguments) {
        ByteBuffer file = TestWeights.map(Path.of(arguments[0]));
        long start = System.nanoTime();
        RecordingBackend[] made = new RecordingBackend[1];
        GgufLoader loader = new GgufLoader(file.capacity(), 4096, (plan, context) -> {
            made[0] = new RecordingBackend(new ReferenceBackend(plan, context, 32));
            return made[0];
        });
        loader.accept(file);
        Context context = loader.finish();
        System.out.printf(
                "%s: %,d parameters, loaded in %.1f s%n",
                context.model().info().name(), context.model().info().parameters(), seconds(start));
        start = System.nanoTime();
        int[] prompt = context.model().tokenizer().encode("Why is the sky blue?", false);
        Generation generation = context.generate(
                prompt, new GenerationOptions(SamplingOptions.GREEDY, 1, List.of(), AnswerFormat.PLAIN));
        while (!generation.isFinished()) {
            if (generation.next() instanceof Event.Token token) {
                float logit = made[0].latest().logits(0)[token.id()];
                System.out.printf(
                        "%d prompt tokens, first token %d with logit %.3f after %.1f s%n",
                        prompt.length, token.id(), logit, seconds(start));
            }
        }
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
