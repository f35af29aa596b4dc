package dev.demitasse.grammar.automaton;

/** 64-bit keys that identify automata, rules and states. Things with the same key are taken to be the same. */
public final class Key {
    private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;

    private static long created;

    private Key() {}

    /** Returns a key that no other call returns. */
    public static long unique() {
        return mix(++created, GOLDEN_RATIO);
    }

    /** Returns a hash of two keys or numbers (the finalizer of SplitMix64), which makes collisions improbable. */
    public static long mix(long a, long b) {
        long z = a * GOLDEN_RATIO + Long.rotateLeft(b, 32) + 0x632be59bd9b4e019L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
