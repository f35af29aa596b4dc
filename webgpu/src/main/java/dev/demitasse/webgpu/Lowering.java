package dev.demitasse.webgpu;

import dev.demitasse.plan.Activation;
import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.MemoryPlan;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.Rotary;
import dev.demitasse.plan.Weight;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gives everything that a plan needs its place in GPU memory, and turns its steps into dispatches. */
final class Lowering {
    /** Angles of the batch's positions: cosines and sines in turns, {@code [token, pairs, 2]}, from this word of the step's data. */
    record RotaryTable(Rotary rotary, @Nullable Weight frequencyFactors, int word) {}

    /** Words of a step before its data. */
    static final int STEP_HEAD = 4;

    /** Most tokens that {@code select.wgsl} lists, and the bytes of its result: a head, and an id and a logit for each. */
    static final int MOST_CANDIDATES = 256;

    static final int RESULT_HEAD_BYTES = 16;
    static final int RESULT_BYTES = RESULT_HEAD_BYTES + 8 * MOST_CANDIDATES;

    private static final int PARAMS = 0;
    private static final int ARENA = 3;
    private static final int VECTORS = 4;
    private static final int STEP = 5;

    /** Workgroups' sizes in the sources. */
    private static final int SIZE = 64;

    private static final int MATMUL_TILE = 32;
    private static final int LEAST_SHARE = 128;
    private static final int MOST_SHARES = 32;
    private static final int SELECT_SHARES = 64;
    private static final int SELECT_SCRATCH_BYTES = 4 * (1024 + 3 * SELECT_SHARES);

    private final Plan plan;
    private final int batchSize;
    private final int context;
    private final Device device;
    private final Kernels kernels;
    private final Weights weights;
    private final Tuning tuning;
    private final Fusion fusion;
    private final MemoryPlan memory;
    private final Device.Buffer arena;
    private final long arenaBytes;
    private final int partials;
    private final Device.Buffer step;
    private final int stepWords;
    private final Device.Buffer[] keys;
    private final Device.Buffer[] values;
    private final long[] cacheBytes;
    private final Device.Buffer scratch;
    private final Device.Buffer result;
    private final List<RotaryTable> rotaryTables = new ArrayList<>();
    private final List<Draft> drafts = new ArrayList<>();

    Lowering(Plan plan, int contextLength, int batchSize, Device device, Shaders shaders, Weights weights) {
        this.plan = plan;
        this.batchSize = batchSize;
        this.device = device;
        this.weights = weights;
        context = contextLength;
        kernels = new Kernels(device, shaders);
        tuning = Tuning.of(device);
        fusion = new Fusion(plan);
        List<MemoryPlan.Use> uses = new ArrayList<>();
        fusion.body().forEach(s -> uses.add(s.use()));
        fusion.head().forEach(s -> uses.add(s.use()));
        memory = MemoryPlan.of(uses, fusion.place(plan.logits()).buffer(), batchSize);
        partials = memory.size();
        arenaBytes = 4L * (memory.size() + partialsSize());
        if (arenaBytes > device.maxBindingBytes()) {
            throw new IllegalArgumentException("activations of " + arenaBytes + " bytes are more than the GPU binds ("
                    + device.maxBindingBytes() + ")");
        }
        arena = device.createStorage("activations", arenaBytes);
        int layers = plan.kvWidths().size();
        keys = new Device.Buffer[layers];
        values = new Device.Buffer[layers];
        cacheBytes = new long[layers];
        for (int layer = 0; layer < layers; layer++) {
            cacheBytes[layer] = 2L * context * plan.kvWidths().get(layer);
            if (cacheBytes[layer] > device.maxBindingBytes()) {
                throw new IllegalArgumentException("a context of " + context + " tokens needs keys of "
                        + cacheBytes[layer] + " bytes in a layer; the GPU binds " + device.maxBindingBytes());
            }
            keys[layer] = device.createStorage("keys " + layer, cacheBytes[layer]);
            values[layer] = device.createStorage("values " + layer, cacheBytes[layer]);
        }
        int words = 0;
        for (Op op : plan.body()) {
            if (op instanceof Op.Rope rope && rotaryTable(rope) == null) {
                rotaryTables.add(new RotaryTable(rope.rotary(), rope.frequencyFactors(), words));
                words += batchSize * rope.rotary().dimensions();
                if (rope.frequencyFactors() != null) {
                    weights.keep(rope.frequencyFactors());
                }
            }
        }
        stepWords = STEP_HEAD + words + batchSize;
        step = device.createStorage("step", 4L * stepWords);
        scratch = device.createStorage("selection", SELECT_SCRATCH_BYTES);
        result = device.createStorage("result", RESULT_BYTES);
    }

