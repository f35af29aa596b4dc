package dev.demitasse.webgpu;

/** Decides how much of a batch's pass is submitted at once: about 50 ms of work, estimated from the durations of earlier parts. */
final class PartSize {
    private static final double TARGET_NANOS = 50e6;
    /** Dispatches times tokens of the first part: those of a layer. */
    private static final double FIRST_WORK = 9 * 128;
    /** More work than any pass has. */
    private static final double MAX_WORK = 1 << 17;

    private double work = FIRST_WORK;
    private long doneAt = Long.MIN_VALUE;

    /** Returns the number of dispatches in the next part. */
    int dispatches(int tokens) {
        return Math.max(1, (int) (work / tokens));
    }

    /**
     * Records the duration of a part that is done.
     *
     * @param submittedAt in nanoseconds; the device began with the part then, or when the previous one was done
     * @param now in nanoseconds
     */
    void took(int dispatches, int tokens, long submittedAt, long now) {
        double nanos = Math.max(1, now - Math.max(submittedAt, doneAt));
        doneAt = now;
        double fitting = (double) dispatches * tokens * TARGET_NANOS / nanos;
        work = Math.min(Math.max(fitting, work / 2), Math.min(2 * work, MAX_WORK));
    }
}
