package dev.demitasse.grammar;

import java.util.function.Consumer;

/** A part of a grammar: a set of texts. */
abstract class Rule {
    /** A distance without end: there is no such text. Sums of a few of them are still below a long's end. */
    static final long NEVER = 1L << 50;

    private static long made;

    /** Stands for what the rule is: rules with the same key are the same. */
    final long key;

    /** Bytes of its shortest text; {@link #NEVER} until {@link Distances} has found one. */
    long distance = NEVER;

    /** How deep arrays and objects are nested in that text. */
    int height;

    Rule() {
        this(mix(++made, 0x9e3779b97f4a7c15L));
    }

    Rule(long key) {
        this.key = key;
    }

    /** Enters what the rule's texts may begin with; then comes {@code below}. */
    abstract void enter(Stack below, State.Builder ways);

    /** Finds the shortest text anew, from those of the parts. */
    abstract void measure();

    void forEachPart(Consumer<Rule> action) {}

    /** Whether {@code below} stands within an array or object because of this rule. */
    boolean nests() {
        return false;
    }

    static long sum(long a, long b) {
        return Math.min(a + b, NEVER);
    }

    static long product(long a, long b) {
        return a == 0 || b == 0 ? 0 : a >= NEVER / b ? NEVER : a * b;
    }

    /** A hash of two (the finalizer of SplitMix64), good enough that equal ones are taken to be of equal things. */
    static long mix(long a, long b) {
        long z = a * 0x9e3779b97f4a7c15L + Long.rotateLeft(b, 32) + 0x632be59bd9b4e019L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
