package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.KvType;
import dev.demitasse.backend.Outputs;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.gguf.TensorType;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.PlanBuilder;
import dev.demitasse.sampling.TopLogits;
import dev.demitasse.webgpu.WebGpuBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests the search for the top logits on the GPU. The rows of a table serve as logits. */
class WebGpuSelectionTest {
    private static final int MAX_TOP_K = 256;

    private static final Random RANDOM = new Random(12);

    /** Returns rows of logits. */
    private static List<float[]> rows(int vocabulary) {
        float[] flat = gaussian(vocabulary, 0.001);
        float[] ties = gaussian(vocabulary, 1);
        for (int i = 0; i < vocabulary; i += 7) {
            ties[i] = Math.round(ties[i]);
        }
        float[] equal = new float[vocabulary];
        Arrays.fill(equal, -3);
        float[] one = new float[vocabulary];
        Arrays.fill(one, Float.NEGATIVE_INFINITY);
        one[vocabulary - 3] = 2;
        float[] none = new float[vocabulary];
        Arrays.fill(none, Float.NEGATIVE_INFINITY);
        float[] notANumber = gaussian(vocabulary, 2);
        notANumber[vocabulary / 2] = Float.NaN;
        float[] infinite = gaussian(vocabulary, 2);
        infinite[5] = Float.POSITIVE_INFINITY;
        float[] steep = gaussian(vocabulary, 40);
        return List.of(
                gaussian(vocabulary, 1),
                gaussian(vocabulary, 4),
                flat,
                ties,
                equal,
                one,
                steep,
                none,
                notANumber,
                infinite);
    }

    private static float[] gaussian(int count, double deviation) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (deviation * RANDOM.nextGaussian());
        }
        return values;
    }

    @Test
    void topLogitsAreFound() throws IOException {
        try (Browser browser = new Browser(new NewContextOptions(), Chromium.SOFTWARE_WEBGPU)) {
            for (int vocabulary : new int[] {48, 5008, 131_088}) {
                List<float[]> rows = rows(vocabulary);
                RemoteDevice device = new RemoteDevice(browser.open("icon.svg"), 1 << 27, true);
                byte[] file = new GgufBuilder()
                        .tensor("table", TensorType.F32, vocabulary, 12)
                        .build();
                Gguf gguf = Gguf.parse(ByteBuffer.wrap(file), file.length);
                PlanBuilder builder = new PlanBuilder(gguf);
                Plan plan = builder.build(builder.lastRows(builder.embed("table", vocabulary)));
                WebGpuBackend backend = new WebGpuBackend(plan, 8, 2, KvType.F16, device, RemoteDevice.shaders());
                backend.load(gguf.tensors().get(0), 0, bytes(gguf.tensors().get(0), rows));
                for (int row = 0; row < rows.size(); row++) {
                    for (int topK : new int[] {MAX_TOP_K, 1}) {
                        Batch batch = new Batch(new int[] {row}, 0, 1, 0);
                        TopLogits top =
                                backend.forward(batch, Outputs.topLogits(topK)).topLogits();
                        check(rows.get(row), top, topK, "row " + row + " of " + vocabulary);
                    }
                }
            }
        }
    }

    private static ByteBuffer bytes(TensorInfo tensor, List<float[]> rows) {
        ByteBuffer bytes = ByteBuffer.allocateDirect((int) tensor.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        rows.forEach(row -> {
            for (float value : row) {
                bytes.putFloat(value);
            }
        });
        return bytes.clear();
    }

    private static void check(float[] logits, TopLogits top, int topK, String where) {
        int best = -1;
        boolean sound = true;
        for (int id = 0; id < logits.length; id++) {
            sound &= !Float.isNaN(logits[id]) && logits[id] != Float.POSITIVE_INFINITY;
            if (logits[id] > (best < 0 ? Float.NEGATIVE_INFINITY : logits[best])) {
                best = id;
            }
        }
        if (!sound || best < 0) {
            assertEquals(0, top.count(), where);
            return;
        }
        assertTrue(top.count() >= 1 && top.count() <= topK, where + ": " + top.count());
        Set<Integer> found = new HashSet<>();
        for (int i = 0; i < top.count(); i++) {
            assertTrue(found.add(top.ids()[i]), where + ": twice " + top.ids()[i]);
            assertEquals(logits[top.ids()[i]], top.logits()[i], where);
        }
        assertTrue(found.contains(best), where + " lacks the most probable, " + best);
        double expSum = 0;
        for (int id = 0; id < logits.length; id++) {
            expSum += Math.exp(logits[id] - logits[best]);
            assertTrue(
                    logits[id] <= top.threshold() || found.contains(id),
                    where + " lacks " + id + ", above " + top.threshold());
        }
        if (topK > 1) {
            assertEquals(expSum, top.expSum(), 1e-4 * expSum, where);
        }
    }
}
