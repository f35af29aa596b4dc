package dev.demitasse.e2e;

import static dev.demitasse.Comparison.CONTEXT;
import static dev.demitasse.Comparison.VOCABULARY;
import static dev.demitasse.Comparison.plan;
import static dev.demitasse.Comparison.tokens;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import dev.demitasse.Comparison;
import dev.demitasse.RingCheck;
import dev.demitasse.backend.Backend;
import dev.demitasse.backend.KvType;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.TensorType;
import dev.demitasse.plan.Activation;
import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.PlanBuilder;
import dev.demitasse.plan.Rotary;
import dev.demitasse.webgpu.WebGpuBackend;
import java.io.IOException;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Each WebGPU kernel against the reference backend over random shapes, on Chromium's software adapter, with the sizes that are chosen for it and with those for
 * hardware. Plans begin with an embedding in float32, which is exact, and end with what is tested.
 */
class WebGpuKernelTest {
    /** Sequences come close to this end, past several shares of positions, and go back to these. */
    private static final int SEQUENCE_END = CONTEXT;

    private static final int[] BACKS = {255, 127, 64, 63, 8, 1, 0};
    private static final int BATCH = 70;
    private static final int[] COUNTS = {1, 2, 9, 33, BATCH};
    /** Rounding of float32 sums in another order. */
    private static final double ROUNDING = 1e-5;
    /** Keys and values are float16. */
    private static final double FLOAT16 = 2e-3;

    /** They are integers up to 127: each may be off by a 254th of the greatest of its block. */
    private static final double QUANTIZED = 2e-2;

    private static final int ALL = Op.Attention.ALL_POSITIONS;
    private static final long PLENTY = 1 << 27;

    private static Browser browser;
    private static Page page;

    @BeforeAll
    static void start() throws IOException {
        browser = new Browser(new NewContextOptions(), Chromium.SOFTWARE_WEBGPU);
        page = browser.open("icon.svg");
    }

    @AfterAll
    static void stop() {
        browser.close();
    }

    /** A test's body. */
    private interface Case {
        void run(Backend.Factory backends, Random random);
    }

    private static Stream<DynamicTest> tests(Case body) {
        return Stream.of(true, false)
                .map(software -> DynamicTest.dynamicTest(
                        software ? "sizes for software" : "sizes for hardware",
                        () -> body.run(backends(software, KvType.F16), new Random(4711))));
    }

    private static Backend.Factory backends(boolean software, KvType kvType) {
        return (plan, context) -> new WebGpuBackend(
                plan, context, BATCH, kvType, new RemoteDevice(page, PLENTY, software), RemoteDevice.shaders());
    }

    private static void check(
            GgufBuilder shapes,
            int width,
            BiFunction<PlanBuilder, Buffer, Buffer> middle,
            double tolerance,
            Backend.Factory backends,
            Random random) {
        Comparison.check(shapes, width, middle, COUNTS, tolerance, backends, random);
    }

    private static int columns(TensorType type, Random random) {
        return type.blockSize() == 1 ? 16 * (1 + random.nextInt(10)) : type.blockSize() * (1 + random.nextInt(3));
    }