    private int partialsSize() {
        int most = 0;
        for (Op op : plan.body()) {
            if (op instanceof Op.Attention attention) {
                most = Math.max(most, attention.heads() * MOST_SHARES * (attention.headSize() + 4));
            }
        }
        return most;
    }

    private @Nullable RotaryTable rotaryTable(Op.Rope rope) {
        for (RotaryTable table : rotaryTables) {
            if (table.rotary == rope.rotary() && table.frequencyFactors == rope.frequencyFactors()) {
                return table;
            }
        }
        return null;
    }

    List<RotaryTable> rotaryTables() {
        return rotaryTables;
    }

    Device.Buffer step() {
        return step;
    }

    /** Words of the step's buffer, head and data. */
    int stepWords() {
        return stepWords;
    }

    /** Word of the step's data where ids begin. */
    int firstToken() {
        return stepWords - STEP_HEAD - batchSize;
    }

    Device.Buffer arena() {
        return arena;
    }

    /** Where logits lie in the arena, in bytes. */
    long logitsOffset() {
        return 4L * view(plan.logits()).offset;
    }

    /** What {@code select.wgsl} writes. */
    Device.Buffer result() {
        return result;
    }

    /** Bytes of GPU memory for keys and values of one position. */
    static long bytesPerPosition(Plan plan) {
        return plan.kvWidths().stream().mapToLong(width -> 4L * width).sum();
    }

    /** Rows of activations in the arena, in float32s. */
    private record View(int offset, int stride) {
        int quad() {
            return offset / 4;
        }

        int strideQuads() {
            return stride / 4;
        }
    }

    private View view(Buffer buffer) {
        if (buffer.width() % 4 != 0) {
            throw new IllegalArgumentException(
                    buffer.name() + " has " + buffer.width() + " elements a row; the GPU kernels need a multiple of 4");
        }
        Fusion.Place place = fusion.place(buffer);
        return new View(
                memory.offset(place.buffer()) + place.column(), place.buffer().width());
    }

    /**
     * A dispatch that waits for all others, with which it shares the buffer of parameters.
     *
     * @param params null for a kernel without any
     * @param usual numbers of those bindings that always have the same buffer
     * @param others the rest
     */
    private record Draft(
            Program program,
            Device.Pipeline pipeline,
            @Nullable Params params,
            List<Integer> usual,
            List<Device.Binding> others,
            Program.Grid grid) {}

    /** The plan's body for batches of any size. */
    Program batch() {
        return program(fusion.body(), false);
    }

    /** The plan's body for one token. */
    Program single() {
        return program(fusion.body(), true);
    }

    Program head() {
        return program(fusion.head(), true);
    }

    private Program program(List<Fusion.Step> steps, boolean single) {
        Writer writer = new Writer(single);
        steps.forEach(writer::add);
        return writer.program;
    }

    /** Finds the likeliest token, or the {@link #MOST_CANDIDATES} likeliest. */
    Program selection(boolean many) {
        Program program = new Program();
        Params params = new Params().ints(view(plan.logits()).offset, plan.vocabularySize());
        Device.Binding bins = new Device.Binding(6, scratch, 0, SELECT_SCRATCH_BYTES);
        Device.Binding found = new Device.Binding(7, result, 0, RESULT_BYTES);
        addSelection(program, "greatest", params, List.of(ARENA), List.of(bins, found), SELECT_SHARES);
        if (many) {
            addSelection(program, "spread", params, List.of(ARENA), List.of(bins), SELECT_SHARES);
            addSelection(program, "list", params, List.of(ARENA), List.of(bins, found), SELECT_SHARES);
        } else {
            addSelection(program, "first", null, List.of(), List.of(bins, found), 1);
        }
        return program;
    }

    private void addSelection(
            Program program,
            String entryPoint,
            @Nullable Params params,
            List<Integer> usual,
            List<Device.Binding> others,
            int workgroups) {
        Device.Pipeline pipeline = kernels.plain("select", entryPoint, Map.of());
        drafts.add(new Draft(program, pipeline, params, usual, others, (count, position) -> workgroups));
    }

