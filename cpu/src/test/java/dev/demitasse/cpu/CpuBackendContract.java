package dev.demitasse.cpu;

import static dev.demitasse.Comparison.VOCABULARY;
import static dev.demitasse.Comparison.plan;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.BackendContract;
import dev.demitasse.Comparison;
import dev.demitasse.backend.Backend;
import dev.demitasse.backend.KvType;
import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.TensorType;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** The contract of the CPU backend, with all variants of its kernels. A subclass chooses where kernels run. */
public abstract class CpuBackendContract extends BackendContract<Variant> {
    private static final int BATCH = 9;
    /** Error of types that are requantized to Q8_0 (127 steps, and a scale with 11 bits), relative to the block's largest magnitude. */
    private static final double REQUANTIZED = 1 / 254.0 + 1 / 2048.0;
    /** Additional absolute error if the scale is a subnormal float16. */
    private static final double REQUANTIZED_ABSOLUTE = 127 * 0x1p-25;

    protected abstract RemoteKernelRuntime.Channel channel();

    @Override
    protected List<Variant> setups() {
        return Variant.ALL;
    }

    @Override
    protected Backend.Factory backends(Variant variant, int batch, KvType kvType) {
        return (plan, context) ->
                new CpuBackend(plan, context, batch, kvType, RemoteKernelRuntime.factory(channel(), variant));
    }

    @Override
    protected int[] counts() {
        return IntStream.rangeClosed(1, BATCH).toArray();
    }

    @Override
    protected int multiple() {
        return 1;
    }

    @Override
    protected int rowMultiple() {
        return 1;
    }

    private static boolean isPacked(TensorType type) {
        return Packing.of(type).type() == type;
    }

    @Override
    protected double packingError(TensorType type) {
        return isPacked(type) ? 0 : REQUANTIZED;
    }

    @Override
    protected double packingErrorAbsolute(TensorType type) {
        return isPacked(type) ? 0 : REQUANTIZED_ABSOLUTE;
    }

    /** Returns the rounding error of inputs, which are rounded to 16 bits for products by quantized matrices. */
    @Override
    protected double inputError(TensorType type) {
        return type.blockSize() == 1 ? 0 : 1 / 65534.0;
    }

    /** Returns a tolerance for the errors of several products, each of inputs that are rounded to 16 bits within a block. */
    @Override
    protected double quantizedTolerance() {
        return 3e-3;
    }

    /** Returns a tolerance for elements that are rounded to a 254th of their block's largest magnitude. */
    @Override
    protected double quantizedKvTolerance() {
        return 3e-2;
    }

    /** Returns the tolerance with float16 keys and values. A wrong angle, window or norm changes logits by tenths. */
    @Override
    protected float logitsTolerance() {
        return 0.015f;
    }

    @Override
    protected int ringPasses() {
        return 1000;
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
