package dev.demitasse.plan;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.plan.Buffer.Rows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a {@link Plan} as one writes a formula: each method appends an operation and returns the buffer it fills. Tensors
 * are looked up by name and their shapes checked against the operands.
 */
public final class PlanBuilder {
    private final Map<String, TensorInfo> tensors;
    private final Map<String, Weight> weightsByName = new HashMap<>();
    private final Set<String> ignored = new HashSet<>();
    private final List<Weight> weights = new ArrayList<>();
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<Op> body = new ArrayList<>();
    private final List<Op> finalNorm = new ArrayList<>();
    private final List<Op> head = new ArrayList<>();
    /** Layers that have attention so far. */
    private int layers;

    private List<Op> ops = body;
    private @Nullable Buffer hidden;

    public PlanBuilder(Gguf gguf) {
        tensors = gguf.tensorsByName();
    }

    public boolean hasTensor(String name) {
        return tensors.containsKey(name);
    }

    /** The tensor's rows: the vocabulary's size of an embedding table, say. */
    public int rows(String tensor) {
        return find(tensor).rows();
    }

    public Buffer embed(String table, int width) {
        return embed(table, width, 1);
    }

    public Buffer embed(String table, int width, float scale) {
        Weight weight = weight(table, width, rows(table));
        return append(new Op.Embed(weight, scale, buffer("embedding", width, Rows.BATCH)));
    }

    /** @param width elements normalized together: the buffer's width, or a head's size */
    public Buffer rmsNorm(Buffer in, String weight, int width, float epsilon) {
        return append(new Op.RmsNorm(in, weight(weight, width, 1), epsilon, like(in, weight)));
    }

    public Buffer matMul(Buffer in, String weight, int width) {
        return append(
                new Op.MatMul(in, weight(weight, in.width(), width), 0, null, null, buffer(weight, width, in.rows())));
    }

    /** As many products as {@code widths}, by matrices that lie one below the other in a tensor. */
    public List<Buffer> fusedMatMul(Buffer in, String weight, int... widths) {
        Weight fused = weight(weight, in.width(), IntStream.of(widths).sum());
        List<Buffer> products = new ArrayList<>();
        int row = 0;
        for (int width : widths) {
            String name = weight + " from " + row;
            products.add(append(new Op.MatMul(in, fused, row, null, null, buffer(name, width, in.rows()))));
            row += width;
        }
        return products;
    }

    /** @param bias a vector of {@code width} elements, added to each row */
    public Buffer matMul(Buffer in, String weight, String bias, int width) {
        return append(new Op.MatMul(
                in,
                weight(weight, in.width(), width),
                0,
                weight(bias, width, 1),
                null,
                buffer(weight, width, in.rows())));
    }

    public Buffer rope(Buffer in, int headSize, Rotary rotary) {
        return append(new Op.Rope(in, headSize, rotary, null, like(in, in.name() + " rope")));
    }

    /** @param frequencyFactors a vector that divides the frequencies, where the file has it */
    public Buffer rope(Buffer in, int headSize, Rotary rotary, String frequencyFactors) {
        if (!hasTensor(frequencyFactors)) {
            return rope(in, headSize, rotary);
        }
        Weight factors = weight(frequencyFactors, rotary.dimensions() / 2, 1);
        return append(new Op.Rope(in, headSize, rotary, factors, like(in, in.name() + " rope")));
    }

    /** Attention of the next layer over all positions: each call opens a KV cache of its own. */
    public Buffer attention(Buffer query, Buffer key, Buffer value, int headSize) {
        float scale = (float) (1 / Math.sqrt(headSize));
        return attention(query, key, value, headSize, scale, Op.Attention.ALL_POSITIONS, 0);
    }

