package dev.demitasse.webgpu;

import dev.demitasse.backend.KvTiles;
import dev.demitasse.backend.KvType;
import dev.demitasse.plan.Activation;
import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Rotary;
import dev.demitasse.webgpu.BatchInputs.RotaryTable;
import dev.demitasse.webgpu.GpuMemory.View;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Adds the dispatches of steps to a program. */
final class StepLowering implements Step.Visitor {
    private static final int WORKGROUP_SIZE = Size.WORKGROUP_SIZE.value();

    private final Program program;
    private final boolean single;
    private final Fusion fusion;
    private final GpuMemory memory;
    private final Weights weights;
    private final Kernels kernels;
    private final Dispatches dispatches;
    private final Tuning tuning;

    /**
     * Creates a lowering that adds dispatches to a program.
     *
     * @param single whether the program is for one token only
     */
    StepLowering(
            Program program,
            boolean single,
            Fusion fusion,
            GpuMemory memory,
            Weights weights,
            Kernels kernels,
            Dispatches dispatches,
            Tuning tuning) {
        this.program = program;
        this.single = single;
        this.fusion = fusion;
        this.memory = memory;
        this.weights = weights;
        this.kernels = kernels;
        this.dispatches = dispatches;
        this.tuning = tuning;
    }

    private void dispatch(Kernel kernel, Params params, Program.Grid grid, Device.Binding... buffers) {
        dispatches.add(program, kernel, params, grid, buffers);
    }

    /** Returns a grid of at least {@code invocations} invocations for each token. */
    private static Program.Grid perToken(long invocations) {
        return (count, position) -> (int) ((count * invocations + WORKGROUP_SIZE - 1) / WORKGROUP_SIZE);
    }

    private static boolean isLast(Buffer buffer) {
        return buffer.rows() == Buffer.Rows.LAST;
    }

    /** Starts the parameters of a kernel over weights. */
    private static Params weightParams(Kernel kernel, Matrix.Slice slice) {
        int[] planes = new int[slice.planes().length];
        for (int i = 0; i < planes.length; i++) {
            planes[i] = (int) (slice.planes()[i] / 4);
        }
        return kernel.params().set("planes", planes);
    }

    private static Device.Binding[] weightBindings(Matrix.Slice slice) {
        return new Device.Binding[] {
            new Device.Binding(Slot.PLANES_U32, slice.buffer(), 0, slice.bytes()),
            new Device.Binding(Slot.PLANES_VEC4U, slice.buffer(), 0, slice.bytes())
        };
    }

    @Override
    public void visit(Step.Embed step) {
        Op.Embed op = step.op();
        Matrix table = weights.matrix(
                List.of(new Matrix.Segment(op.table(), 0, op.table().rows())));
        Kernel kernel = kernels.get(KernelSource.EMBED, table.format(), Map.of());
        for (Matrix.Slice slice : table.slices()) {
            Params params = weightParams(kernel, slice)
                    .set("sub_blocks", table.subBlocksPerRow())
                    .set("first_id", slice.firstRow())
                    .set("ids", slice.rows())
                    .set("out", memory.view(op.out()).offsetVec4s())
                    .set("scale", op.scale());
            dispatch(kernel, params, perToken(table.subBlocksPerRow()), weightBindings(slice));
        }
    }

    @Override
    public void visit(Step.RmsNorm step) {
        Op.RmsNorm op = step.op();
        int width = op.weight().columns();
        int runs = op.in().width() / width;
        View in = memory.view(op.in());
        View out = memory.view(step.out());
        View addend = step.addend() == null ? null : memory.view(step.addend());
        Kernel kernel = kernels.get(
                KernelSource.RMS_NORM, "main", Map.of(Size.WORKGROUP_SIZE.name(), tuning.normWorkgroupSize(width / 4)));
        Params params = kernel.params()
                .set("vec4s", width / 4)
                .set("runs", runs)
                .set("in", in.offsetVec4s())
                .set("in_stride", in.strideVec4s())
                .set("out", out.offsetVec4s())
                .set("out_stride", out.strideVec4s())
                .set("weight", weights.vector(op.weight()))
                .set("addend", addend == null ? Params.NONE : addend.offsetVec4s())
                .set("addend_stride", addend == null ? 0 : addend.strideVec4s())
                .set("epsilon", op.epsilon());
        boolean last = isLast(op.in());
        dispatch(kernel, params, (count, position) -> (last ? 1 : count) * runs);
    }

