package dev.demitasse.jinja;

import java.util.AbstractList;

/** Python's {@code range}. */
final class Range extends AbstractList<Object> {
    /** The limit of Jinja's sandbox. */
    private static final int MAX_RANGE = 100_000;

    private final long start;
    private final long stop;
    private final long step;
    private final int size;

    Range(long start, long stop, long step) {
        if (step == 0) {
            throw new EvaluationException("range with step 0");
        }
        this.start = start;
        this.stop = stop;
        this.step = step;
        size = size(start, stop, step);
    }

    private static int size(long start, long stop, long step) {
        if (step > 0 ? start >= stop : start <= stop) {
            return 0;
        }
        // As unsigned numbers neither the distance nor the negated step overflows.
        long distance = step > 0 ? stop - start : start - stop;
        long stride = step > 0 ? step : -step;
        long size = Long.divideUnsigned(distance - 1, stride) + 1;
        if (size < 0 || size > MAX_RANGE) {
            throw new EvaluationException("range longer than " + MAX_RANGE);
        }
        return (int) size;
    }

    @Override
    public Object get(int index) {
        return start + step * index;
    }

    @Override
    public int size() {
        return size;
    }

    /** Returns {@code start}, {@code stop} or {@code step}; otherwise null. */
    Object attribute(String name) {
        return switch (name) {
            case "start" -> start;
            case "stop" -> stop;
            case "step" -> step;
            default -> new Undefined(name);
        };
    }

    Range slice(long from, long to, long by) {
        boolean isOverflow = Math.abs((double) step * by) >= 0x1p62;
        if (isOverflow) {
            throw new EvaluationException("integer overflow");
        }
        return new Range(start + step * from, start + step * to, step * by);
    }

    @Override
    public String toString() {
        return "range(" + start + ", " + stop + (step == 1 ? "" : ", " + step) + ")";
    }
}
