package dev.demitasse.e2e;

import static dev.demitasse.Comparison.VOCABULARY;
import static dev.demitasse.Comparison.plan;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import dev.demitasse.BackendContract;
import dev.demitasse.Comparison;
import dev.demitasse.backend.Backend;
import dev.demitasse.backend.KvType;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.TensorType;
import dev.demitasse.plan.Activation;
import dev.demitasse.plan.Buffer;
import dev.demitasse.webgpu.WebGpuBackend;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract of the WebGPU backend, on Chromium's software adapter. */
class WebGpuBackendTest extends BackendContract<WebGpuBackendTest.Sizes> {
    private static final int[] COUNTS = {1, 2, 9, 33, 70};
    private static final long MAX_BINDING_BYTES = 1 << 27;

    private static Browser browser;
    private static Page page;

    /** The sizes that the backend chooses for a kind of adapter. */
    enum Sizes {
        SOFTWARE,
        HARDWARE
    }

    @BeforeAll
    static void start() throws IOException {
        browser = new Browser(new NewContextOptions(), Chromium.SOFTWARE_WEBGPU);
        page = browser.open("icon.svg");
    }

    @AfterAll
    static void stop() {
        browser.close();
    }

    @Override
    protected List<Sizes> setups() {
        return List.of(Sizes.values());
    }

    @Override
    protected Backend.Factory backends(Sizes sizes, int batch, KvType kvType) {
        return backends(sizes, batch, kvType, MAX_BINDING_BYTES);
    }

    private static Backend.Factory backends(Sizes sizes, int batch, KvType kvType, long maxBindingBytes) {
        return (plan, context) -> new WebGpuBackend(
                plan,
                context,
                batch,
                kvType,
                new RemoteDevice(page, maxBindingBytes, sizes == Sizes.SOFTWARE),
                RemoteDevice.shaders());
    }

    @Override
    protected int[] counts() {
        return COUNTS.clone();
    }

    @Override
    protected int multiple() {
        return 16;
    }

    @Override
    protected int rowMultiple() {
        return 4;
    }

    @Override
    protected double packingError(TensorType type) {
        return 0;
    }

    @Override
    protected double packingErrorAbsolute(TensorType type) {
        return 0;
    }

    @Override
    protected double inputError(TensorType type) {
        return 0;
    }

    @Override
    protected double quantizedTolerance() {
        return 1e-5;
    }

    /** Returns a tolerance for integers up to 127, which are off by up to a 254th of their block's maximum. */
    @Override
    protected double quantizedKvTolerance() {
        return 2e-2;
    }

    /**
     * Returns the tolerance with float16 keys and values, which the software adapter rounds towards zero. A wrong angle, window or
     * norm changes logits by tenths.
     */
    @Override
    protected float logitsTolerance() {
        return 0.02f;
    }

    @Override
    protected int ringPasses() {
        return 400;
    }

    /** Loads a table, a matrix and a pair of gate and up that are each larger than a binding. */
    @Test
    void matricesInSeveralBuffers() {
        Random random = new Random(1);
        GgufBuilder shapes = new GgufBuilder()
                .tensor("gate", TensorType.Q4_1, 64, 640)
                .tensor("up", TensorType.Q4_1, 64, 640)
                .tensor("down", TensorType.Q8_0, 640, 64)
                .tensor("table", TensorType.F32, 64, 500);
        Comparison comparison = new Comparison(
                        shapes,
                        x -> {
                            Buffer in = x.embed("table", 64);
                            Buffer gated = x.gatedActivation(
                                    Activation.SILU, x.matMul(in, "gate", 640), x.matMul(in, "up", 640));
                            Buffer out = x.add(in, x.matMul(gated, "down", 64));
                            return x.build(x.matMul(x.lastRows(out), "table", 500));
                        },
                        4,
                        backends(Sizes.HARDWARE, 4, KvType.F16, 40_000),
                        random)
                .load();
        for (int count : new int[] {1, 2, 4}) {
            comparison.run(random.ints(count, 0, 500).toArray(), 0, 1e-5);
        }
    }

    @Test
    void unsupportedWidthIsRejected() {
        GgufBuilder shapes = new GgufBuilder().tensor("table", TensorType.F32, 42, VOCABULARY);
        Backend.Factory backends = backends(Sizes.SOFTWARE, 1, KvType.F16);
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> new Comparison(shapes, b -> plan(b, (x, in) -> in, 42), 1, backends, new Random(1)));
        assertTrue(e.getMessage().contains("the GPU kernels need a multiple of 16"), e.getMessage());
    }
}
