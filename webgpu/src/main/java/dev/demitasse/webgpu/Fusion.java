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
import org.jspecify.annotations.Nullable;

/**
 * A plan as the few steps a GPU likes: products with the same input are one product by a taller matrix, whose results stand side by
 * side in one buffer; RoPE turns in place, together with the store to the KV cache; a norm adds the residual.
 */
final class Fusion {
    /** What one or two dispatches do. Buffers here are those of {@link #place}. */
    sealed interface Step {
        MemoryPlan.Use use();
    }

    /** {@link Op.Embed}. */
    record Embed(Op.Embed op, MemoryPlan.Use use) implements Step {}

    /** {@link Op.RmsNorm}, and the sum with {@code addend}, which gives {@code out}. */
    record Norm(Op.RmsNorm op, @Nullable Buffer addend, Buffer out, MemoryPlan.Use use) implements Step {}

    /** Products with the same input, by matrices of the same type. */
    record Products(List<Op.MatMul> members, MemoryPlan.Use use) implements Step {}

    /** {@link Op.GatedActivation}; {@code products} are gate and up alone, where one step makes these. */
    record Gate(Op.GatedActivation op, @Nullable Products products, MemoryPlan.Use use) implements Step {}

    /** {@link Op.Rope} in place. */
    record Turn(Op.Rope op, MemoryPlan.Use use) implements Step {}

    /** Writes keys and values to the cache; turns query and key before, where these are given. */
    record Store(Op.Attention op, Op.@Nullable Rope query, Op.@Nullable Rope key, MemoryPlan.Use use) implements Step {}

    /** {@link Op.Attention} without the store. */
    record Attend(Op.Attention op, MemoryPlan.Use use) implements Step {}

    /** An operation on single elements. */
    record Elementwise(Op op, MemoryPlan.Use use) implements Step {}

    /** Where a buffer of the plan is: in one that holds several, from a column on. */
    record Place(Buffer buffer, int column) {}

    private final Map<Buffer, Place> places = new HashMap<>();
    private final Map<Buffer, Op> producers = new HashMap<>();
    private final Map<Buffer, Integer> readers = new HashMap<>();
    private final Map<Op, Products> productsOf = new HashMap<>();
    /** Products that are a gate and what it gates, and nothing else. */
    private final Set<Products> gated = new HashSet<>();

    private final List<Step> body = new ArrayList<>();
    private final List<Step> finalNorm = new ArrayList<>();
    private final List<Step> head = new ArrayList<>();
    private int buffers;