    private Matrix matrix(List<Op.MatMul> members) {
        return weights.matrix(members.stream()
                .map(member -> new Matrix.Segment(
                        member.weight(), member.firstRow(), member.out().width()))
                .toList());
    }

    /** Returns the place of the stacked biases among the vectors, or {@link Params#NONE}. */
    private int bias(List<Op.MatMul> members) {
        if (members.stream().allMatch(member -> member.bias() == null)) {
            return Params.NONE;
        }
        return weights.vectors(members.stream()
                .map(member -> new Weights.Span(member.bias(), member.out().width()))
                .toList());
    }

    /** Returns the place of an optional operand's rows for a slice. */
    private static int optional(int operand, int firstVec4) {
        return operand == Params.NONE ? Params.NONE : operand + firstVec4;
    }

    @Override
    public void visit(Step.FusedMatMul step) {
        Op.MatMul first = step.members().get(0);
        Matrix matrix = matrix(step.members());
        int bias = bias(step.members());
        if (!single && !isLast(first.in())) {
            addMatMul(matrix, first, bias);
        } else if (!isPartOfGatedActivation(step, matrix)) {
            addMatVec(matrix, first, memory.view(first.out()), bias, null);
        }
    }

    /** Adds a product for a batch. */
    private void addMatMul(Matrix matrix, Op.MatMul op, int bias) {
        View in = memory.view(op.in());
        View out = memory.view(op.out());
        View addend = op.addend() == null ? null : memory.view(op.addend());
        Kernel kernel = kernels.get(KernelSource.MATMUL, matrix.format(), Map.of());
        int tileRows = Size.MATMUL_ROWS.value();
        int tileTokens = Size.MATMUL_TOKENS.value();
        for (Matrix.Slice slice : matrix.slices()) {
            int firstVec4 = slice.firstRow() / 4;
            Params params = weightParams(kernel, slice)
                    .set("sub_blocks", matrix.subBlocksPerRow())
                    .set("row_vec4s", slice.rows() / 4)
                    .set("x", in.offsetVec4s())
                    .set("x_stride", in.strideVec4s())
                    .set("out", out.offsetVec4s() + firstVec4)
                    .set("out_stride", out.strideVec4s())
                    .set("bias", optional(bias, firstVec4))
                    .set("addend", addend == null ? Params.NONE : addend.offsetVec4s() + firstVec4)
                    .set("addend_stride", addend == null ? 0 : addend.strideVec4s());
            int rowTiles = (slice.rows() + tileRows - 1) / tileRows;
            dispatch(
                    kernel,
                    params,
                    (count, position) -> rowTiles * ((count + tileTokens - 1) / tileTokens),
                    weightBindings(slice));
        }
    }

    /** Returns whether the dispatch of a gated activation computes these products, too. */
    private boolean isPartOfGatedActivation(Step.FusedMatMul step, Matrix matrix) {
        return single && matrix.slices().size() == 1 && fusion.isGated(step);
    }