    /** Makes the dispatches of all programs written so far. */
    void finish() {
        int bytes = Math.max(1, drafts.size()) * Params.BYTES;
        ByteBuffer words = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (Draft draft : drafts) {
            (draft.params == null ? new Params() : draft.params).writeTo(words);
        }
        Device.Buffer uniforms = device.createUniforms("parameters", bytes);
        device.write(uniforms, 0, words.clear());
        for (int i = 0; i < drafts.size(); i++) {
            Draft draft = drafts.get(i);
            List<Device.Binding> bindings = new ArrayList<>(draft.others);
            for (int number : draft.usual) {
                bindings.add(
                        switch (number) {
                            case ARENA -> new Device.Binding(ARENA, arena, 0, arenaBytes);
                            case VECTORS ->
                                new Device.Binding(VECTORS, weights.allocateVectors(), 0, weights.vectorBytes());
                            default -> new Device.Binding(STEP, step, 0, 4L * stepWords);
                        });
            }
            if (draft.params != null) {
                bindings.add(new Device.Binding(PARAMS, uniforms, i * Params.BYTES, Params.BYTES));
            }
            draft.program.add(draft.pipeline, device.createBindGroup(draft.pipeline, bindings), draft.grid);
        }
        drafts.clear();
    }

    private final class Writer {
        private final Program program = new Program();
        private final boolean single;

        Writer(boolean single) {
            this.single = single;
        }

        private void dispatch(
                Device.Pipeline pipeline,
                Params params,
                Program.Grid grid,
                List<Integer> usual,
                Device.Binding... others) {
            drafts.add(new Draft(program, pipeline, params, usual, List.of(others), grid));
        }

        /** As many invocations for each token, or for the one. */
        private Program.Grid perToken(long invocations) {
            return (count, position) -> (int) ((count * invocations + SIZE - 1) / SIZE);
        }

        void add(Fusion.Step added) {
            if (added instanceof Fusion.Embed embed) {
                addEmbed(embed.op());
            } else if (added instanceof Fusion.Norm norm) {
                addNorm(norm);
            } else if (added instanceof Fusion.Products products) {
                addProducts(products);
            } else if (added instanceof Fusion.Gate gate) {
                addGate(gate);
            } else if (added instanceof Fusion.Turn turn) {
                addTurn(turn.op());
            } else if (added instanceof Fusion.Store store) {
                addStore(store);
            } else if (added instanceof Fusion.Attend attend) {
                addAttend(attend.op());
            } else if (added instanceof Fusion.Elementwise elementwise) {
                addElementwise(elementwise.op());
            }
        }

        private Params weightParams(Matrix.Part part) {
            int[] regions = new int[4];
            for (int i = 0; i < part.regions().length - 1; i++) {
                regions[i] = (int) (part.regions()[i] / 4);
            }
            return new Params().ints(regions);
        }

        private Device.Binding[] weightBindings(Matrix.Part part) {
            return new Device.Binding[] {
                new Device.Binding(1, part.buffer(), 0, part.bytes()),
                new Device.Binding(2, part.buffer(), 0, part.bytes())
            };
        }

        private void addEmbed(Op.Embed op) {
            Matrix table = weights.matrix(
                    List.of(new Matrix.Segment(op.table(), 0, op.table().rows())));
            int units = table.unitsPerRow();
            for (Matrix.Part part : table.parts()) {
                Params params = weightParams(part)
                        .ints(
                                units,
                                part.firstRow(),
                                part.rows(),
                                view(op.out()).quad())
                        .real(op.scale());
                dispatch(
                        kernels.over(table.format(), "embed", Map.of()),
                        params,
                        perToken(units),
                        List.of(ARENA, STEP),
                        weightBindings(part));
            }
        }

        private void addNorm(Fusion.Norm norm) {
            Op.RmsNorm op = norm.op();
            int width = op.weight().columns();
            int runs = op.in().width() / width;
            View in = view(op.in());
            View out = view(norm.out());
            View addend = norm.addend() == null ? null : view(norm.addend());
            Params params = new Params()
                    .ints(width / 4, runs, in.quad(), in.strideQuads(), out.quad(), out.strideQuads())
                    .ints(weights.vector(op.weight()))
                    .ints(addend == null ? Params.NONE : addend.quad(), addend == null ? 0 : addend.strideQuads())
                    .real(op.epsilon());
            boolean last = op.in().rows() == Buffer.Rows.LAST;
            dispatch(
                    kernels.plain("rms_norm", "main", Map.of("SIZE", tuning.normSize(width / 4))),
                    params,
                    (count, position) -> (last ? 1 : count) * runs,
                    List.of(ARENA, VECTORS));
        }

        private int bias(List<Op.MatMul> members) {
            if (members.stream().allMatch(member -> member.bias() == null)) {
                return Params.NONE;
            }
            return weights.vectors(members.stream()
                    .map(member -> new Weights.Span(member.bias(), member.out().width()))
                    .toList());
        }

