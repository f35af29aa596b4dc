package dev.demitasse.cpu;

import static dev.demitasse.Comparison.CONTEXT;
import static dev.demitasse.Comparison.VOCABULARY;
import static dev.demitasse.Comparison.plan;
import static dev.demitasse.Comparison.tokens;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.Comparison;
import dev.demitasse.RingCheck;
import dev.demitasse.backend.Backend;
import dev.demitasse.backend.KvType;
import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.TensorType;
import dev.demitasse.gguf.quant.Dequantizer;
import dev.demitasse.plan.Activation;
import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.PlanBuilder;
import dev.demitasse.plan.Rotary;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Compares each kernel, in all variants, with the reference backend on random shapes. A subclass chooses where kernels run. Plans begin with an
 * embedding in float32, which is exact, and end with the operation under test.
 */
public abstract class KernelTest {
    /** The position up to which sequences grow: several tiles. */
    private static final int SEQUENCE_END = 150;
    /** Positions to which sequences go back. */
    private static final int[] BACKS = {127, 64, 63, 8, 1, 0};

    private static final int BATCH = 9;
    /** Relative tolerance for float32 sums in another order. */
    private static final double ROUNDING = 1e-5;
    /** Relative tolerance for float16 keys and values. */
    private static final double FLOAT16 = 2e-3;
    /** Relative tolerance for Q8_0 keys and values, which are rounded to a 254th of their block's largest magnitude. */
    private static final double QUANTIZED = 3e-2;

    /** Error of types that are requantized to Q8_0 (127 steps, and a scale with 11 bits), relative to the block's largest magnitude. */
    private static final double REQUANTIZED = 1 / 254.0 + 1 / 2048.0;
    /** Additional absolute error if the scale is a subnormal float16. */
    private static final double REQUANTIZED_ABSOLUTE = 127 * 0x1p-25;

    protected abstract RemoteKernelRuntime.Channel channel();

    /** The body of a test. */
    private interface Case {
        void run(Backend.Factory backends, Random random);
    }

    private Stream<DynamicNode> tests(Case body) {
        return Variant.ALL.stream()
                .map(variant -> DynamicTest.dynamicTest(variant.toString(), () -> {
                    Random random = new Random(
                            variant.hashCode() * 31L + body.getClass().getName().length());
                    body.run(backends(variant), random);
                }));
    }

    private Backend.Factory backends(Variant variant) {
        return backends(variant, KvType.F16);
    }

    private Backend.Factory backends(Variant variant, KvType kvType) {
        return (plan, context) ->
                new CpuBackend(plan, context, BATCH, kvType, RemoteKernelRuntime.factory(channel(), variant));
    }

    private static void check(
            GgufBuilder shapes,
            int width,
            BiFunction<PlanBuilder, Buffer, Buffer> middle,
            double tolerance,
            Backend.Factory backends,
            Random random) {
        Comparison.check(shapes, width, middle, IntStream.rangeClosed(1, BATCH).toArray(), tolerance, backends, random);
    }

    @TestFactory
    Stream<DynamicNode> embeddingsOfAllTypes() {
        return tests((backends, random) -> {
            for (TensorType type : TensorType.values()) {
                int width = type.blockSize() * (1 + random.nextInt(3)) * (type.blockSize() == 1 ? 13 : 1);
                int rows = Math.min(width, 9 + random.nextInt(20)); // the row serves as logits, with one for each token
                Comparison comparison = new Comparison(
                                new GgufBuilder().tensor("table", type, width, rows),
                                builder -> builder.build(builder.lastRows(builder.embed("table", width, 2.5f))),
                                BATCH,
                                backends,
                                random)
                        .load();
                boolean packed = Packing.of(type).type() == type;
                for (int token = 0; token < rows; token++) {
                    int[] tokens = {random.nextInt(rows), token};
                    comparison.run(
                            tokens,
                            0,
                            packed ? 1e-6 : REQUANTIZED,
                            (id, element) -> packed ? 0 : 2.5 * REQUANTIZED_ABSOLUTE);
                }
            }
        });
    }

