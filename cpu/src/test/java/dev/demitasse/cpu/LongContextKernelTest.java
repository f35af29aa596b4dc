package dev.demitasse.cpu;

import dev.demitasse.LongSequence;
import dev.demitasse.backend.KvType;
import org.junit.jupiter.api.Test;

/** Tests YaRN and NoPE. {@code -Ddemitasse.maxLength=70000} exceeds the trained length, and takes some minutes. */
class LongContextKernelTest {
    private static final int MAX_LENGTH = Integer.getInteger("demitasse.maxLength", 10_000);
    /** Absolute tolerance of logits, which reach 4, with float16 keys and values. */
    private static final float TOLERANCE = 0.015f;

    @Test
    void logitsEqualThoseOfHuggingFace() {
        try (Node node = new Node()) {
            LongSequence.check(
                    MAX_LENGTH,
                    (plan, context) -> new CpuBackend(
                            plan,
                            context,
                            256,
                            KvType.F16,
                            RemoteKernelRuntime.factory(node, new Variant(true, true, 2))),
                    TOLERANCE);
        }
    }
}