    /**
     * Adds a product for one token.
     *
     * @param gated the activation of gate and up, which the matrix has stacked; null for a product alone
     */
    private void addMatVec(Matrix matrix, Op.MatMul op, View out, int bias, Op.@Nullable GatedActivation gated) {
        Tuning.Lanes lanes = tuning.lanes(matrix.subBlocksPerRow());
        Kernel kernel = kernels.get(
                KernelSource.MATVEC, matrix.format(), Map.of("LANES", lanes.lanes(), "GROUPS", lanes.groups()));
        int gateVec4s = gated == null ? 0 : op.out().width() / 4;
        int addend =
                op.addend() == null ? Params.NONE : memory.view(op.addend()).offsetVec4s();
        for (Matrix.Slice slice : matrix.slices()) {
            int firstVec4 = slice.firstRow() / 4;
            int rowVec4s = gated == null ? slice.rows() / 4 : gateVec4s;
            Params params = weightParams(kernel, slice)
                    .set("sub_blocks", matrix.subBlocksPerRow())
                    .set("row_vec4s", rowVec4s)
                    .set("x", memory.view(op.in()).offsetVec4s())
                    .set("out", out.offsetVec4s() + firstVec4)
                    .set("bias", optional(bias, firstVec4))
                    .set("addend", optional(addend, firstVec4))
                    .set("gate_vec4s", gateVec4s)
                    .set("activation", gated == null ? 0 : code(kernel, gated.activation()));
            dispatch(
                    kernel,
                    params,
                    (count, position) -> (rowVec4s + lanes.groups() - 1) / lanes.groups(),
                    weightBindings(slice));
        }
    }

    /** Returns the WGSL constant of an activation: it has the same name. */
    private static int code(Kernel kernel, Activation activation) {
        return kernel.constant(activation.name());
    }

    @Override
    public void visit(Step.GatedActivation step) {
        Op.GatedActivation op = step.op();
        if (step.matMul() != null) {
            Matrix matrix = matrix(step.matMul().members());
            if (isPartOfGatedActivation(step.matMul(), matrix)) {
                Op.MatMul gate = step.matMul().members().get(0);
                addMatVec(matrix, gate, memory.view(op.out()), Params.NONE, op);
                return;
            }
        }
        addElementwise("GATED_ACTIVATION", op.gate(), op.up(), op.out(), op.activation(), 0);
    }

    @Override
    public void visit(Step.SoftCap step) {
        Op.SoftCap op = step.op();
        addElementwise("SOFT_CAP", op.in(), op.in(), op.out(), null, op.cap());
    }

    @Override
    public void visit(Step.Add step) {
        Op.Add op = step.op();
        addElementwise("ADD", op.a(), op.b(), op.out(), null, 0);
    }

    @Override
    public void visit(Step.LastRows step) {
        Op.LastRows op = step.op();
        addElementwise("LAST_ROWS", op.in(), op.in(), op.out(), null, 0);
    }

    /**
     * Adds an operation that computes each element on its own.
     *
     * @param operation the WGSL constant of the operation
     */
    private void addElementwise(
            String operation, Buffer a, Buffer b, Buffer out, @Nullable Activation activation, float cap) {
        Kernel kernel = kernels.get(KernelSource.ELEMENTWISE, "main", Map.of());
        View aView = memory.view(a);
        View bView = memory.view(b);
        View outView = memory.view(out);
        int vec4s = out.width() / 4;
        Params params = kernel.params()
                .set("operation", kernel.constant(operation))
                .set("vec4s", vec4s)
                .set("a", aView.offsetVec4s())
                .set("a_stride", aView.strideVec4s())
                .set("b", bView.offsetVec4s())
                .set("b_stride", bView.strideVec4s())
                .set("out", outView.offsetVec4s())
                .set("out_stride", outView.strideVec4s())
                .set("activation", activation == null ? 0 : code(kernel, activation))
                .set("cap", cap);
        Program.Grid all = perToken(vec4s);
        dispatch(kernel, params, isLast(out) ? (count, position) -> all.workgroups(1, position) : all);
    }

    @Override
    public void visit(Step.Rope step) {
        Op.Rope op = step.op();
        View view = memory.view(op.in());
        Kernel kernel = kernels.get(KernelSource.ROPE_AND_STORE_KV, "main", KvFormat.of(KvType.F16), op.headSize());
        int heads = op.in().width() / op.headSize();
        Params params = ropeParams(kernel, op)
                .set("heads", heads)
                .set("kv_heads", 0)
                .set("q", view.offset())
                .set("q_stride", view.stride())
                .set("k", view.offset())
                .set("k_stride", view.stride())
                .set("v", view.offset())
                .set("v_stride", view.stride())
                .set("ring", KvTiles.WHOLE);
        // Without KV heads nothing is stored, so that any two buffers serve as keys and values.
        dispatch(
                kernel,
                params,
                perToken((long) heads * (op.headSize() / 4)),
                memory.bind(Slot.SCRATCH).at(Slot.KEYS),
                memory.bind(Slot.RESULT).at(Slot.VALUES));
    }