    /**
     * Attention of the next layer.
     *
     * @param window how many positions a token sees
     * @param softCap cap on the scores; 0 for none
     */
    public Buffer attention(
            Buffer query, Buffer key, Buffer value, int headSize, float scale, int window, float softCap) {
        int layer = layers++;
        int heads = query.width() / headSize;
        int kvHeads = key.width() / headSize;
        Buffer out = like(query, "attention " + layer);
        return append(
                new Op.Attention(layer, query, key, value, heads, kvHeads, headSize, scale, window, softCap, out));
    }

    public Buffer gatedActivation(Activation activation, Buffer gate, Buffer up) {
        return append(new Op.GatedActivation(activation, gate, up, like(gate, gate.name() + " gated")));
    }

    /** @param cap 0 for none: {@code in} itself is returned */
    public Buffer softCap(Buffer in, float cap) {
        return cap == 0 ? in : append(new Op.SoftCap(in, cap, like(in, in.name() + " capped")));
    }

    /** {@code a + b}; where {@code b} is the product just made, that operation does the sum, too, and {@code b} holds it. */
    public Buffer add(Buffer a, Buffer b) {
        int last = ops.size() - 1;
        if (ops.get(last) instanceof Op.MatMul product && product.out() == b && product.addend() == null) {
            ops.set(last, new Op.MatMul(product.in(), product.weight(), product.firstRow(), product.bias(), a, b));
            return b;
        }
        return append(new Op.Add(a, b, like(a, b.name() + " residual")));
    }

    /** Says that the plan knows the tensor, if the file has it, and does without. */
    public void ignore(String tensor) {
        ignored.add(tensor);
    }

    /** Ends the body: what follows is run on the batch's last tokens only, where logits are asked for. */
    public Buffer lastRows(Buffer in) {
        if (hidden == null) {
            hidden = in;
        }
        ops = head;
        return append(new Op.LastRows(in, buffer("last rows", in.width(), Rows.LAST)));
    }

    /**
     * Ends the body, and gives the last tokens' hidden states as they go into the output matrix; all tokens' are what the plan
     * calls hidden.
     */
    public Buffer finalNorm(Buffer in, String weight, int width, float epsilon) {
        ops = finalNorm;
        hidden = rmsNorm(in, weight, width, epsilon);
        return rmsNorm(lastRows(in), weight, width, epsilon);
    }

    /**
     * Ends the plan.
     *
     * @throws GgufException if the file has a tensor that the plan doesn't read: ignoring one would give wrong answers
     */
    public Plan build(Buffer logits) {
        for (String name : tensors.keySet()) {
            if (!weightsByName.containsKey(name) && !ignored.contains(name)) {
                throw new GgufException("tensor " + name + " is not one this architecture knows");
            }
        }
        return new Plan(
                List.copyOf(body),
                List.copyOf(finalNorm),
                Objects.requireNonNull(hidden, "a plan has a head"),
                List.copyOf(head),
                logits,
                List.copyOf(buffers),
                List.copyOf(weights));
    }

    private Buffer append(Op op) {
        ops.add(op);
        return op.out();
    }

    private Buffer like(Buffer in, String name) {
        return buffer(name, in.width(), in.rows());
    }

    private Buffer buffer(String name, int width, Rows rows) {
        Buffer buffer = new Buffer(buffers.size(), name, width, rows);
        buffers.add(buffer);
        return buffer;
    }

    private Weight weight(String name, int columns, int rows) {
        @Nullable Weight known = weightsByName.get(name);
        if (known != null) {
            return known;
        }
        TensorInfo tensor = find(name);
        if (tensor.columns() != columns || tensor.rows() != rows) {
            throw new GgufException(
                    "tensor " + name + " has shape " + tensor.shape() + "; expected [" + columns + ", " + rows + "]");
        }
        Weight weight = new Weight(weights.size(), tensor);
        weights.add(weight);
        weightsByName.put(name, weight);
        return weight;
    }

    private TensorInfo find(String name) {
        TensorInfo tensor = tensors.get(name);
        if (tensor == null) {
            throw new GgufException("missing tensor " + name);
        }
        return tensor;
    }
}
