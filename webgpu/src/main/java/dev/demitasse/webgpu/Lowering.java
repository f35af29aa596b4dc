package dev.demitasse.webgpu;

import dev.demitasse.backend.KvTiles;
import dev.demitasse.backend.KvType;
import dev.demitasse.plan.Activation;
import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.Rotary;
import dev.demitasse.webgpu.GpuMemory.RotaryTable;
import dev.demitasse.webgpu.GpuMemory.View;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns a plan's steps into dispatches. */
final class Lowering {
    private static final int PARAMS = 0;
    private static final int VECTORS = 4;

    /** Invocations of a workgroup, where the sources fix it. */
    private static final int SIZE = 64;

    private static final int MATMUL_ROWS = 64;
    private static final int MATMUL_TOKENS = 64;
    private static final int QUERIES = 4;
    private static final int LEAST_SHARE = 128;

    private final Plan plan;
    private final Device device;
    private final Kernels kernels;
    private final Weights weights;
    private final Tuning tuning;
    private final Fusion fusion;
    private final GpuMemory memory;
    private final List<Draft> drafts = new ArrayList<>();

    Lowering(Plan plan, Fusion fusion, GpuMemory memory, Weights weights, Kernels kernels, Device device) {
        this.plan = plan;
        this.fusion = fusion;
        this.memory = memory;
        this.weights = weights;
        this.kernels = kernels;
        this.device = device;
        tuning = Tuning.of(device);
    }

    /** Bindings that many kernels have. */
    private enum Usual {
        ARENA,
        VECTORS,
        STEP
    }

