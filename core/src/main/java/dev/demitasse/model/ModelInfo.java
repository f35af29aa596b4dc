package dev.demitasse.model;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.PlanBuilder;

/**
 * A model as its header describes it.
 *
 * @param name {@code general.name}, or the name of the file if that says more
 * @param architecture {@code general.architecture}
 * @param contextLength number of positions that the plan is for
 * @param parameters number of elements of all tensors
 */
public record ModelInfo(String name, String architecture, int contextLength, long parameters, Plan plan) {
    /** Builds the plan of an architecture from its hyperparameters. */
    private interface Architecture {
        Plan plan(Hyperparameters hyperparameters, PlanBuilder builder);
    }

    /**
     * Reads a header of a file whose name is not known.
     *
     * @param contextLength number of positions; 0 for all that the model was trained for
     * @throws GgufException as {@link #of(Gguf, int, String)}
     */
    public static ModelInfo of(Gguf gguf, int contextLength) {
        return of(gguf, contextLength, "");
    }

    /**
     * Reads a header.
     *
     * @param contextLength number of positions; 0 for all that the model was trained for
     * @param file name of the file; empty if it is not known
     * @throws GgufException naming the architecture, key or tensor that is unknown, missing or of the wrong shape
     */
    public static ModelInfo of(Gguf gguf, int contextLength, String file) {
        String name = gguf.metadata().string("general.architecture");
        Architecture architecture =
                switch (name) {
                    case "llama" -> Llama::plan;
                    case "smollm3" -> SmolLm3::plan;
                    case "qwen2" -> Qwen2::plan;
                    case "qwen3" -> Qwen3::plan;
                    case "gemma2" -> Gemma2::plan;
                    case "gemma3" -> Gemma3::plan;
                    case "phi3" -> Phi3::plan;
                    default ->
                        throw new GgufException("general.architecture is \"" + name + "\", which is not supported");
                };
        Hyperparameters hyperparameters = Hyperparameters.of(gguf.metadata(), name, contextLength);
        Plan plan = architecture.plan(hyperparameters, new PlanBuilder(gguf));
        return new ModelInfo(
                ModelName.of(gguf.metadata().string("general.name", ""), name, file),
                name,
                hyperparameters.contextLength(),
                gguf.tensors().stream().mapToLong(TensorInfo::elements).sum(),
                plan);
    }
}
