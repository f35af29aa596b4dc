package dev.demitasse.jinja;

/**
 * Counts the work of one rendering, and ends it when it takes too much. One step is about the work of evaluating a name. Each
 * operation on values counts what it reads and makes, before it does so: values may share parts, so a few steps can make a
 * value that takes exponential time to read.
 */
final class Limits {
    /** Limit of the length of a text or list. */
    static final int MAX_LENGTH = 1 << 24;

    private static final int MAX_STEPS = 1_000_000;
    private static final int MAX_CALL_DEPTH = 20;

    /**
     * Limit of the levels of statements, expressions and values together. A level takes up to 1 KB of the stack, and a browser's
     * worker has about 900 KB.
     */
    private static final int MAX_DEPTH = 300;

    private static final int CHARACTERS_READ_PER_STEP = 256;
    /** Fewer than are read per step, so that the steps bound the memory as well. */
    private static final int CHARACTERS_MADE_PER_STEP = 64;

    private long steps;
    private int callDepth;
    private int depth;

    void step() {
        steps(1);
    }

    /** Counts several steps, for example one for each element of a list. */
    void steps(long count) {
        steps += count;
        if (steps > MAX_STEPS) {
            throw new EvaluationException("more than " + MAX_STEPS + " steps");
        }
    }

    /** Counts the reading of a text. */
    void read(long characters) {
        steps(characters / CHARACTERS_READ_PER_STEP);
    }

    /** Counts the making of a text. */
    void makeText(long length) {
        checkLength(length);
        steps(length / CHARACTERS_MADE_PER_STEP);
    }

    /** Counts the making of a list. */
    void makeList(long length) {
        checkLength(length);
        steps(length);
    }

    private static void checkLength(long length) {
        if (length > MAX_LENGTH) {
            throw new EvaluationException("a text or list would be longer than " + MAX_LENGTH);
        }
    }

    void enterCall() {
        if (++callDepth > MAX_CALL_DEPTH) {
            throw new EvaluationException("calls nested deeper than " + MAX_CALL_DEPTH);
        }
    }

    void leaveCall() {
        callDepth--;
    }

    /** Enters a statement or an expression. */
    void enter() {
        step();
        if (++depth > MAX_DEPTH) {
            throw new EvaluationException("expressions nested deeper than " + MAX_DEPTH);
        }
    }

    /** Enters a list, dict or namespace, to read all of it. */
    void enterValue() {
        step();
        if (++depth > MAX_DEPTH) {
            throw new EvaluationException("values nested too deep: more than " + MAX_DEPTH + " levels");
        }
    }

    void leave() {
        depth--;
    }
}
