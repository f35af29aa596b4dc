package dev.demitasse.model;

import dev.demitasse.LongSequence;
import dev.demitasse.backend.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;

/** Tests YaRN and NoPE. {@code -Ddemitasse.maxLength=70000} exceeds the trained length, and takes some minutes. */
class LongContextTest {
    private static final int MAX_LENGTH = Integer.getInteger("demitasse.maxLength", 10_000);

    @Test
    void logitsEqualHuggingFaces() {
        // Sums over many positions round in float32, both here and in Hugging Face.
        float tolerance = MAX_LENGTH > 10_000 ? 1e-3f : 1e-4f;
        LongSequence.check(MAX_LENGTH, (plan, context) -> new ReferenceBackend(plan, context, 64), tolerance);
    }
}
