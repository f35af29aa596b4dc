package dev.demitasse.webgpu;

/** How much of a batch's pass is submitted at once: what takes some tens of milliseconds, by how long the last parts took. */
final class PartSize {
    private static final double NANOS = 50e6;
    /** Dispatches times tokens of the first part: a layer's. */
    private static final double FIRST = 9 * 128;
    /** More than any pass has. */
    private static final double MOST = 1 << 17;

    private double work = FIRST;
    private long doneAt = Long.MIN_VALUE;

    /** Dispatches of the next part. */
    int dispatches(int tokens) {
        return Math.max(1, (int) (work / tokens));
    }

    /**
     * A part is done.
     *
     * @param submittedAt in nanoseconds; the device began with it then, or when it was done with the part before
     * @param now in nanoseconds
     */
    void took(int dispatches, int tokens, long submittedAt, long now) {
        double nanos = Math.max(1, now - Math.max(submittedAt, doneAt));
        doneAt = now;
        double fitting = (double) dispatches * tokens * NANOS / nanos;
        work = Math.min(Math.max(fitting, work / 2), Math.min(2 * work, MOST));
    }
}
