package dev.demitasse.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.TestWeights;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.Splitter;
import dev.demitasse.plan.Plan;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Loads real weights in three files, and compares the logits. */
class SplitLoaderTest {
    @Test
    void contextEqualsThatOfTheWholeFile() {
        ByteBuffer whole = TestWeights.map(TestWeights.smolLm2());
        GgufLoader single = new GgufLoader(whole.capacity(), 64, SplitLoaderTest::backend);
        single.accept(whole.duplicate());
        Context expected = single.finish();

        List<byte[]> files = Splitter.split(whole, 0, 100, 172);
        SplitLoader loader = new SplitLoader(3, 64, SplitLoaderTest::backend);
        for (int file = loader.file(); file >= 0; file = loader.file()) {
            loader.begin(files.get(file).length);
            assertFalse(Splitter.feed(files.get(file), 1 << 20, loader::accept), "file " + file + " is whole");
        }
        Context context = loader.finish();

        assertEquals(
                expected.model().info().parameters(), context.model().info().parameters());
        assertEquals(expected.model().info().name(), context.model().info().name());
        assertTrue(context.model().hasChatTemplate());
        int[] prompt = context.model().tokenizer().encode("The capital of France is", false);
        assertArrayEquals(expected.model().tokenizer().encode("The capital of France is", false), prompt);
        assertArrayEquals(logits(expected, prompt), logits(context, prompt));
    }

    @Test
    void unsupportedModelsAreRejectedBeforeWeightsAreFetched() {
        byte[] first = new GgufBuilder()
                .string("general.architecture", "mamba")
                .uint32("split.no", 0)
                .uint32("split.count", 2)
                .build();
        byte[] second =
                new GgufBuilder().uint32("split.no", 1).uint32("split.count", 2).build();
        SplitLoader loader = new SplitLoader(2, 64, SplitLoaderTest::backend);
        loader.begin(first.length);
        assertFalse(loader.accept(ByteBuffer.wrap(first)));
        loader.begin(Gguf.UNKNOWN_LENGTH);
        assertTrue(loader.accept(ByteBuffer.wrap(second)));
        GgufException e = assertThrows(GgufException.class, loader::end);
        assertEquals("general.architecture is \"mamba\", which is not supported", e.getMessage());
    }

    private static ReferenceBackend backend(Plan plan, int context) {
        return new ReferenceBackend(plan, context, 8);
    }

    private static float[] logits(Context context, int[] prompt) {
        Batch batch = new Batch(prompt, 0, prompt.length, 0);
        return context.backend().forward(batch, Outputs.LOGITS).logits(0).clone();
    }
}
