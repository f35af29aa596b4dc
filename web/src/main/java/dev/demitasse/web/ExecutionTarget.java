package dev.demitasse.web;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.MemoryEstimate;
import dev.demitasse.plan.Plan;

/** A device that can run a model. Methods wait for the browser where they must, and are for Java threads. */
interface ExecutionTarget extends Backend.Factory {
    /** Returns {@code webgpu} or {@code cpu}. */
    String kind();

    /** Returns the number of threads that compute; 0 on a GPU. */
    int threads();

    /** Returns why this target was chosen. */
    String reason();

    /** Returns the memory that a plan takes with a context of {@code contextLength} tokens. */
    MemoryEstimate memory(Plan plan, int contextLength);

    /**
     * Waits until the device can take more weights. This is the back pressure that keeps bytes from arriving faster than the
     * device takes them.
     *
     * @param bytes that the backend has just been given
     * @throws UnfitException if the device has failed
     */
    void awaitRoom(int bytes);

    /**
     * Waits until the device has taken all weights, and checks that it computes right.
     *
     * @throws UnfitException if it has failed or computes wrong
     */
    void verify();
}
