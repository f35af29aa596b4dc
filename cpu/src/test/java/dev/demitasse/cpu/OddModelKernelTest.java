package dev.demitasse.cpu;

import dev.demitasse.OddModels;
import dev.demitasse.backend.KvType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares files with odd metadata, computed by the kernels in Node, with llama.cpp. */
class OddModelKernelTest {
    @ParameterizedTest
    @MethodSource("dev.demitasse.OddModels#greedy")
    void greedyIdsEqualThoseOfLlamaCpp(OddModels.Case model) {
        try (Node node = new Node()) {
            OddModels.checkGreedy(
                    model,
                    (plan, context) -> new CpuBackend(
                            plan,
                            context,
                            64,
                            KvType.F16,
                            RemoteKernelRuntime.factory(node, new Variant(true, false, 2))));
        }
    }
}