    Fusion(Plan plan) {
        buffers = plan.buffers().size();
        for (List<Op> ops : List.of(plan.body(), plan.finalNorm(), plan.head())) {
            for (Op op : ops) {
                producers.put(op.out(), op);
                op.inputs().forEach(in -> readers.merge(in, 1, Integer::sum));
            }
        }
        fuse(plan.body(), body);
        fuse(plan.finalNorm(), finalNorm);
        fuse(plan.head(), head);
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

    Place place(Buffer buffer) {
        return places.getOrDefault(buffer, new Place(buffer, 0));
    }

    /** Whether the products of one token can be made together with their gate. */
    boolean isGated(Products products) {
        return gated.contains(products);
    }

    private MemoryPlan.Use use(Buffer out, List<Buffer> inputs) {
        return new MemoryPlan.Use(
                place(out).buffer(),
                inputs.stream().map(in -> place(in).buffer()).toList());
    }

    private void fuse(List<Op> ops, List<Step> steps) {
        Set<Op> done = new HashSet<>();
        for (Op op : ops) {
            if (op instanceof Op.Attention attention) {
                done.addAll(turnsOf(attention));
            }
        }
        for (int i = 0; i < ops.size(); i++) {
            Op op = ops.get(i);
            if (op instanceof Op.Rope rope) {
                requireSole(rope);
                places.put(rope.out(), place(rope.in()));
            }
            if (done.contains(op)) {
                continue;
            }
            if (op instanceof Op.Embed embed) {
                steps.add(new Embed(embed, use(op.out(), List.of())));
            } else if (op instanceof Op.RmsNorm norm) {
                Op next = i + 1 < ops.size() ? ops.get(i + 1) : op;
                if (next instanceof Op.Add add && add.b() == norm.out() && readOnce(norm.out())) {
                    done.add(add);
                    steps.add(new Norm(norm, add.a(), add.out(), use(add.out(), List.of(norm.in(), add.a()))));
                } else {
                    steps.add(new Norm(norm, null, op.out(), use(op.out(), List.of(norm.in()))));
                }
            } else if (op instanceof Op.MatMul matMul) {
                Products products = products(matMul, ops.subList(i, ops.size()));
                done.addAll(products.members);
                products.members.forEach(member -> productsOf.put(member, products));
                steps.add(products);
            } else if (op instanceof Op.Rope rope) {
                steps.add(new Turn(rope, use(rope.in(), List.of(rope.in()))));
            } else if (op instanceof Op.Attention attention) {
                addAttention(attention, steps);
            } else if (op instanceof Op.GatedActivation gated) {
                steps.add(gate(gated));
            } else {
                steps.add(new Elementwise(op, use(op.out(), op.inputs())));
            }
        }
    }

    private boolean readOnce(Buffer buffer) {
        return readers.getOrDefault(buffer, 0) == 1;
    }

    private void requireSole(Op.Rope rope) {
        if (!readOnce(rope.in())) {
            throw new IllegalArgumentException(rope.in().name() + " is turned in place, but is read elsewhere, too");
        }
    }

    /** The RoPEs of an attention that are done with the store. */
    private List<Op> turnsOf(Op.Attention attention) {
        List<Op> turns = new ArrayList<>();
        if (producers.get(attention.key()) instanceof Op.Rope key) {
            turns.add(key);
            if (producers.get(attention.query()) instanceof Op.Rope query
                    && query.rotary() == key.rotary()
                    && query.frequencyFactors() == key.frequencyFactors()) {
                turns.add(query);
            }
        }
        return turns;
    }

    private void addAttention(Op.Attention op, List<Step> steps) {
        List<Op> turns = turnsOf(op);
        Op.Rope key = turns.isEmpty() ? null : (Op.Rope) turns.get(0);
        Op.Rope query = turns.size() < 2 ? null : (Op.Rope) turns.get(1);
        steps.add(new Store(op, query, key, use(op.query(), op.inputs())));
        steps.add(new Attend(op, use(op.out(), List.of(op.query()))));
    }

    /** All products that can be one with the first. */
    private Products products(Op.MatMul first, List<Op> ops) {
        List<Op.MatMul> members = new ArrayList<>();
        for (Op op : ops) {
            if (op == first || op instanceof Op.MatMul other && belongTogether(first, other)) {
                members.add((Op.MatMul) op);
            }
        }
        if (members.size() > 1) {
            int width =
                    members.stream().mapToInt(member -> member.out().width()).sum();
            Buffer wide = new Buffer(
                    buffers++, first.out().name() + "…", width, first.out().rows());
            int column = 0;
            for (Op.MatMul member : members) {
                places.put(member.out(), new Place(wide, column));
                column += member.out().width();
            }
        }
        return new Products(members, use(first.out(), first.inputs()));
    }

    private static boolean belongTogether(Op.MatMul a, Op.MatMul b) {
        return a.in() == b.in()
                && a.addend() == null
                && b.addend() == null
                && a.weight().tensor().type() == b.weight().tensor().type();
    }

    private Gate gate(Op.GatedActivation op) {
        Op producer = producers.get(op.gate());
        Products products = producer == null ? null : productsOf.get(producer);
        if (products == null || !isGateAndUp(products.members, op)) {
            return new Gate(op, null, use(op.out(), op.inputs()));
        }
        gated.add(products);
        List<Buffer> inputs = new ArrayList<>(op.inputs());
        inputs.add(products.members.get(0).in());
        return new Gate(op, products, use(op.out(), inputs));
    }

    private boolean isGateAndUp(List<Op.MatMul> members, Op.GatedActivation op) {
        return members.size() == 2
                && members.stream().allMatch(member -> member.bias() == null)
                && members.get(0).out() == op.gate()
                && members.get(1).out() == op.up()
                && op.gate().width() == op.up().width()
                && readOnce(op.gate())
                && readOnce(op.up());
    }
}
