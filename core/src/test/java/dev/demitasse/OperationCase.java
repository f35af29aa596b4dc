package dev.demitasse;

import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.TensorType;
import dev.demitasse.plan.Activation;
import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.PlanBuilder;
import dev.demitasse.plan.Rotary;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * An operation, or several that a backend may compute together, at a size at which kernels differ. {@link BackendContract}
 * compares each case with the reference backend.
 *
 * @param shapes the tensors that the operations read, without the embedding table
 * @param width elements of the input for a token
 * @param isQuantized whether a product by a quantized matrix is among the operations
 * @param operations appends the operations to a plan; the result serves as logits
 */
public record OperationCase(
        String name,
        GgufBuilder shapes,
        int width,
        boolean isQuantized,
        BiFunction<PlanBuilder, Buffer, Buffer> operations) {
    /**
     * Returns all cases whose sizes a backend supports.
     *
     * @param multiple all widths are multiples of this number
     * @param rowMultiple all numbers of rows of a matrix are multiples of this number
     */
    public static List<OperationCase> all(int multiple, int rowMultiple) {
        List<OperationCase> cases = new ArrayList<>();
        products(cases, multiple, rowMultiple);
        norms(cases);
        ropes(cases);
        gatedActivations(cases);
        for (int width : new int[] {45, 48}) {
            cases.add(of("soft cap", new GgufBuilder(), width, (b, in) -> b.softCap(in, 1.5f)));
            cases.add(of("sum", new GgufBuilder(), width, (b, in) -> b.add(in, b.softCap(in, 1.5f))));
        }
        cases.removeIf(operation -> operation.width % multiple != 0);
        return cases;
    }

    private static OperationCase of(
            String name, GgufBuilder shapes, int width, BiFunction<PlanBuilder, Buffer, Buffer> operations) {
        return new OperationCase(name + ", " + width, shapes, width, false, operations);
    }

    private static void products(List<OperationCase> cases, int multiple, int rowMultiple) {
        for (TensorType type : List.of(TensorType.F32, TensorType.F16, TensorType.BF16)) {
            int width = 3 * (multiple == 1 ? 17 : multiple);
            GgufBuilder shapes =
                    new GgufBuilder().tensor("matrix", type, width, width).tensor("matrix.bias", TensorType.F32, width);
            cases.add(of(
                    "product with bias and residual by " + type,
                    shapes,
                    width,
                    (b, in) -> b.add(in, b.matMul(in, "matrix", width))));
        }
        for (int[] rows : new int[][] {{44, 40, 52}, {13, 48, 7}}) {
            for (int part = 0; part < rows.length; part++) {
                int chosen = part;
                if (rows[0] % rowMultiple == 0 && rows[part] >= Comparison.VOCABULARY) { // the result serves as logits
                    GgufBuilder shapes =
                            new GgufBuilder().tensor("matrix", TensorType.F16, 48, rows[0] + rows[1] + rows[2]);
                    cases.add(of("product by part " + part + " of a tensor", shapes, 48, (b, in) -> b.fusedMatMul(
                                    in, "matrix", rows)
                            .get(chosen)));
                }
            }
        }
        cases.add(fusedProducts());
    }

    /** Returns products of the same input, some with a bias, and their sum with a residual. */
    private static OperationCase fusedProducts() {
        GgufBuilder shapes = new GgufBuilder()
                .tensor("a", TensorType.Q4_0, 64, 96)
                .tensor("b", TensorType.Q4_0, 64, 64)
                .tensor("c", TensorType.F16, 64, 64)
                .tensor("d", TensorType.Q4_0, 64, 64)
                .tensor("b.bias", TensorType.F32, 64)
                .tensor("e", TensorType.Q8_0, 96, 64);
        return new OperationCase("products of the same input", shapes, 64, true, (x, in) -> {
            Buffer a = x.matMul(in, "a", 96);
            Buffer b = x.matMul(in, "b", 64);
            Buffer c = x.matMul(in, "c", 64);
            Buffer d = x.matMul(in, "d", 64);
            Buffer sum = x.add(c, x.softCap(x.add(b, d), 50));
            return x.add(sum, x.matMul(a, "e", 64));
        });
    }

    private static void norms(List<OperationCase> cases) {
        for (int width : new int[] {40, 41, 48, 64, 67, 80, 129, 144, 2064}) {
            GgufBuilder shapes = new GgufBuilder().tensor("norm", TensorType.F32, width);
            cases.add(of("norm", shapes, width, (b, in) -> b.rmsNorm(in, "norm", width, 1e-5f)));
            GgufBuilder float16 = new GgufBuilder().tensor("norm", TensorType.F16, width);
            cases.add(of(
                    "norm and residual",
                    float16,
                    width,
                    (b, in) -> b.add(in, b.rmsNorm(b.softCap(in, 3), "norm", width, 1e-5f))));
        }
        for (int head : new int[] {20, 24}) {
            int width = head == 20 ? 80 : 72;
            GgufBuilder shapes = new GgufBuilder().tensor("norm", TensorType.F32, head);
            cases.add(of("norm of heads", shapes, width, (b, in) -> b.rmsNorm(in, "norm", head, 1e-6f)));
        }
    }

    private static void ropes(List<OperationCase> cases) {
        for (Rotary.Pairing pairing : Rotary.Pairing.values()) {
            Rotary rotary = Rotary.of(pairing, 16, 10_000).withAttentionFactor(1.25f);
            for (int width : new int[] {60, 80}) {
                cases.add(of("RoPE " + pairing, new GgufBuilder(), width, (b, in) -> b.rope(in, 20, rotary)));
            }
            GgufBuilder shapes = new GgufBuilder().tensor("factors", TensorType.F32, 8);
            cases.add(of("RoPE with factors " + pairing, shapes, 48, (b, in) -> b.rope(in, 24, rotary, "factors")));
        }
    }

    private static void gatedActivations(List<OperationCase> cases) {
        for (Activation activation : Activation.values()) {
            for (int width : new int[] {53, 64}) {
                GgufBuilder shapes = new GgufBuilder().tensor("up", TensorType.F32, width, width);
                cases.add(of(
                        "gated " + activation,
                        shapes,
                        width,
                        (b, in) -> b.gatedActivation(activation, in, b.matMul(in, "up", width))));
            }
            GgufBuilder both =
                    new GgufBuilder().tensor("gate", TensorType.Q5_1, 96, 128).tensor("up", TensorType.Q5_1, 96, 128);
            cases.add(new OperationCase(
                    "gated " + activation + " of two products",
                    both,
                    96,
                    true,
                    (b, in) -> b.gatedActivation(activation, b.matMul(in, "gate", 128), b.matMul(in, "up", 128))));
        }
    }
}
