package dev.demitasse.backend.reference;

import dev.demitasse.plan.MemoryPlan;
import java.util.List;

/**
 * Memory of a {@link ReferenceBackend}.
 *
 * @param arena all activations, at the offsets of {@code layout}
 * @param weights by id
 * @param kvCaches by layer
 * @param row a dequantized row of any weight
 */
record State(MemoryPlan layout, float[] arena, List<LoadedWeight> weights, List<KvCache> kvCaches, float[] row) {}