        private Matrix matrix(List<Op.MatMul> members) {
            return weights.matrix(members.stream()
                    .map(member -> new Matrix.Segment(
                            member.weight(), member.firstRow(), member.out().width()))
                    .toList());
        }

        private void addProducts(Fusion.Products products) {
            List<Op.MatMul> members = products.members();
            Op.MatMul first = members.get(0);
            Matrix matrix = matrix(members);
            int bias = bias(members);
            if (single || first.in().rows() == Buffer.Rows.LAST) {
                if (!isGatedLater(products, matrix)) {
                    addMatVec(matrix, first, view(first.out()), bias, 0, 0);
                }
                return;
            }
            View in = view(first.in());
            View out = view(first.out());
            View addend = first.addend() == null ? null : view(first.addend());
            for (Matrix.Part part : matrix.parts()) {
                int offset = part.firstRow() / 4;
                Params params = weightParams(part)
                        .ints(matrix.unitsPerRow(), part.rows() / 4)
                        .ints(in.quad(), in.strideQuads(), out.quad() + offset, out.strideQuads())
                        .ints(bias == Params.NONE ? bias : bias + offset)
                        .ints(
                                addend == null ? Params.NONE : addend.quad() + offset,
                                addend == null ? 0 : addend.strideQuads());
                int rowTiles = (part.rows() + MATMUL_TILE - 1) / MATMUL_TILE;
                dispatch(
                        kernels.over(matrix.format(), "matmul", Map.of()),
                        params,
                        (count, position) -> rowTiles * ((count + MATMUL_TILE - 1) / MATMUL_TILE),
                        List.of(ARENA, VECTORS, STEP),
                        weightBindings(part));
            }
        }

        /** Whether the products of one token are made together with their gate. */
        private boolean isGatedLater(Fusion.Products products, Matrix matrix) {
            return single
                    && matrix.parts().size() == 1
                    && bias(products.members()) == Params.NONE
                    && fusion.body().stream()
                            .anyMatch(s -> s instanceof Fusion.Gate gate && gate.products() == products);
        }

        private void addMatVec(Matrix matrix, Op.MatMul op, View out, int bias, int gatedQuads, int activation) {
            Tuning.Lanes lanes = tuning.lanes(matrix.unitsPerRow());
            for (Matrix.Part part : matrix.parts()) {
                int offset = part.firstRow() / 4;
                int rowQuads = gatedQuads == 0 ? part.rows() / 4 : gatedQuads;
                Params params = weightParams(part)
                        .ints(matrix.unitsPerRow(), rowQuads, view(op.in()).quad(), out.quad() + offset)
                        .ints(bias == Params.NONE ? bias : bias + offset)
                        .ints(
                                op.addend() == null
                                        ? Params.NONE
                                        : view(op.addend()).quad() + offset)
                        .ints(gatedQuads, activation);
                dispatch(
                        kernels.over(
                                matrix.format(), "matvec", Map.of("LANES", lanes.lanes(), "GROUPS", lanes.groups())),
                        params,
                        (count, position) -> (rowQuads + lanes.groups() - 1) / lanes.groups(),
                        List.of(ARENA, VECTORS),
                        weightBindings(part));
            }
        }

        private int code(Activation activation) {
            return switch (activation) {
                case SILU -> 0;
                case GELU_TANH -> 1;
            };
        }

        private void addGate(Fusion.Gate gate) {
            if (gate.products() != null) {
                Matrix matrix = matrix(gate.products().members());
                if (isGatedLater(gate.products(), matrix)) {
                    Op.MatMul op = gate.products().members().get(0);
                    int quads = op.out().width() / 4;
                    addMatVec(
                            matrix,
                            op,
                            view(gate.op().out()),
                            Params.NONE,
                            quads,
                            code(gate.op().activation()));
                    return;
                }
            }
            addElementwise(gate.op());
        }