    @TestFactory
    Stream<DynamicTest> embeddingsOfAllTypes() {
        return tests((backends, random) -> {
            for (TensorType type : TensorType.values()) {
                int width = Math.max(32, columns(type, random));
                Comparison comparison = new Comparison(
                                new GgufBuilder().tensor("table", type, width, 32),
                                builder -> builder.build(builder.lastRows(builder.embed("table", width, 2.5f))),
                                BATCH,
                                backends,
                                random)
                        .load();
                for (int token = 0; token < 32; token++) {
                    comparison.run(new int[] {random.nextInt(32), token}, 0, 1e-6);
                }
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> productsByAllTypes() {
        return tests((backends, random) -> {
            for (TensorType type : TensorType.values()) {
                int columns = columns(type, random);
                int rows = VOCABULARY + 4 * random.nextInt(9);
                GgufBuilder shapes = new GgufBuilder().tensor("matrix", type, columns, rows);
                check(shapes, columns, (b, in) -> b.matMul(in, "matrix", rows), ROUNDING, backends, random);
            }
        });
    }

    /** The same input, so one product in the backend; biases of some; a residual. */
    @TestFactory
    Stream<DynamicTest> productsTogether() {
        return tests((backends, random) -> {
            GgufBuilder shapes = new GgufBuilder()
                    .tensor("a", TensorType.Q4_0, 64, 96)
                    .tensor("b", TensorType.Q4_0, 64, 64)
                    .tensor("c", TensorType.F16, 64, 64)
                    .tensor("d", TensorType.Q4_0, 64, 64)
                    .tensor("b.bias", TensorType.F32, 64)
                    .tensor("e", TensorType.Q8_0, 96, 64);
            check(
                    shapes,
                    64,
                    (x, in) -> {
                        Buffer a = x.matMul(in, "a", 96);
                        Buffer b = x.matMul(in, "b", 64);
                        Buffer c = x.matMul(in, "c", 64);
                        Buffer d = x.matMul(in, "d", 64);
                        Buffer sum = x.add(c, x.softCap(x.add(b, d), 50));
                        return x.add(sum, x.matMul(a, "e", 64));
                    },
                    ROUNDING,
                    backends,
                    random);
        });
    }

    @TestFactory
    Stream<DynamicTest> productsByPartsOfATensor() {
        return tests((backends, random) -> {
            for (int part = 0; part < 3; part++) {
                int chosen = part;
                GgufBuilder shapes = new GgufBuilder().tensor("matrix", TensorType.F16, 48, 44 + 40 + 52);
                check(
                        shapes,
                        48,
                        (b, in) -> b.fusedMatMul(in, "matrix", 44, 40, 52).get(chosen),
                        ROUNDING,
                        backends,
                        random);
            }
        });
    }

    /** A binding holds no whole table, matrix or pair of gate and up. */
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
                        (plan, context) -> new WebGpuBackend(
                                plan,
                                context,
                                4,
                                KvType.F16,
                                new RemoteDevice(page, 40_000, false),
                                RemoteDevice.shaders()),
                        random)
                .load();
        for (int count : new int[] {1, 2, 4}) {
            comparison.run(random.ints(count, 0, 500).toArray(), 0, ROUNDING);
        }
    }

    @TestFactory
    Stream<DynamicTest> norms() {
        return tests((backends, random) -> {
            for (int width : new int[] {48, 64, 80, 144, 2064}) {
                GgufBuilder shapes = new GgufBuilder().tensor("norm", TensorType.F32, width);
                check(shapes, width, (b, in) -> b.rmsNorm(in, "norm", width, 1e-5f), ROUNDING, backends, random);
                GgufBuilder again = new GgufBuilder().tensor("norm", TensorType.F16, width);
                check(
                        again,
                        width,
                        (b, in) -> b.add(in, b.rmsNorm(b.softCap(in, 3), "norm", width, 1e-5f)),
                        ROUNDING,
                        backends,
                        random);
            }
            GgufBuilder shapes = new GgufBuilder().tensor("norm", TensorType.F32, 20);
            check(shapes, 80, (b, in) -> b.rmsNorm(in, "norm", 20, 1e-6f), ROUNDING, backends, random);
        });
    }

    @TestFactory
    Stream<DynamicTest> rotaryEmbeddings() {
        return tests((backends, random) -> {
            for (Rotary.Pairing pairing : Rotary.Pairing.values()) {
                Rotary rotary = Rotary.of(pairing, 16, 10_000).withAttentionFactor(1.25f);
                check(new GgufBuilder(), 80, (b, in) -> b.rope(in, 20, rotary), ROUNDING, backends, random);
                GgufBuilder shapes = new GgufBuilder().tensor("factors", TensorType.F32, 8);
                check(shapes, 48, (b, in) -> b.rope(in, 24, rotary, "factors"), ROUNDING, backends, random);
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> gates() {
        return tests((backends, random) -> {
            for (Activation activation : Activation.values()) {
                GgufBuilder alone = new GgufBuilder().tensor("up", TensorType.F32, 64, 64);
                check(
                        alone,
                        64,
                        (b, in) -> b.gatedActivation(activation, in, b.matMul(in, "up", 64)),
                        ROUNDING,
                        backends,
                        random);
                GgufBuilder both = new GgufBuilder()
                        .tensor("gate", TensorType.Q5_1, 96, 128)
                        .tensor("up", TensorType.Q5_1, 96, 128);
                check(
                        both,
                        96,
                        (b, in) -> b.gatedActivation(activation, b.matMul(in, "gate", 128), b.matMul(in, "up", 128)),
                        ROUNDING,
                        backends,
                        random);
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> sumsAndCaps() {
        return tests((backends, random) -> {
            check(new GgufBuilder(), 48, (b, in) -> b.softCap(in, 1.5f), ROUNDING, backends, random);
            check(new GgufBuilder(), 48, (b, in) -> b.add(in, b.softCap(in, 1.5f)), ROUNDING, backends, random);
        });
    }

    @TestFactory
    Stream<DynamicTest> attention() {
        return tests((backends, random) -> {
            attention(backends, random, 4, 2, 16, ALL, 0, false, CONTEXT).runBackAndForth(SEQUENCE_END, BACKS, FLOAT16);
            attention(backends, random, 9, 3, 64, ALL, 0, true, CONTEXT).runBackAndForth(SEQUENCE_END, BACKS, FLOAT16);
            attention(backends, random, 10, 1, 8, 70, 0, false, CONTEXT).runBackAndForth(SEQUENCE_END, BACKS, FLOAT16);
            attention(backends, random, 3, 3, 96, 100, 0, true, CONTEXT).runBackAndForth(SEQUENCE_END, BACKS, FLOAT16);
            attention(backends, random, 6, 6, 24, 5, 3, true, CONTEXT).runBackAndForth(SEQUENCE_END, BACKS, FLOAT16);
            attention(backends, random, 2, 1, 256, ALL, 0, true, CONTEXT).runBackAndForth(SEQUENCE_END, BACKS, FLOAT16);
        });
    }

    @Test
    void attentionOverQuantizedKeysAndValues() {
        Random random = new Random(4);
        Backend.Factory backends = backends(true, KvType.Q8_0);
        attention(backends, random, 9, 3, 64, ALL, 0, true, CONTEXT).runBackAndForth(SEQUENCE_END, BACKS, QUANTIZED);
        attention(backends, random, 3, 3, 96, 70, 5, false, CONTEXT).runBackAndForth(SEQUENCE_END, BACKS, QUANTIZED);
        attention(backends, random, 2, 1, 256, ALL, 0, true, CONTEXT).runBackAndForth(SEQUENCE_END, BACKS, QUANTIZED);
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> attention(backends, random, 1, 1, 48, ALL, 0, true, CONTEXT));
        assertTrue(e.getMessage().contains("heads of 48 elements"), e.getMessage());
    }

    /** What a sequence outgrows several times keeps its keys and values. */
    @Test
    void cachesThatGrow() {
        for (KvType kvType : KvType.values()) {
            Random random = new Random(5);
            int context = 2_300;
            Comparison comparison = attention(backends(true, kvType), random, 4, 2, 32, ALL, 0, true, context);
            for (int position = 0; position + BATCH < context; position += BATCH) {
                comparison.run(tokens(BATCH, random), position, tolerance(kvType));
            }
            comparison.run(tokens(1, random), context - 1 - BATCH, tolerance(kvType));
        }
    }

    @TestFactory
    Stream<DynamicTest> ringsOfAWindow() {
        return Stream.of(KvType.values())
                .map(kvType -> DynamicTest.dynamicTest(kvType.toString(), () -> {
                    Random random = new Random(9);
                    int window = 100;
                    Comparison comparison =
                            attention(backends(true, kvType), random, 2, 1, 32, window, 0, false, RingCheck.CONTEXT);
                    RingCheck.check(comparison, window, 2 * 32 * 2, tolerance(kvType), 400, random);
                }));
    }

    private static double tolerance(KvType kvType) {
        return kvType == KvType.F16 ? FLOAT16 : QUANTIZED;
    }

    /** A layer of attention. */
    private static Comparison attention(
            Backend.Factory backends,
            Random random,
            int heads,
            int kvHeads,
            int headSize,
            int window,
            float softCap,
            boolean turned,
            int context) {
        int width = heads * headSize;
        Rotary rotary = Rotary.of(turned ? Rotary.Pairing.NEOX : Rotary.Pairing.INTERLEAVED, headSize, 10_000);
        GgufBuilder shapes = new GgufBuilder()
                .tensor("table", TensorType.F32, width, VOCABULARY)
                .tensor("query", TensorType.F16, width, width)
                .tensor("key", TensorType.F16, width, kvHeads * headSize)
                .tensor("value", TensorType.F32, width, kvHeads * headSize);
        Comparison comparison = new Comparison(
                shapes,
                b -> plan(
                        b,
                        (x, in) -> {
                            Buffer q = x.matMul(in, "query", width);
                            Buffer k = x.matMul(in, "key", kvHeads * headSize);
                            Buffer v = x.matMul(in, "value", kvHeads * headSize);
                            if (turned) {
                                q = x.rope(q, headSize, rotary);
                                k = x.rope(k, headSize, rotary);
                            }
                            float scale = 0.02f / (width * (float) Math.sqrt(headSize));
                            return x.attention(q, k, v, headSize, scale, window, softCap);
                        },
                        width),
                BATCH,
                context,
                backends,
                random);
        return comparison.load();
    }

    @Test
    void whatTheKernelsCannotDoIsNamed() {
        GgufBuilder shapes = new GgufBuilder().tensor("table", TensorType.F32, 42, VOCABULARY);
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> new Comparison(
                        shapes, b -> plan(b, (x, in) -> in, 42), BATCH, backends(true, KvType.F16), new Random(1)));
        assertTrue(e.getMessage().contains("the GPU kernels need a multiple of 16"), e.getMessage());
    }
}
