package dev.demitasse.webgpu;

import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.MemoryPlan;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns a plan's operations into fewer steps, for fewer dispatches. Products with the same input become one, with their outputs next to
 * each other in one buffer; RoPE works in place, together with the store to the KV cache; a norm adds the residual.
 */
@SuppressWarnings("ReferenceEquality") // buffers and weights are nodes of a graph
final class Fusion {
    /** The place of a plan's buffer: the columns of {@code buffer} from {@code column} on. */
    record Place(Buffer buffer, int column) {}

    private final Map<Buffer, Place> places = new HashMap<>();
    private final Map<Buffer, Op> producers = new HashMap<>();
    private final Map<Buffer, Integer> readers = new HashMap<>();
    private final Map<Op, Step.FusedMatMul> matMuls = new HashMap<>();
    /** Products whose only reader is the gated activation of their outputs. */
    private final Set<Step.FusedMatMul> gated = new HashSet<>();

    private final List<Step> body = new ArrayList<>();
    private final List<Step> finalNorm = new ArrayList<>();
    private final List<Step> head = new ArrayList<>();
    private final List<MemoryPlan.Use> uses = new ArrayList<>();
    private int buffers;

    Fusion(Plan plan) {
        buffers = plan.buffers().size();
        for (List<Op> ops : List.of(plan.body(), plan.finalNorm(), plan.head())) {
            for (Op op : ops) {
                producers.put(op.out(), op);
                op.inputs().forEach(in -> readers.merge(in, 1, Integer::sum));
            }
        }
        new Fuser(plan.body(), body).run();
        new Fuser(plan.finalNorm(), finalNorm).run();
        new Fuser(plan.head(), head).run();
    }

    List<Step> body() {
        return body;
    }

    List<Step> finalNorm() {
        return finalNorm;
    }

    List<Step> head() {
        return head;
    }

    /** Returns the buffers that all steps write and read, in order, as {@link #place} places them. */
    List<MemoryPlan.Use> uses() {
        return uses;
    }

    Place place(Buffer buffer) {
        return places.getOrDefault(buffer, new Place(buffer, 0));
    }

    /** Returns whether a gated activation can compute these products itself. */
    boolean isGated(Step.FusedMatMul matMul) {
        return gated.contains(matMul);
    }

    private boolean isReadOnce(Buffer buffer) {
        return readers.getOrDefault(buffer, 0) == 1;
    }

    /** Returns the RoPEs that are fused with an attention's store: none, that of the key, or those of key and query. */
    private List<Op.Rope> fusedRopes(Op.Attention attention) {
        List<Op.Rope> ropes = new ArrayList<>();
        if (producers.get(attention.key()) instanceof Op.Rope key) {
            ropes.add(key);
            if (producers.get(attention.query()) instanceof Op.Rope query
                    && query.rotary() == key.rotary()
                    && query.frequencyFactors() == key.frequencyFactors()) {
                ropes.add(query);
            }
        }
        return ropes;
    }

    private static boolean canFuse(Op.MatMul a, Op.MatMul b) {
        return a.in() == b.in()
                && a.addend() == null
                && b.addend() == null
                && a.weight().tensor().type() == b.weight().tensor().type();
    }

    private boolean isGateAndUp(List<Op.MatMul> members, Op.GatedActivation op) {
        return members.size() == 2
                && members.stream().allMatch(member -> member.bias() == null)
                && members.get(0).out() == op.gate()
                && members.get(1).out() == op.up()
                && op.gate().width() == op.up().width()
                && isReadOnce(op.gate())
                && isReadOnce(op.up());
    }

    /** Fuses one part of the plan. */
    private final class Fuser implements Op.Visitor {
        private final List<Op> ops;
        private final List<Step> steps;
        /** Operations that other operations' steps include. */
        private final Set<Op> fused = new HashSet<>();

        private int next;

        Fuser(List<Op> ops, List<Step> steps) {
            this.ops = ops;
            this.steps = steps;
        }