    @Override
    public void visit(Step.RopeAndStoreKv step) {
        Op.Attention op = step.op();
        KvCache kvCache = memory.kvCache();
        View query = memory.view(op.query());
        View key = memory.view(op.key());
        View value = memory.view(op.value());
        Kernel kernel = kernels.get(KernelSource.ROPE_AND_STORE_KV, "main", kvCache.format(), op.headSize());
        int heads = step.query() == null ? 0 : op.heads();
        Params params = ropeParams(kernel, step.key()) // the query's is the same
                .set("heads", heads)
                .set("kv_heads", op.kvHeads())
                .set("q", query.offset())
                .set("q_stride", query.stride())
                .set("k", key.offset())
                .set("k_stride", key.stride())
                .set("v", value.offset())
                .set("v_stride", value.stride())
                .set("ring", kvCache.tiles().ring(op.layer()));
        dispatch(
                kernel,
                params,
                perToken((long) (heads + op.kvHeads()) * (op.headSize() / 4)),
                kvCache.bindKeys(op.layer()),
                kvCache.bindValues(op.layer()));
    }

    /** Starts the parameters of {@code rope_and_store_kv.wgsl} with those of the rotation. */
    private Params ropeParams(Kernel kernel, Op.@Nullable Rope rope) {
        RotaryTable table = rope == null ? null : memory.batchInputs().rotaryTable(rope);
        boolean neox = table != null && table.rotary().pairing() == Rotary.Pairing.NEOX;
        return kernel.params()
                .set("pairs", table == null ? 0 : table.rotary().dimensions() / 2)
                .set("neox", neox ? 1 : 0)
                .set("angles", table == null ? 0 : table.index());
    }

    @Override
    public void visit(Step.Attention step) {
        Op.Attention op = step.op();
        int headSize = op.headSize();
        if (headSize > 4 * WORKGROUP_SIZE) {
            throw new IllegalArgumentException(
                    "heads of " + headSize + " elements; the GPU kernels take " + 4 * WORKGROUP_SIZE + " at most");
        }
        KvCache kvCache = memory.kvCache();
        Kernel kernel = kernels.get(KernelSource.ATTENTION, "main", kvCache.format(), headSize);
        int group = op.heads() / op.kvHeads();
        int maxSplits = single ? GpuMemory.MAX_SPLITS : 1;
        View query = memory.view(op.query());
        View out = memory.view(op.out());
        Params params = kernel.params()
                .set("group", group)
                .set("kv_heads", op.kvHeads())
                .set("q", query.offsetVec4s())
                .set("q_stride", query.strideVec4s())
                .set("out", out.offsetVec4s())
                .set("out_stride", out.strideVec4s())
                .set("ring", kvCache.tiles().ring(op.layer()))
                .set("window", op.window())
                .set("scale", op.scale())
                .set("soft_cap", op.softCap())
                .set("max_splits", maxSplits)
                .set("partials", memory.partials() / 4);
        int queries = kernel.constant("QUERIES");
        dispatch(
                kernel,
                params,
                (count, position) ->
                        (count * group + queries - 1) / queries * op.kvHeads() * splits(op, maxSplits, position),
                kvCache.bindKeys(op.layer()),
                kvCache.bindValues(op.layer()));
        if (single) {
            dispatch(
                    kernels.get(KernelSource.ATTENTION, "merge_splits", kvCache.format(), headSize),
                    params,
                    (count, position) -> splits(op, maxSplits, position) > 1 ? op.heads() : 0);
        }
    }

    /** Returns the number of splits of the positions that a token attends to, as {@code split_count} in {@code attention.wgsl}. */
    private static int splits(Op.Attention op, int maxSplits, int position) {
        int attended = Math.min(op.window(), position + 1);
        int minSplit = Size.MIN_SPLIT.value();
        return Math.min(maxSplits, (attended + minSplit - 1) / minSplit);
    }
}
