package dev.demitasse;

import static dev.demitasse.Comparison.CONTEXT;
import static dev.demitasse.Comparison.VOCABULARY;
import static dev.demitasse.Comparison.tokens;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.KvType;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.Pass;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.TensorType;
import dev.demitasse.gguf.quant.Dequantizer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The contract of a backend: its results equal those of the reference backend, and for tiny models those of Hugging Face, within
 * tolerances that it states. The plans begin with an embedding in float32, which is exact. A subclass tests one backend.
 *
 * @param <S> a setup of the backend: a variant of the kernels, or sizes for a kind of device
 */
public abstract class BackendContract<S> {
    /** Relative tolerance for float32 sums in another order. */
    private static final double ROUNDING = 1e-5;
    /** Relative tolerance for float32 values that are only copied or scaled. */
    private static final double COPY = 1e-6;
    /** Relative tolerance for float16 keys and values. */
    private static final double FLOAT16 = 2e-3;
    /** Columns of a matrix that share a scale after requantization. */
    private static final int BLOCK_COLUMNS = 32;
    /** Positions to which sequences go back. */
    private static final int[] BACKS = {255, 127, 64, 63, 8, 1, 0};

    private static final float EMBEDDING_SCALE = 2.5f;

    /** Returns all setups, the main one first. Long sequences run in the main one only. */
    protected abstract List<S> setups();

    /** Returns a factory of backends for batches of up to {@code batch} tokens. */
    protected abstract Backend.Factory backends(S setup, int batch, KvType kvType);

    /** Returns the sizes of the batches, in ascending order. */
    protected abstract int[] counts();

    /** Returns the number that all widths are multiples of. */
    protected abstract int multiple();

    /** Returns the number that all numbers of rows of a matrix are multiples of. */
    protected abstract int rowMultiple();

    /** Returns the number that all sizes of a head are multiples of. */
    private static int headMultiple(KvType kvType) {
        return kvType == KvType.F16 ? 8 : KvType.BLOCK;
    }

    /** Returns the error of an element of the type after packing, relative to the maximum of its block. */
    protected abstract double packingError(TensorType type);

    /** Returns the absolute error of an element of the type after packing, in addition to {@link #packingError}. */
    protected abstract double packingErrorAbsolute(TensorType type);

    /** Returns the rounding error of the inputs of products, relative to the maximum of their block. */
    protected abstract double inputError(TensorType type);

    /** Returns the relative tolerance of operations that have products by quantized matrices. */
    protected abstract double quantizedTolerance();

    /** Returns the relative tolerance for Q8_0 keys and values. */
    protected abstract double quantizedKvTolerance();

    /** Returns the absolute tolerance of logits of tiny models, which reach 5. */
    protected abstract float logitsTolerance();

    /** Returns the number of passes over a ring. */
    protected abstract int ringPasses();

    private int batch() {
        int[] counts = counts();
        return counts[counts.length - 1];
    }

    private double tolerance(KvType kvType) {
        return kvType == KvType.F16 ? FLOAT16 : quantizedKvTolerance();
    }

    /** Runs a test in each setup. */
    protected interface Body {
        void run(Backend.Factory backends, Random random);
    }

    /** Returns a test for each setup. */
    protected final Stream<DynamicNode> tests(Body body) {
        List<S> setups = setups();
        return setups.stream()
                .map(setup -> DynamicTest.dynamicTest(
                        setup.toString(),
                        () -> body.run(
                                backends(setup, batch(), KvType.F16), new Random(4711 + setups.indexOf(setup)))));
    }

    /** Returns a test for each name, each in one of the setups in turn. */
    private Stream<DynamicNode> tests(List<String> names, Function<S, Function<String, Runnable>> body) {
        List<S> setups = setups();
        return names.stream().map(name -> {
            S setup = setups.get(names.indexOf(name) % setups.size());
            return DynamicTest.dynamicTest(
                    name + ", " + setup, () -> body.apply(setup).apply(name).run());
        });
    }

    @TestFactory
    Stream<DynamicNode> operations() {
        return setups().stream()
                .map(setup -> DynamicContainer.dynamicContainer(
                        setup.toString(),
                        OperationCase.all(multiple(), rowMultiple()).stream()
                                .map(operation ->
                                        DynamicTest.dynamicTest(operation.name(), () -> check(operation, setup)))));
    }

    private void check(OperationCase operation, S setup) {
        Comparison.check(
                operation.shapes(),
                operation.width(),
                operation.operations(),
                counts(),
                operation.isQuantized() ? quantizedTolerance() : ROUNDING,
                backends(setup, batch(), KvType.F16),
                new Random(operation.name().hashCode()));
    }

