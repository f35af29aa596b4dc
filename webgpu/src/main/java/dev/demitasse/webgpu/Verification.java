package dev.demitasse.webgpu;

import dev.demitasse.backend.Batch;
import dev.demitasse.backend.DeviceLostException;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.Pass;
import dev.demitasse.sampling.TopLogits;
import java.util.function.Consumer;

/** Compares the kernels for batches and those for single tokens: they compute the same logits in different ways. */
final class Verification {
    /** Relative tolerance between the maximum logits. */
    private static final float TOLERANCE = 0.01f;

    private Verification() {}

    /** See {@link WebGpuBackend#verify}. */
    static void run(WebGpuBackend backend, int vocabularySize, Runnable same, Consumer<String> different) {
        int[] tokens = {1 % vocabularySize, 2 % vocabularySize};
        int count = Math.min(2, Math.min(backend.batchSize(), backend.contextLength()));
        Pass batch = backend.forward(new Batch(tokens, 0, count, 0), Outputs.topLogits(1));
        batch.whenDone(() -> {
            float expected = maxLogit(batch);
            for (int i = 0; i < count - 1; i++) {
                backend.forward(new Batch(tokens, i, i + 1, i), Outputs.NONE);
            }
            Pass single = backend.forward(new Batch(tokens, count - 1, count, count - 1), Outputs.topLogits(1));
            single.whenDone(() -> {
                float actual = maxLogit(single);
                // NaN fails, since it makes every comparison false.
                if (Math.abs(actual - expected) <= TOLERANCE * (1 + Math.abs(expected))) {
                    same.run();
                } else {
                    different.accept("the GPU miscomputes: the maximum logit is " + expected
                            + " by the kernels for batches, " + actual + " by those for single tokens");
                }
            });
        });
    }

    /** Returns the maximum logit; NaN if one of the logits is NaN, or the device is lost. */
    private static float maxLogit(Pass pass) {
        try {
            TopLogits top = pass.topLogits();
            return top == null || top.count() == 0 ? Float.NaN : top.logits()[0];
        } catch (DeviceLostException e) {
            return Float.NaN;
        }
    }
}
