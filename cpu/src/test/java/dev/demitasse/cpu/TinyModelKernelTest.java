package dev.demitasse.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.demitasse.BackendLoader;
import dev.demitasse.ExpectedLogits;
import dev.demitasse.LongSequence;
import dev.demitasse.SnapshotCheck;
import dev.demitasse.backend.Backend;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.KvType;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.Pass;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares every architecture, computed by the kernels in Node, with Hugging Face in float32. */
class TinyModelKernelTest {
    /** Absolute tolerance of logits, which reach 4, with float16 keys and values. A wrong angle, window or norm changes them by tenths. */
    private static final float TOLERANCE = 0.015f;

    @ParameterizedTest
    @MethodSource("dev.demitasse.BackendLoader#tinyModels")
    void logitsEqualThoseOfHuggingFace(String name) {
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
                                            KvType.F16,
                                            RemoteKernelRuntime.factory(node, new Variant(true, false, 2)))),
                            TOLERANCE);
        }
    }

    /** Covers YaRN and NoPE; {@code -Ddemitasse.maxLength=70000} exceeds the trained length. */
    @Test
    void longSequencesEqualThoseOfHuggingFace() {
        try (Node node = new Node()) {
            LongSequence.check(
                    Integer.getInteger("demitasse.maxLength", 10_000),
                    (plan, context) -> new CpuBackend(
                            plan,
                            context,
                            256,
                            KvType.F16,
                            RemoteKernelRuntime.factory(node, new Variant(true, true, 2))),
                    TOLERANCE);
        }
    }

    /** Hence the verification of a draft chooses the same tokens as decode. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "gemma3", "phi3"})
    void fewTokensEqualSingleOnes(String name) {
        for (int threads : new int[] {1, 3}) {
            try (Node node = new Node()) {
                Backend backend = BackendLoader.load(
                        BackendLoader.tinyModel(name),
                        300,
                        (plan, context) -> new CpuBackend(
                                plan,
                                context,
                                64,
                                KvType.F16,
                                RemoteKernelRuntime.factory(node, new Variant(true, false, threads))));
                int[] tokens = new Random(3).ints(260, 0, 288).toArray();
                int position = 0;
                for (int count : new int[] {2, 9, 5, 16, 7, 3}) {
                    // past several tiles of positions, which are divided into splits
                    backend.forward(new Batch(tokens, position, position + 36, position), Outputs.NONE);
                    position += 36;
                    float[][] expected = new float[count][];
                    for (int i = 0; i < count; i++) {
                        int at = position + i;
                        Pass single = backend.forward(new Batch(tokens, at, at + 1, at), Outputs.LOGITS);
                        expected[i] = single.logits(0).clone();
                    }
                    Batch few = new Batch(tokens, position, position + count, position);
                    Pass pass = backend.forward(few, Outputs.logits(count));
                    for (int i = 0; i < count; i++) {
                        assertArrayEquals(expected[i], pass.logits(i), "token " + i + " of " + count);
                    }
                    position += count;
                }
            }
        }
    }

    @Test
    void snapshotsAreRestored() {
        try (Node node = new Node()) {
            SnapshotCheck.check(context -> BackendLoader.load(
                    BackendLoader.tinyModel("llama"),
                    context,
                    (plan, same) -> new CpuBackend(
                            plan,
                            same,
                            16,
                            KvType.F16,
                            RemoteKernelRuntime.factory(node, new Variant(true, false, 2)))));
        }
    }
}