    @TestFactory
    Stream<DynamicNode> embeddingsOfAllTypes() {
        return tests((backends, random) -> {
            for (TensorType type : TensorType.values()) {
                int width = Math.max(32, columns(type, random));
                int rows = 32;
                Comparison comparison = new Comparison(
                                new GgufBuilder().tensor("table", type, width, rows),
                                b -> b.build(b.lastRows(b.embed("table", width, EMBEDDING_SCALE))),
                                batch(),
                                backends,
                                random)
                        .load();
                double error = packingError(type);
                for (int token = 0; token < rows; token++) {
                    comparison.run(
                            new int[] {random.nextInt(rows), token},
                            0,
                            error == 0 ? COPY : error,
                            (id, element) -> EMBEDDING_SCALE * packingErrorAbsolute(type));
                }
            }
        });
    }

    private int columns(TensorType type, Random random) {
        return type.blockSize() == 1
                ? multiple() * (1 + random.nextInt(160 / multiple()))
                : type.blockSize() * (1 + random.nextInt(3));
    }

    @TestFactory
    Stream<DynamicNode> productsByAllTypes() {
        return tests((backends, random) -> {
            for (TensorType type : TensorType.values()) {
                product(type, columns(type, random), backends, random);
            }
        });
    }

    /** Returns random inputs, whose blocks have different magnitudes. */
    protected static float[] inputs(int columns, Random random) {
        float[] inputs = new float[columns * VOCABULARY];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = Math.scalb((float) random.nextGaussian(), i / 32 % 5 - 2);
        }
        return inputs;
    }

    private void product(TensorType type, int columns, Backend.Factory backends, Random random) {
        float[] inputs = inputs(columns, random);
        int rows = VOCABULARY + rowMultiple() * random.nextInt(19);
        GgufBuilder shapes = new GgufBuilder()
                .tensor("matrix", type, columns, rows)
                .tensor("table", TensorType.F32, columns, VOCABULARY);
        Comparison comparison = new Comparison(
                shapes,
                b -> Comparison.plan(b, (x, in) -> x.matMul(in, "matrix", rows), columns),
                batch(),
                backends,
                random);
        comparison.tensor("table").asFloatBuffer().put(0, inputs);
        comparison.load();
        float[] matrix = new float[rows * columns];
        Dequantizer.of(type).dequantize(comparison.tensor("matrix"), 0, matrix, 0, matrix.length);
        for (int count : counts()) {
            comparison.run(
                    tokens(count, random),
                    0,
                    ROUNDING,
                    (token, row) -> productError(
                            type,
                            Arrays.copyOfRange(matrix, row * columns, (row + 1) * columns),
                            Arrays.copyOfRange(inputs, token * columns, (token + 1) * columns)));
        }
    }

    /** Returns the maximum error of the product of a row and an input that comes from packing the row and rounding the input. */
    private double productError(TensorType type, float[] row, float[] input) {
        double error = 0;
        for (int from = 0; from < row.length; from += BLOCK_COLUMNS) {
            int to = Math.min(row.length, from + BLOCK_COLUMNS);
            double weightError = packingError(type) * maxMagnitude(row, from, to) + packingErrorAbsolute(type);
            double roundingError = inputError(type) * maxMagnitude(input, from, to);
            for (int i = from; i < to; i++) {
                error += roundingError * Math.abs(row[i]) + weightError * Math.abs(input[i]);
            }
        }
        return error;
    }

    private static double maxMagnitude(float[] values, int from, int to) {
        double max = 0;
        for (int i = from; i < to; i++) {
            max = Math.max(max, Math.abs(values[i]));
        }
        return max;
    }

    /** Runs sequences of prefills and single tokens that go back several times. */
    @TestFactory
    Stream<DynamicNode> attention() {
        return Stream.of(KvType.values()).flatMap(kvType -> setups().stream()
                .map(setup -> DynamicTest.dynamicTest(kvType + ", " + setup, () -> {
                    Random random = new Random(4);
                    for (AttentionCase layer : AttentionCase.all(multiple(), headMultiple(kvType))) {
                        layer.compare(batch(), CONTEXT, backends(setup, batch(), kvType), random)
                                .runBackAndForth(CONTEXT, BACKS, tolerance(kvType));
                    }
                })));
    }

    /** A head has whole blocks of quantized keys and values. */
    /** Compares files with odd metadata, for example biases and scaled positions, with llama.cpp. */
    @TestFactory
    Stream<DynamicTest> oddModels() {
        return OddModels.greedy().stream()
                .map(model -> DynamicTest.dynamicTest(
                        model.name(),
                        () -> OddModels.checkGreedy(model, backends(setups().get(0), OddModels.BATCH, KvType.F16))));
    }

    @TestFactory
    Stream<DynamicNode> unsupportedHeadSizeIsRejected() {
        return setups().stream()
                .map(setup -> DynamicTest.dynamicTest(setup.toString(), () -> {
                    AttentionCase layer = new AttentionCase(AttentionCase.Query.PRODUCT, 1, 1, 48, 9, 0);
                    Backend.Factory backends = backends(setup, batch(), KvType.Q8_0);
                    IllegalArgumentException e = assertThrows(
                            IllegalArgumentException.class,
                            () -> layer.compare(batch(), CONTEXT, backends, new Random(1)));
                    assertTrue(e.getMessage().contains("48"), e.getMessage());
                }));
    }

    /** Fills the ring of a sliding window several times, goes back, and restores a snapshot. */
    @TestFactory
    Stream<DynamicNode> ringsOfASlidingWindow() {
        return Stream.of(KvType.values())
                .map(kvType -> DynamicTest.dynamicTest(kvType.toString(), () -> {
                    Random random = new Random(9);
                    AttentionCase layer = AttentionCase.WINDOW;
                    Comparison comparison = layer.compare(
                            batch(), RingCheck.CONTEXT, backends(setups().get(0), batch(), kvType), random);
                    RingCheck.check(
                            comparison,
                            layer.window(),
                            2 * layer.headSize() * 2,
                            tolerance(kvType),
                            ringPasses(),
                            random);
                }));
    }

    /** Keeps keys and values while the memory of the KV cache grows several times. */
    @TestFactory
    Stream<DynamicNode> growingCaches() {
        return Stream.of(KvType.values())
                .map(kvType -> DynamicTest.dynamicTest(kvType.toString(), () -> {
                    Random random = new Random(5);
                    int context = 2_300;
                    Comparison comparison = AttentionCase.WHOLE.compare(
                            batch(), context, backends(setups().get(0), batch(), kvType), random);
                    for (int position = 0; position + batch() < context; position += batch()) {
                        comparison.run(tokens(batch(), random), position, tolerance(kvType));
                    }
                    comparison.run(tokens(1, random), context - 1 - batch(), tolerance(kvType));
                }));
    }

    @TestFactory
    Stream<DynamicNode> logitsEqualThoseOfHuggingFace() {
        return tests(
                BackendLoader.tinyModels(),
                setup -> name -> () -> new ExpectedLogits("/tiny/" + name + ".json")
                        .check(
                                batch -> BackendLoader.load(
                                        BackendLoader.tinyModel(name), 128, backends(setup, batch, KvType.F16)),
                                logitsTolerance()));
    }

    /**
     * Runs drafts, and commits a part of each. Logits equal those of single tokens to the last bit, so that speculative decoding
     * chooses the same tokens as decode. A backend with one output has no drafts.
     */
    @TestFactory
    Stream<DynamicNode> draftsEqualSingleTokens() {
        return tests(
                List.of("llama", "gemma3", "phi3"),
                setup -> name -> () -> {
                    Backend backend =
                            BackendLoader.load(BackendLoader.tinyModel(name), 300, backends(setup, 64, KvType.F16));
                    int[] tokens = new Random(3).ints(260, 0, 288).toArray();
                    int position = 0;
                    for (int length : new int[] {2, 9, 5, 16, 7, 3}) {
                        // past several tiles of positions, which are divided into splits
                        backend.forward(new Batch(tokens, position, position + 36, position), Outputs.NONE);
                        position += 36;
                        int count = Math.min(length, backend.maxOutputs());
                        float[][] expected = new float[count][];
                        for (int i = 0; i < count; i++) {
                            expected[i] = decode(backend, tokens[position + i], position + i);
                        }
                        int committed = position + (count + 1) / 2;
                        float[] other = decodeOthers(backend, committed);
                        Batch draft = new Batch(tokens, position, position + count, position);
                        Pass pass = backend.forward(draft, Outputs.logits(count));
                        for (int i = 0; i < count; i++) {
                            assertArrayEquals(expected[i], pass.logits(i), "token " + i + " of " + count);
                        }
                        assertEquals(committed, backend.validPrefix(committed));
                        assertArrayEquals(other, decodeOthers(backend, committed), "after a part of " + count);
                        backend.forward(draft, Outputs.NONE);
                        position += count;
                    }
                });
    }

    private static float[] decode(Backend backend, int token, int position) {
        Pass pass = backend.forward(new Batch(new int[] {token}, 0, 1, position), Outputs.LOGITS);
        return pass.logits(0).clone();
    }

    /** Returns the logits after two tokens that are not those of the draft. */
    private static float[] decodeOthers(Backend backend, int position) {
        decode(backend, 11, position);
        return decode(backend, 12, position + 1);
    }

    @TestFactory
    Stream<DynamicNode> snapshotsAreRestored() {
        return tests(
                List.of("llama"),
                setup -> name -> () -> SnapshotCheck.check(context ->
                        BackendLoader.load(BackendLoader.tinyModel(name), context, backends(setup, 16, KvType.F16))));
    }
}
