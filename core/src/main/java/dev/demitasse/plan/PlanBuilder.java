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
 * Builds a {@link Plan}: each method appends an operation and returns the buffer that it writes. Tensors are looked up by name, and their
 * shapes are checked against the operands.
 */
public final class PlanBuilder {
    private static final String WEIGHT_SUFFIX = ".weight";

    private final Map<String, TensorInfo> tensors;
    private final Map<String, Weight> weightsByName = new HashMap<>();
    private final Set<String> ignored = new HashSet<>();
    private final List<Weight> weights = new ArrayList<>();
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<Op> body = new ArrayList<>();
    private final List<Op> finalNorm = new ArrayList<>();
    private final List<Op> head = new ArrayList<>();
    /** Number of layers with attention so far. */
    private int layers;

    private List<Op> ops = body;
    private @Nullable Buffer hidden;

    public PlanBuilder(Gguf gguf) {
        tensors = gguf.tensorsByName();
    }

    public boolean hasTensor(String name) {
        return tensors.containsKey(name);
    }

    /** Returns the number of rows of a tensor, for example the vocabulary size of an embedding table. */
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

    /**
     * Appends an RMSNorm.
     *
     * @param width number of elements that are normalized together: the buffer's width, or the head size
     */
    public Buffer rmsNorm(Buffer in, String weight, int width, float epsilon) {
        return append(new Op.RmsNorm(in, weight(weight, width, 1), epsilon, like(in, weight)));
    }

    /**
     * Appends a product. If the file has a bias for the matrix, for example {@code attn_q.bias} for {@code attn_q.weight}, the product adds it
     * to each row.
     */
    public Buffer matMul(Buffer in, String weight, int width) {
        String bias = (weight.endsWith(WEIGHT_SUFFIX)
                        ? weight.substring(0, weight.length() - WEIGHT_SUFFIX.length())
                        : weight)
                + ".bias";
        return append(new Op.MatMul(
                in,
                weight(weight, in.width(), width),
                0,
                hasTensor(bias) ? weight(bias, width, 1) : null,
                null,
                buffer(weight, width, in.rows())));
    }

    /** Returns a product for each of {@code widths}, by matrices that are stored as one tensor. */
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

    public Buffer rope(Buffer in, int headSize, Rotary rotary) {
        return append(new Op.Rope(in, headSize, rotary, null, like(in, in.name() + " rope")));
    }

    /**
     * Appends RoPE with frequency factors.
     *
     * @param frequencyFactors name of a vector that divides the frequencies, if the file has it
     */
    public Buffer rope(Buffer in, int headSize, Rotary rotary, String frequencyFactors) {
        if (!hasTensor(frequencyFactors)) {
            return rope(in, headSize, rotary);
        }
        Weight factors = weight(frequencyFactors, rotary.dimensions() / 2, 1);
        return append(new Op.Rope(in, headSize, rotary, factors, like(in, in.name() + " rope")));
    }

    /** Appends attention over all positions. Each call adds a layer to the KV cache. */
    public Buffer attention(Buffer query, Buffer key, Buffer value, int headSize) {
        float scale = (float) (1 / Math.sqrt(headSize));
        return attention(query, key, value, headSize, scale, Op.Attention.ALL_POSITIONS, 0);
    }

    /**
     * Appends attention. Each call adds a layer to the KV cache.
     *
     * @param window number of positions that a token attends to, up to and including its own
     * @param softCap cap of the scores; 0 for none
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

    /**
     * Appends a soft cap.
     *
     * @param cap 0 for none: returns {@code in}
     */
    public Buffer softCap(Buffer in, float cap) {
        return cap == 0 ? in : append(new Op.SoftCap(in, cap, like(in, in.name() + " capped")));
    }

    /** Returns {@code a + b}. If {@code b} is the last product, that operation also adds {@code a}, and the result is {@code b}. */
    @SuppressWarnings("ReferenceEquality") // buffers are nodes of a graph
    public Buffer add(Buffer a, Buffer b) {
        int last = ops.size() - 1;
        if (ops.get(last) instanceof Op.MatMul product && product.out() == b && product.addend() == null) {
            ops.set(last, new Op.MatMul(product.in(), product.weight(), product.firstRow(), product.bias(), a, b));
            return b;
        }
        return append(new Op.Add(a, b, like(a, b.name() + " residual")));
    }

    /** Declares a tensor that the plan does not read, if the file has it. */
    public void ignore(String tensor) {
        ignored.add(tensor);
    }

    /** Ends the body: the operations that follow are the head, on the last tokens of the batch. */
    public Buffer lastRows(Buffer in) {
        if (hidden == null) {
            hidden = in;
        }
        ops = head;
        return append(new Op.LastRows(in, buffer("last rows", in.width(), Rows.LAST)));
    }

    /**
     * Ends the body, and returns the normalized hidden states of the last tokens, for the output matrix. Those of all tokens are the
     * plan's {@link Plan#hidden}.
     */
    public Buffer finalNorm(Buffer in, String weight, int width, float epsilon) {
        ops = finalNorm;
        hidden = rmsNorm(in, weight, width, epsilon);
        return rmsNorm(lastRows(in), weight, width, epsilon);
    }

    /**
     * Returns the plan.
     *
     * @throws GgufException if the file has a tensor that the plan does not read: it may change the result
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