        private void addElementwise(Op op) {
            View a = view(op.inputs().get(0));
            View b = op.inputs().size() > 1 ? view(op.inputs().get(1)) : a;
            View out = view(op.out());
            int operation;
            int activation = 0;
            float cap = 0;
            if (op instanceof Op.Gated gated) {
                operation = 0;
                activation = code(gated.activation());
            } else if (op instanceof Op.SoftCap softCap) {
                operation = 1;
                cap = softCap.cap();
            } else if (op instanceof Op.Add) {
                operation = 2;
            } else if (op instanceof Op.LastRow) {
                operation = 3;
            } else {
                throw new IllegalArgumentException("unknown operation " + op);
            }
            int quads = op.out().width() / 4;
            Params params = new Params()
                    .ints(operation, quads, a.quad(), a.strideQuads(), b.quad(), b.strideQuads())
                    .ints(out.quad(), out.strideQuads(), activation)
                    .real(cap);
            Program.Grid all = perToken(quads);
            boolean last = op.out().rows() == Buffer.Rows.LAST;
            dispatch(
                    kernels.plain("elementwise", "main", Map.of()),
                    params,
                    last ? (count, position) -> all.workgroups(1, position) : all,
                    List.of(ARENA, STEP));
        }

        private void addTurn(Op.Rope op) {
            View view = view(op.in());
            int heads = op.in().width() / op.headSize();
            // Nothing is stored: any two buffers do.
            turn(op, heads, view, 0, view, view, op.headSize(), scratch, RESULT_BYTES, result);
        }

        private void addStore(Fusion.Store store) {
            Op.Attention op = store.op();
            int layer = op.layer();
            // Query and key have the same table where both turn.
            turn(
                    store.key(),
                    store.query() == null ? 0 : op.heads(),
                    view(op.query()),
                    op.kvHeads(),
                    view(op.key()),
                    view(op.value()),
                    op.headSize(),
                    keys[layer],
                    cacheBytes[layer],
                    values[layer]);
        }

        private void turn(
                Op.@Nullable Rope rope,
                int heads,
                View query,
                int kvHeads,
                View key,
                View value,
                int headSize,
                Device.Buffer keyCache,
                long bytes,
                Device.Buffer valueCache) {
            RotaryTable table = rope == null ? null : rotaryTable(rope);
            int pairs = table == null ? 0 : table.rotary.dimensions() / 2;
            boolean halves = table != null && table.rotary.pairing() == Rotary.Pairing.HALVES;
            Params params = new Params()
                    .ints(heads, kvHeads, headSize, pairs, halves ? 1 : 0)
                    .ints(query.offset, query.stride, key.offset, key.stride, value.offset, value.stride)
                    .ints(table == null ? 0 : table.word, context);
            dispatch(
                    kernels.plain("rope_and_store", "main", Map.of()),
                    params,
                    perToken((long) (heads + kvHeads) * (headSize / 2)),
                    List.of(ARENA, STEP),
                    new Device.Binding(6, keyCache, 0, bytes),
                    new Device.Binding(7, valueCache, 0, bytes));
        }

        private void addAttend(Op.Attention op) {
            int headSize = op.headSize();
            if (headSize % 4 != 0 || headSize > 4 * SIZE) {
                throw new IllegalArgumentException("heads of " + headSize
                        + " elements; the GPU kernels need a multiple of 4, " + 4 * SIZE + " at most");
            }
            int group = op.heads() / op.kvHeads();
            int most = headSize <= 128 ? 8 : 4; // what 16 KiB of workgroup memory hold
            int queries = most;
            if (single) {
                int parts = (group + most - 1) / most;
                queries = (group + parts - 1) / parts;
            }
            int mostShares = single ? MOST_SHARES : 1;
            View query = view(op.query());
            View out = view(op.out());
            Params params = new Params()
                    .ints(group, op.kvHeads(), query.quad(), query.strideQuads(), out.quad(), out.strideQuads())
                    .ints(context, op.window())
                    .real(op.scale())
                    .real(op.softCap())
                    .ints(mostShares, partials / 4);
            Device.Binding[] caches = {
                new Device.Binding(6, keys[op.layer()], 0, cacheBytes[op.layer()]),
                new Device.Binding(7, values[op.layer()], 0, cacheBytes[op.layer()])
            };
            int perGroup = queries;
            dispatch(
                    kernels.attention("main", queries, headSize),
                    params,
                    (count, position) ->
                            (count * group + perGroup - 1) / perGroup * op.kvHeads() * shares(op, mostShares, position),
                    List.of(ARENA, STEP),
                    caches);
            if (single) {
                dispatch(
                        kernels.attention("combine", queries, headSize),
                        params,
                        (count, position) -> shares(op, mostShares, position) > 1 ? op.heads() : 0,
                        List.of(ARENA, STEP));
            }
        }

        /** As {@code share_count} of the kernel. */
        private int shares(Op.Attention op, int most, int position) {
            int seen = Math.min(op.window(), position + 1);
            return Math.min(most, (seen + LEAST_SHARE - 1) / LEAST_SHARE);
        }
    }
}