    /**
     * A dispatch that waits for all others, with which it shares the buffer of parameters.
     *
     * @param params null for a kernel without any
     * @param usual bindings whose buffers are always the same; that of vectors is made last
     * @param others the rest
     */
    private record Draft(
            Program program,
            Device.Pipeline pipeline,
            @Nullable Params params,
            List<Usual> usual,
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

    /** What gives the hidden states of a batch of any size. */
    Program finalNorm() {
        return program(fusion.finalNorm(), false);
    }

    Program head() {
        return program(fusion.head(), true);
    }

    private Program program(List<Fusion.Step> steps, boolean single) {
        Writer writer = new Writer(single);
        steps.forEach(writer::add);
        return writer.program;
    }

    /** Finds the likeliest token, or the {@link GpuMemory#MOST_CANDIDATES} likeliest. */
    Program selection(boolean many) {
        Program program = new Program();
        Params params = new Params().ints(memory.view(plan.logits()).offset(), plan.vocabularySize());
        Device.Binding bins = memory.bindScratch();
        Device.Binding found = memory.bindResult();
        int shares = GpuMemory.SELECT_SHARES;
        addSelection(program, "greatest", params, List.of(Usual.ARENA), List.of(bins, found), shares);
        if (many) {
            addSelection(program, "spread", params, List.of(Usual.ARENA), List.of(bins), shares);
            addSelection(program, "list", params, List.of(Usual.ARENA), List.of(bins, found), shares);
        } else {
            addSelection(program, "first", null, List.of(), List.of(bins, found), 1);
        }
        return program;
    }

    private void addSelection(
            Program program,
            String entryPoint,
            @Nullable Params params,
            List<Usual> usual,
            List<Device.Binding> others,
            int workgroups) {
        Device.Pipeline pipeline = kernels.plain("select", entryPoint, Map.of());
        drafts.add(new Draft(program, pipeline, params, usual, others, (count, position) -> workgroups));
    }

    /**
     * Makes the dispatches of all programs written since it was called last.
     *
     * @return their parameters
     */
    Device.Buffer finish() {
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
            for (Usual binding : draft.usual) {
                bindings.add(
                        switch (binding) {
                            case ARENA -> memory.bindArena();
                            case VECTORS ->
                                new Device.Binding(VECTORS, weights.allocateVectors(), 0, weights.vectorBytes());
                            case STEP -> memory.bindStep();
                        });
            }
            if (draft.params != null) {
                bindings.add(new Device.Binding(PARAMS, uniforms, i * Params.BYTES, Params.BYTES));
            }
            draft.program.add(draft.pipeline, device.createBindGroup(draft.pipeline, bindings), draft.grid);
        }
        drafts.clear();
        return uniforms;
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
                List<Usual> usual,
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
                                memory.view(op.out()).quad())
                        .real(op.scale());
                dispatch(
                        kernels.over(table.format(), "embed", Map.of()),
                        params,
                        perToken(units),
                        List.of(Usual.ARENA, Usual.STEP),
                        weightBindings(part));
            }
        }

        private void addNorm(Fusion.Norm norm) {
            Op.RmsNorm op = norm.op();
            int width = op.weight().columns();
            int runs = op.in().width() / width;
            View in = memory.view(op.in());
            View out = memory.view(norm.out());
            View addend = norm.addend() == null ? null : memory.view(norm.addend());
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
                    List.of(Usual.ARENA, Usual.VECTORS));
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
                if (!isLeftToGate(products, matrix)) {
                    addMatVec(matrix, first, memory.view(first.out()), bias, 0, 0);
                }
                return;
            }
            View in = memory.view(first.in());
            View out = memory.view(first.out());
            View addend = first.addend() == null ? null : memory.view(first.addend());
            for (Matrix.Part part : matrix.parts()) {
                int offset = part.firstRow() / 4;
                Params params = weightParams(part)
                        .ints(matrix.unitsPerRow(), part.rows() / 4)
                        .ints(in.quad(), in.strideQuads(), out.quad() + offset, out.strideQuads())
                        .ints(bias == Params.NONE ? bias : bias + offset)
                        .ints(
                                addend == null ? Params.NONE : addend.quad() + offset,
                                addend == null ? 0 : addend.strideQuads());
                int rowTiles = (part.rows() + MATMUL_ROWS - 1) / MATMUL_ROWS;
                dispatch(
                        kernels.over(matrix.format(), "matmul", Map.of()),
                        params,
                        (count, position) -> rowTiles * ((count + MATMUL_TOKENS - 1) / MATMUL_TOKENS),
                        List.of(Usual.ARENA, Usual.VECTORS, Usual.STEP),
                        weightBindings(part));
            }
        }

        /** Whether the gate's dispatch makes these products, too. */
        private boolean isLeftToGate(Fusion.Products products, Matrix matrix) {
            return single && matrix.parts().size() == 1 && fusion.isGated(products);
        }

        private void addMatVec(Matrix matrix, Op.MatMul op, View out, int bias, int gatedQuads, int activation) {
            Tuning.Lanes lanes = tuning.lanes(matrix.unitsPerRow());
            for (Matrix.Part part : matrix.parts()) {
                int offset = part.firstRow() / 4;
                int rowQuads = gatedQuads == 0 ? part.rows() / 4 : gatedQuads;
                Params params = weightParams(part)
                        .ints(
                                matrix.unitsPerRow(),
                                rowQuads,
                                memory.view(op.in()).quad(),
                                out.quad() + offset)
                        .ints(bias == Params.NONE ? bias : bias + offset)
                        .ints(
                                op.addend() == null
                                        ? Params.NONE
                                        : memory.view(op.addend()).quad() + offset)
                        .ints(gatedQuads, activation);
                dispatch(
                        kernels.over(
                                matrix.format(), "matvec", Map.of("LANES", lanes.lanes(), "GROUPS", lanes.groups())),
                        params,
                        (count, position) -> (rowQuads + lanes.groups() - 1) / lanes.groups(),
                        List.of(Usual.ARENA, Usual.VECTORS),
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
                if (isLeftToGate(gate.products(), matrix)) {
                    Op.MatMul op = gate.products().members().get(0);
                    int quads = op.out().width() / 4;
                    addMatVec(
                            matrix,
                            op,
                            memory.view(gate.op().out()),
                            Params.NONE,
                            quads,
                            code(gate.op().activation()));
                    return;
                }
            }
            addElementwise(gate.op());
        }

        private void addElementwise(Op op) {
            View a = memory.view(op.inputs().get(0));
            View b = op.inputs().size() > 1 ? memory.view(op.inputs().get(1)) : a;
            View out = memory.view(op.out());
            int operation;
            int activation = 0;
            float cap = 0;
            if (op instanceof Op.GatedActivation gated) {
                operation = 0;
                activation = code(gated.activation());
            } else if (op instanceof Op.SoftCap softCap) {
                operation = 1;
                cap = softCap.cap();
            } else if (op instanceof Op.Add) {
                operation = 2;
            } else if (op instanceof Op.LastRows) {
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
                    List.of(Usual.ARENA, Usual.STEP));
        }

        private void addTurn(Op.Rope op) {
            View view = memory.view(op.in());
            int heads = op.in().width() / op.headSize();
            // Nothing is stored: any two buffers do.
            turn(
                    op,
                    heads,
                    view,
                    0,
                    view,
                    view,
                    op.headSize(),
                    KvTiles.WHOLE,
                    KvType.F16,
                    memory.bindScratch(),
                    memory.bindResult());
        }

        private void addStore(Fusion.Store store) {
            Op.Attention op = store.op();
            // Query and key have the same table where both turn.
            turn(
                    store.key(),
                    store.query() == null ? 0 : op.heads(),
                    memory.view(op.query()),
                    op.kvHeads(),
                    memory.view(op.key()),
                    memory.view(op.value()),
                    op.headSize(),
                    memory.kvCache().tiles().ring(op.layer()),
                    memory.kvCache().type(),
                    memory.kvCache().bindKeys(op.layer()),
                    memory.kvCache().bindValues(op.layer()));
        }

        private void turn(
                Op.@Nullable Rope rope,
                int heads,
                View query,
                int kvHeads,
                View key,
                View value,
                int headSize,
                int ring,
                KvType kvType,
                Device.Binding keys,
                Device.Binding values) {
            RotaryTable table = rope == null ? null : memory.rotaryTable(rope);
            int pairs = table == null ? 0 : table.rotary().dimensions() / 2;
            boolean halves = table != null && table.rotary().pairing() == Rotary.Pairing.NEOX;
            Params params = new Params()
                    .ints(heads, kvHeads, pairs, halves ? 1 : 0)
                    .ints(query.offset(), query.stride(), key.offset(), key.stride(), value.offset(), value.stride())
                    .ints(table == null ? 0 : table.word(), ring);
            dispatch(
                    kernels.overKv("rope_and_store", "main", headSize, kvType),
                    params,
                    perToken((long) (heads + kvHeads) * (headSize / 4)),
                    List.of(Usual.ARENA, Usual.STEP),
                    keys,
                    values);
        }

        private void addAttend(Op.Attention op) {
            int headSize = op.headSize();
            if (headSize > 4 * SIZE) {
                throw new IllegalArgumentException(
                        "heads of " + headSize + " elements; the GPU kernels take " + 4 * SIZE + " at most");
            }
            KvType kvType = memory.kvCache().type();
            int group = op.heads() / op.kvHeads();
            int mostShares = single ? GpuMemory.MOST_SHARES : 1;
            View query = memory.view(op.query());
            View out = memory.view(op.out());
            Params params = new Params()
                    .ints(group, op.kvHeads(), query.quad(), query.strideQuads(), out.quad(), out.strideQuads())
                    .ints(memory.kvCache().tiles().ring(op.layer()), op.window())
                    .real(op.scale())
                    .real(op.softCap())
                    .ints(mostShares, memory.partials() / 4);
            dispatch(
                    kernels.overKv("attention", "main", headSize, kvType),
                    params,
                    (count, position) ->
                            (count * group + QUERIES - 1) / QUERIES * op.kvHeads() * shares(op, mostShares, position),
                    List.of(Usual.ARENA, Usual.STEP),
                    memory.kvCache().bindKeys(op.layer()),
                    memory.kvCache().bindValues(op.layer()));
            if (single) {
                dispatch(
                        kernels.overKv("attention", "combine", headSize, kvType),
                        params,
                        (count, position) -> shares(op, mostShares, position) > 1 ? op.heads() : 0,
                        List.of(Usual.ARENA, Usual.STEP));
            }
        }

        /** As {@code share_count} of the kernel. */
        private int shares(Op.Attention op, int most, int position) {
            int seen = Math.min(op.window(), position + 1);
            return Math.min(most, (seen + LEAST_SHARE - 1) / LEAST_SHARE);
        }
    }
}
