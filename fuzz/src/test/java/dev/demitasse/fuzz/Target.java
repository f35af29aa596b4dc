package dev.demitasse.fuzz;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A parser of untrusted bytes, as the fuzzer sees it. {@link #test} gives an input to the parser and checks the result. The parser may throw
 * only its documented exceptions: {@link #run} lets no other pass.
 */
public abstract class Target {
    /** Maximum number of bytes that Jazzer's hooks of comparisons allocate in an execution. */
    private static final long JAZZER_ALLOCATION = 4 << 20;

    private final Set<Class<?>> rejections;

    /**
     * Creates a target.
     *
     * @param rejections the exceptions with which the parser rejects inputs; subclasses are not included
     */
    protected Target(Class<?>... rejections) {
        this.rejections = Set.of(rejections);
    }

    /**
     * Gives an input to the parser.
     *
     * @throws RuntimeException if the parser rejects the input
     * @throws AssertionError if a result is wrong
     */
    protected abstract void test(byte[] input);

    /** Returns inputs to start with, which the parser accepts. */
    protected abstract List<byte[]> seeds();

    /** Returns words of the format, which the fuzzer inserts. */
    protected List<String> dictionary() {
        return List.of("\0\0\0\0");
    }

    /** Returns the maximum number of bytes that one execution may allocate on the heap in total, including the target's own. */
    protected abstract long maxAllocation(int inputLength);

    /**
     * Gives an input to the parser and checks that it behaves.
     *
     * @throws AssertionError if a result is wrong, or too much memory was allocated
     */
    public final void run(byte[] input) {
        long limit = maxAllocation(input.length) + JAZZER_ALLOCATION;
        // The first execution may load classes: only a repetition tells what the input takes.
        if (allocated(input) > limit) {
            long allocated = allocated(input);
            check(
                    allocated <= limit,
                    input.length + " bytes of input allocate " + allocated + " bytes; at most " + limit
                            + " are allowed");
        }
    }

    /** Gives an input to the parser, and returns the number of bytes that this allocates. */
    private long allocated(byte[] input) {
        long before = Allocation.bytes();
        try {
            test(input);
        } catch (RuntimeException e) {
            requireRejection(e);
        } catch (StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError("the input exhausts memory", e);
        }
        return Allocation.bytes() - before;
    }

    private void requireRejection(RuntimeException e) {
        if (!rejections.contains(e.getClass())) {
            throw new AssertionError("not an exception that this parser documents: " + e, e);
        }
    }

    /** Returns a value, or the message of the rejection, so that two ways to read an input can be compared. */
    protected final Object outcome(Supplier<?> value) {
        try {
            return value.get();
        } catch (RuntimeException e) {
            requireRejection(e);
            return "rejected: " + e.getMessage();
        }
    }

    /** Runs an action that may reject the input. */
    protected final void attempt(Runnable action) {
        outcome(() -> {
            action.run();
            return "";
        });
    }

    /** Checks a condition. */
    protected static void check(boolean condition, Object message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }

    /** Checks that two results are equal. */
    protected static void checkEqual(Object expected, Object actual) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError("expected " + expected + " but was " + actual);
        }
    }
}
