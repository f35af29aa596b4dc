package dev.demitasse.model;

import dev.demitasse.BackendLoader;
import dev.demitasse.ExpectedLogits;
import dev.demitasse.SnapshotCheck;
import dev.demitasse.backend.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares every architecture with Hugging Face in float32, on random weights (made by {@code oracle/tiny_models.py}). */
class TinyModelTest {
    @ParameterizedTest
    @MethodSource("dev.demitasse.BackendLoader#tinyModels")
    void logitsEqualHuggingFaces(String name) {
        new ExpectedLogits("/tiny/" + name + ".json")
                .check(batch -> BackendLoader.load(
                        BackendLoader.tinyModel(name),
                        128,
                        (plan, context) -> new ReferenceBackend(plan, context, batch)));
    }

    @Test
    void snapshotsAreRestored() {
        SnapshotCheck.check(context -> BackendLoader.load(
                BackendLoader.tinyModel("gemma3"), context, (plan, same) -> new ReferenceBackend(plan, same, 16)));
    }
}
