package dev.demitasse.cpu;

import dev.demitasse.BackendLoader;
import dev.demitasse.ExpectedLogits;
import dev.demitasse.SnapshotCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every architecture, by the kernels in Node, against Hugging Face in float32. */
class TinyModelKernelTest {
    /** Keys and values are float16; logits reach 4. A wrong angle, window or norm changes them by tenths. */
    private static final float TOLERANCE = 0.015f;

    @ParameterizedTest
    @MethodSource("dev.demitasse.BackendLoader#tinyModels")
    void logitsEqualHuggingFaces(String name) {
        try (Node node = new Node()) {
            new ExpectedLogits("/tiny/" + name + ".json")
                    .check(
                            batch -> BackendLoader.load(
                                    BackendLoader.tinyModel(name),
                                    128,
                                    (plan, context) -> new CpuBackend(
                                            plan,
                                            context,
                                            batch,
                                            RemoteMachine.factory(node, new Variant(true, false, 2)))),
                            TOLERANCE);
        }
    }

    @Test
    void snapshotsAreRestored() {
        try (Node node = new Node()) {
            SnapshotCheck.check(context -> BackendLoader.load(
                    BackendLoader.tinyModel("llama"),
                    context,
                    (plan, same) ->
                            new CpuBackend(plan, same, 16, RemoteMachine.factory(node, new Variant(true, false, 2)))));
        }
    }
}