    /** For products by quantized matrices, inputs are rounded to 16 bits relative to their block's largest magnitude. */
    @TestFactory
    Stream<DynamicNode> productsByAllTypes() {
        return tests((backends, random) -> {
            for (TensorType type : TensorType.values()) {
                boolean isFloat = type.blockSize() == 1;
                int columns = isFloat ? 1 + random.nextInt(70) : type.blockSize() * (1 + random.nextInt(3));
                product(type, columns, isFloat ? 0 : 1 / 65534.0, backends, random);
            }
        });
    }

    private static float[] inputs(int columns, Random random) {
        float[] inputs = new float[columns * VOCABULARY];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = Math.scalb((float) random.nextGaussian(), i / 32 % 5 - 2);
        }
        return inputs;
    }

    /**
     * Checks products of random inputs by a random matrix.
     *
     * @param inputError rounding error of the inputs, relative to their block's largest magnitude
     */
    private static void product(
            TensorType type, int columns, double inputError, Backend.Factory backends, Random random) {
        float[] inputs = inputs(columns, random);
        int rows = VOCABULARY + random.nextInt(19);
        GgufBuilder shapes = new GgufBuilder()
                .tensor("matrix", type, columns, rows)
                .tensor("table", TensorType.F32, columns, VOCABULARY);
        Comparison comparison = new Comparison(
                shapes, b -> plan(b, (x, in) -> x.matMul(in, "matrix", rows), columns), BATCH, backends, random);
        comparison.tensor("table").asFloatBuffer().put(0, inputs);
        comparison.load();
        float[] matrix = new float[rows * columns];
        Dequantizer.of(type).dequantize(comparison.tensor("matrix"), 0, matrix, 0, matrix.length);
        boolean packed = Packing.of(type).type() == type;
        for (int count = 1; count <= BATCH; count++) {
            int[] tokens = tokens(count, random);
            comparison.run(tokens, 0, ROUNDING, (token, row) -> {
                double bound = 0;
                for (int from = 0; from < columns; from += Packing.BLOCK_COLUMNS) {
                    int to = Math.min(columns, from + Packing.BLOCK_COLUMNS);
                    double maxWeight = maxMagnitude(matrix, row * columns + from, row * columns + to);
                    double maxInput = maxMagnitude(inputs, token * columns + from, token * columns + to);
                    for (int c = from; c < to; c++) {
                        bound += inputError * maxInput * Math.abs(matrix[row * columns + c])
                                + (packed ? 0 : REQUANTIZED * maxWeight + REQUANTIZED_ABSOLUTE)
                                        * Math.abs(inputs[token * columns + c]);
                    }
                }
                return bound;
            });
        }
    }

    private static double maxMagnitude(float[] values, int from, int to) {
        double max = 0;
        for (int i = from; i < to; i++) {
            max = Math.max(max, Math.abs(values[i]));
        }
        return max;
    }

    @TestFactory
    Stream<DynamicNode> productsWithBiasAndResidual() {
        return tests((backends, random) -> {
            for (TensorType type : List.of(TensorType.F32, TensorType.F16, TensorType.BF16)) {
                int width = VOCABULARY + random.nextInt(30);
                GgufBuilder shapes =
                        new GgufBuilder().tensor("matrix", type, width, width).tensor("matrix.bias", TensorType.F32, width);
                check(
                        shapes,
                        width,
                        (b, in) -> b.add(in, b.matMul(in, "matrix", width)),
                        ROUNDING,
                        backends,
                        random);
            }
        });
    }

    @TestFactory
    Stream<DynamicNode> productsByPartsOfATensor() {
        return tests((backends, random) -> {
            GgufBuilder shapes = new GgufBuilder().tensor("matrix", TensorType.F16, 48, 13 + 48 + 7);
            check(shapes, 48, (b, in) -> b.fusedMatMul(in, "matrix", 13, 48, 7).get(1), ROUNDING, backends, random);
        });
    }

    @TestFactory
    Stream<DynamicNode> norms() {
        return tests((backends, random) -> {
            for (int width : new int[] {40, 41, 64, 67, 129}) {
                GgufBuilder shapes = new GgufBuilder().tensor("norm", TensorType.F32, width);
                check(shapes, width, (b, in) -> b.rmsNorm(in, "norm", width, 1e-5f), ROUNDING, backends, random);
            }
            GgufBuilder shapes = new GgufBuilder().tensor("norm", TensorType.F32, 24);
            check(shapes, 72, (b, in) -> b.rmsNorm(in, "norm", 24, 1e-6f), ROUNDING, backends, random);
        });
    }

    @TestFactory
    Stream<DynamicNode> rotaryEmbeddings() {
        return tests((backends, random) -> {
            for (Rotary.Pairing pairing : Rotary.Pairing.values()) {
                Rotary rotary = Rotary.of(pairing, 16, 10_000).withAttentionFactor(1.25f);
                check(new GgufBuilder(), 60, (b, in) -> b.rope(in, 20, rotary), ROUNDING, backends, random);
                GgufBuilder shapes = new GgufBuilder().tensor("factors", TensorType.F32, 8);
                check(shapes, 48, (b, in) -> b.rope(in, 24, rotary, "factors"), ROUNDING, backends, random);
            }
        });
    }

    @TestFactory
    Stream<DynamicNode> gates() {
        return tests((backends, random) -> {
            for (Activation activation : Activation.values()) {
                GgufBuilder shapes = new GgufBuilder().tensor("up", TensorType.F32, 53, 53);
                check(
                        shapes,
                        53,
                        (b, in) -> b.gatedActivation(activation, in, b.matMul(in, "up", 53)),
                        ROUNDING,
                        backends,
                        random);
            }
        });
    }

    @TestFactory
    Stream<DynamicNode> sumsAndCaps() {
        return tests((backends, random) -> {
            check(new GgufBuilder(), 45, (b, in) -> b.softCap(in, 1.5f), ROUNDING, backends, random);
            check(new GgufBuilder(), 45, (b, in) -> b.add(in, b.softCap(in, 1.5f)), ROUNDING, backends, random);
        });
    }

    @TestFactory
    Stream<DynamicNode> attention() {
        return tests((backends, random) -> {
            attention(backends, random, 4, 2, 16, Op.Attention.ALL_POSITIONS, 0, CONTEXT)
                    .runBackAndForth(SEQUENCE_END, BACKS, FLOAT16);
            attention(backends, random, 9, 3, 64, Op.Attention.ALL_POSITIONS, 0, CONTEXT)
                    .runBackAndForth(SEQUENCE_END, BACKS, FLOAT16);
            attention(backends, random, 5, 1, 8, 70, 0, CONTEXT).runBackAndForth(SEQUENCE_END, BACKS, FLOAT16);
            attention(backends, random, 6, 6, 24, 5, 3, CONTEXT).runBackAndForth(SEQUENCE_END, BACKS, FLOAT16);
        });
    }

    @TestFactory
    Stream<DynamicNode> attentionOverQuantizedKeysAndValues() {
        return Variant.ALL.stream()
                .map(variant -> DynamicTest.dynamicTest(variant.toString(), () -> {
                    Random random = new Random(variant.hashCode());
                    Backend.Factory backends = backends(variant, KvType.Q8_0);
                    attention(backends, random, 8, 2, 32, Op.Attention.ALL_POSITIONS, 0, CONTEXT)
                            .runBackAndForth(SEQUENCE_END, BACKS, QUANTIZED);
                    attention(backends, random, 3, 3, 96, 70, 5, CONTEXT)
                            .runBackAndForth(SEQUENCE_END, BACKS, QUANTIZED);
                    assertThrows(
                            IllegalArgumentException.class, () -> attention(backends, random, 1, 1, 48, 9, 0, CONTEXT));
                }));
    }

    /** A sequence that fills a ring several times, goes back, and is restored. */
    @TestFactory
    Stream<DynamicNode> ringsOfAWindow() {
        return Stream.of(KvType.values())
                .map(kvType -> DynamicTest.dynamicTest(kvType.toString(), () -> {
                    Random random = new Random(9);
                    double tolerance = kvType == KvType.F16 ? FLOAT16 : QUANTIZED;
                    int window = 100;
                    Comparison comparison = attention(
                            backends(new Variant(true, false, 2), kvType),
                            random,
                            2,
                            1,
                            32,
                            window,
                            0,
                            RingCheck.CONTEXT);
                    RingCheck.check(comparison, window, 2 * 32 * 2, tolerance, 1000, random);
                }));
    }

    /** Returns a comparison of one attention layer. */
    private static Comparison attention(
            Backend.Factory backends,
            Random random,
            int heads,
            int kvHeads,
            int headSize,
            int window,
            float softCap,
            int context) {
        int width = heads * headSize;
        GgufBuilder shapes = new GgufBuilder()
                .tensor("table", TensorType.F32, width, VOCABULARY)
                .tensor("key", TensorType.F32, width, kvHeads * headSize)
                .tensor("value", TensorType.F32, width, kvHeads * headSize);
        Comparison comparison = new Comparison(
                shapes,
                b -> plan(
                        b,
                        (x, in) -> x.attention(
                                in,
                                x.matMul(in, "key", kvHeads * headSize),
                                x.matMul(in, "value", kvHeads * headSize),
                                headSize,
                                0.1f / headSize,
                                window,
                                softCap),
                        width),
                BATCH,
                context,
                backends,
                random);
        return comparison.load();
    }

    /** If an input isn't a finite number, the outputs that depend on it aren't either. */
    @TestFactory
    Stream<DynamicNode> notFinite() {
        return tests((backends, random) -> {
            for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                for (TensorType type : List.of(TensorType.Q4_0, TensorType.Q8_0, TensorType.Q4_K, TensorType.F32)) {
                    int columns = 256;
                    GgufBuilder shapes = new GgufBuilder()
                            .tensor("matrix", type, columns, VOCABULARY)
                            .tensor("table", TensorType.F32, columns, VOCABULARY);
                    Comparison comparison = new Comparison(
                            shapes,
                            b -> plan(b, (x, in) -> x.matMul(in, "matrix", VOCABULARY), columns),
                            BATCH,
                            backends,
                            random);
                    float[] inputs = inputs(columns, random);
                    inputs[3 * columns + 77] = value;
                    comparison.tensor("table").asFloatBuffer().put(0, inputs);
                    comparison.load();
                    comparison.run(new int[] {3}, 0, 0.01);
                    comparison.run(new int[] {1, 2, 3}, 0, 0.01);
                    comparison.run(new int[] {3, 2}, 0, 0.01); // the other row is not affected
                }
            }
        });
    }

    /** Inputs near both ends of float32's range, and zeros. (Blocks of less than 2⁻¹¹⁰ become zeros.) */
    @TestFactory
    Stream<DynamicNode> extremes() {
        return tests((backends, random) -> {
            for (float value : new float[] {0, 1e-32f, 1e30f}) {
                GgufBuilder shapes = new GgufBuilder()
                        .tensor("matrix", TensorType.Q4_1, 64, VOCABULARY)
                        .tensor("table", TensorType.F32, 64, VOCABULARY);
                Comparison comparison = new Comparison(
                        shapes,
                        b -> plan(b, (x, in) -> x.matMul(in, "matrix", VOCABULARY), 64),
                        BATCH,
                        backends,
                        random);
                for (int i = 0; i < 64 * VOCABULARY; i++) {
                    comparison.tensor("table").putFloat(4 * i, i % 3 == 0 ? value : -value);
                }
                comparison.load();
                comparison.run(new int[] {1, 2}, 0, 1e-4);
            }
        });
    }

    /** A file with scales that aren't finite is rejected. */
    @TestFactory
    Stream<DynamicNode> infiniteScalesAreRejected() {
        return tests((backends, random) -> {
            for (TensorType type : List.of(TensorType.Q4_0, TensorType.Q4_K, TensorType.F16)) {
                Comparison comparison = new Comparison(
                        new GgufBuilder()
                                .tensor("matrix", type, 256, VOCABULARY)
                                .tensor("table", TensorType.F32, 256, VOCABULARY),
                        b -> plan(b, (x, in) -> x.matMul(in, "matrix", VOCABULARY), 256),
                        BATCH,
                        backends,
                        random);
                comparison.tensor("matrix").putShort(5 * type.blockBytes(), (short) 0x7c00);
                GgufException e = assertThrows(GgufException.class, comparison::load);
                assertTrue(e.getMessage().contains("matrix"), e.getMessage());
            }
        });
    }
}
