package dev.demitasse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.Pass;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.gguf.TensorType;
import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.PlanBuilder;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Runs a small plan by a backend and by the reference backend on the same tensors, and compares the results. */
public final class Comparison {
    public static final int CONTEXT = 300;
    /** Vocabulary size of {@link #plan}. */
    public static final int VOCABULARY = 40;

    private final Random random;
    /** In the order of the file, so that the same seed gives the same bytes. */
    private final Map<TensorInfo, ByteBuffer> tensors = new LinkedHashMap<>();

    private final Plan plan;
    private final Backend reference;
    private final Backend tested;

    /**
     * Creates both backends.
     *
     * @param shapes tensors of the plan
     * @param writePlan builds the plan
     * @param batch maximum number of tokens of a batch
     * @param backends creates the tested backend
     */
    public Comparison(
            GgufBuilder shapes,
            Function<PlanBuilder, Plan> writePlan,
            int batch,
            Backend.Factory backends,
            Random random) {
        this(shapes, writePlan, batch, CONTEXT, backends, random);
    }

    /** Creates both backends with another context length than {@link #CONTEXT}. */
    public Comparison(
            GgufBuilder shapes,
            Function<PlanBuilder, Plan> writePlan,
            int batch,
            int context,
            Backend.Factory backends,
            Random random) {
        this.random = random;
        byte[] file = shapes.build();
        Gguf gguf = Gguf.parse(ByteBuffer.wrap(file), file.length);
        plan = writePlan.apply(new PlanBuilder(gguf));
        for (TensorInfo tensor : gguf.tensors()) {
            tensors.put(tensor, RandomTensor.bytes(tensor, random));
        }
        reference = new ReferenceBackend(plan, context, batch);
        tested = backends.create(plan, context);
    }

    /** Returns a plan of an embedding, then the operations of {@code middle}, whose result is the logits. */
    public static Plan plan(PlanBuilder builder, BiFunction<PlanBuilder, Buffer, Buffer> middle, int width) {
        return builder.build(builder.lastRows(middle.apply(builder, builder.embed("table", width))));
    }

    public static int[] tokens(int count, Random random) {
        return random.ints(count, 0, VOCABULARY).toArray();
    }

    /**
     * Compares {@link #plan} on batches of the given sizes.
     *
     * @param shapes tensors of the plan, except the embedding table
     */
    public static void check(
            GgufBuilder shapes,
            int width,
            BiFunction<PlanBuilder, Buffer, Buffer> middle,
            int[] counts,
            double tolerance,
            Backend.Factory backends,
            Random random) {
        GgufBuilder all = shapes.tensor("table", TensorType.F32, width, VOCABULARY);
        int batch = IntStream.of(counts).max().getAsInt();
        Comparison comparison =
                new Comparison(all, builder -> plan(builder, middle, width), batch, backends, random).load();
        for (int count : counts) {
            comparison.run(tokens(count, random), random.nextInt(3), tolerance);
        }
    }

    public Backend tested() {
        return tested;
    }

    /** Returns the bytes of a tensor, which may be changed before {@link #load}. */
    public ByteBuffer tensor(String name) {
        for (Map.Entry<TensorInfo, ByteBuffer> entry : tensors.entrySet()) {
            if (entry.getKey().name().equals(name)) {
                return entry.getValue();
            }
        }
        throw new IllegalArgumentException(name);
    }

    /** Loads the tensors into both backends, in pieces of random sizes. */
    public Comparison load() {
        tensors.forEach((tensor, bytes) -> {
            for (int at = 0; at < bytes.capacity(); ) {
                int count = Math.min(bytes.capacity() - at, 1 + random.nextInt(bytes.capacity()));
                for (Backend backend : new Backend[] {reference, tested}) {
                    ByteBuffer piece = bytes.duplicate().order(bytes.order());
                    backend.load(tensor, at, piece.position(at).limit(at + count));
                }
                at += count;
            }
        });
        return this;
    }

    /**
     * Runs tokens at a position, and compares the results of the last token or of several.
     *
     * @param tolerance of the difference, relative to the maximum absolute value; infinite and NaN elements must be so in both
     */
    public void run(int[] tokens, int position, double tolerance) {
        run(tokens, position, tolerance, (token, element) -> 0);
    }

    /** Allowed difference of an element in addition to the tolerance. */
    public interface Bound {
        double of(int token, int element);
    }

    /** Runs tokens at a position, and compares the results within a tolerance and a bound for each element. */
    public void run(int[] tokens, int position, double tolerance, Bound bound) {
        int rows = 1 + random.nextInt(Math.min(tokens.length, tested.maxOutputs()));
        Batch batch = new Batch(tokens, 0, tokens.length, position);
        Pass expected = reference.forward(batch, Outputs.logits(rows));
        Pass actual = tested.forward(batch, Outputs.logits(rows));
        for (int row = 0; row < rows; row++) {
            String what = "row " + row + " of " + rows + ", " + tokens.length + " tokens at " + position;
            int token = tokens[tokens.length - rows + row];
            compare(expected.logits(row), actual.logits(row), tolerance, element -> bound.of(token, element), what);
        }
    }

    /**
     * Runs a sequence in batches of all sizes and single tokens, and goes back several times.
     *
     * @param end position that the sequence nearly reaches
     * @param backs positions to go back to
     */
    public void runBackAndForth(int end, int[] backs, double tolerance) {
        int batch = tested.batchSize();
        int position = 0;
        while (position + batch < end) {
            int count = random.nextBoolean() ? 1 : 1 + random.nextInt(batch);
            run(tokens(count, random), position, tolerance);
            position += count;
        }
        for (int back : backs) {
            run(tokens(1 + random.nextInt(3), random), back, tolerance);
        }
    }

    private static void compare(
            float[] expected, float[] actual, double tolerance, IntToDoubleFunction bound, String what) {
        assertEquals(expected.length, actual.length);
        double max = 0;
        for (float value : expected) {
            max = Float.isFinite(value) ? Math.max(max, Math.abs(value)) : max;
        }
        for (int i = 0; i < expected.length; i++) {
            String where = what + ", element " + i;
            if (!Float.isFinite(expected[i])) {
                assertTrue(!Float.isFinite(actual[i]), where + " should not be finite but is " + actual[i]);
            } else {
                assertEquals(expected[i], actual[i], tolerance * max + bound.applyAsDouble(i), where);
            }
        }
    }
}