        void run() {
            for (Op op : ops) {
                if (op instanceof Op.Attention attention) {
                    fused.addAll(fusedRopes(attention));
                }
            }
            for (Op op : ops) {
                next++;
                op.accept(this);
            }
        }

        private void add(Step step, Op op) {
            add(step, op.out(), op.inputs());
        }

        private void add(Step step, Buffer out, List<Buffer> inputs) {
            steps.add(step);
            List<Buffer> read = new ArrayList<>();
            for (Buffer input : inputs) {
                read.add(place(input).buffer());
            }
            uses.add(new MemoryPlan.Use(place(out).buffer(), read));
        }

        @Override
        public void visit(Op.Embed op) {
            add(new Step.Embed(op), op);
        }

        @Override
        public void visit(Op.RmsNorm op) {
            if (next < ops.size()
                    && ops.get(next) instanceof Op.Add add
                    && add.b() == op.out()
                    && isReadOnce(op.out())) {
                fused.add(add);
                add(new Step.RmsNorm(op, add.a(), add.out()), add.out(), List.of(op.in(), add.a()));
            } else {
                add(new Step.RmsNorm(op, null, op.out()), op);
            }
        }

        @Override
        public void visit(Op.MatMul op) {
            if (fused.contains(op)) {
                return;
            }
            List<Op.MatMul> members = new ArrayList<>(List.of(op));
            for (Op other : ops.subList(next, ops.size())) {
                if (other instanceof Op.MatMul matMul && canFuse(op, matMul)) {
                    members.add(matMul);
                }
            }
            if (members.size() > 1) {
                placeTogether(members);
            }
            Step.FusedMatMul step = new Step.FusedMatMul(members);
            fused.addAll(members);
            members.forEach(member -> matMuls.put(member, step));
            add(step, op);
        }

        private void placeTogether(List<Op.MatMul> members) {
            Buffer first = members.get(0).out();
            int width =
                    members.stream().mapToInt(member -> member.out().width()).sum();
            Buffer wide = new Buffer(buffers++, first.name() + "…", width, first.rows());
            int column = 0;
            for (Op.MatMul member : members) {
                places.put(member.out(), new Place(wide, column));
                column += member.out().width();
            }
        }

        @Override
        public void visit(Op.Rope op) {
            if (!isReadOnce(op.in())) {
                throw new IllegalArgumentException(
                        op.in().name() + " has other readers than RoPE; the GPU kernels rotate in place");
            }
            places.put(op.out(), place(op.in()));
            if (!fused.contains(op)) {
                add(new Step.Rope(op), op.in(), op.inputs());
            }
        }

        @Override
        public void visit(Op.Attention op) {
            List<Op.Rope> ropes = fusedRopes(op);
            Op.Rope key = ropes.isEmpty() ? null : ropes.get(0);
            Op.Rope query = ropes.size() < 2 ? null : ropes.get(1);
            add(new Step.RopeAndStoreKv(op, query, key), op.query(), op.inputs());
            add(new Step.Attention(op), op.out(), List.of(op.query()));
        }

        @Override
        public void visit(Op.GatedActivation op) {
            Op producer = producers.get(op.gate());
            Step.FusedMatMul matMul = producer == null ? null : matMuls.get(producer);
            if (matMul == null || !isGateAndUp(matMul.members(), op)) {
                add(new Step.GatedActivation(op, null), op);
                return;
            }
            gated.add(matMul);
            // A token's gated activation reads the input of the products, a batch's their outputs.
            List<Buffer> inputs = new ArrayList<>(op.inputs());
            inputs.add(matMul.members().get(0).in());
            add(new Step.GatedActivation(op, matMul), op.out(), inputs);
        }

        @Override
        public void visit(Op.SoftCap op) {
            add(new Step.SoftCap(op), op);
        }

        @Override
        public void visit(Op.Add op) {
            if (!fused.contains(op)) {
                add(new Step.Add(op), op);
            }
        }

        @Override
        public void visit(Op.LastRows op) {
            add(new Step.LastRows(op), op);
        }
    }
}
