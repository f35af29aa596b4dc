package dev.demitasse.webgpu;

import java.util.List;

/** Turns the parts of a plan into programs. Their dispatches are complete after {@link Dispatches#finish}. */
final class Lowering {
    private final Fusion fusion;
    private final GpuMemory memory;
    private final Weights weights;
    private final Kernels kernels;
    private final Dispatches dispatches;
    private final Tuning tuning;

    Lowering(Fusion fusion, GpuMemory memory, Weights weights, Kernels kernels, Dispatches dispatches, Tuning tuning) {
        this.fusion = fusion;
        this.memory = memory;
        this.weights = weights;
        this.kernels = kernels;
        this.dispatches = dispatches;
        this.tuning = tuning;
    }

    /** Returns the body of the plan for batches of any size. */
    Program batch() {
        return program(fusion.body(), false);
    }

    /** Returns the body of the plan for one token. */
    Program single() {
        return program(fusion.body(), true);
    }

    /** Returns the final norm for batches of any size. */
    Program finalNorm() {
        return program(fusion.finalNorm(), false);
    }

    /** Returns the head of the plan, for the logits of the last token. */
    Program head() {
        return program(fusion.head(), true);
    }

    private Program program(List<Step> steps, boolean single) {
        Program program = new Program();
        StepLowering lowering = new StepLowering(program, single, fusion, memory, weights, kernels, dispatches, tuning);
        steps.forEach(step -> step.accept(lowering));
        return program;
    }
}
