package dev.demitasse.engine;

import dev.demitasse.TestWeights;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.chat.Message;
import dev.demitasse.sampling.SamplingOptions;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScratchTest {
    @Test
    void t() {
        ByteBuffer file = TestWeights.map(TestWeights.smolLm2());
        EngineLoader loader =
                new EngineLoader(file.capacity(), 0, (plan, context) -> new ReferenceBackend(plan, context, 32));
        loader.accept(file);
        Engine engine = loader.finish();
        int[] prompt = engine.chatPrompt(List.of(new Message("user", "What is the capital of France?")));
        System.out.println(java.util.Arrays.toString(prompt));
        Generation g = engine.generate(prompt, new GenerationOptions(SamplingOptions.GREEDY, 40, List.of()));
        StringBuilder b = new StringBuilder();
        while (!g.isFinished()) {
            Event e = g.next();
            if (e instanceof Event.Token t) b.append(t.text());
            if (e instanceof Event.Finished f) System.out.println(f);
        }
        System.out.println(b);
    }
}
