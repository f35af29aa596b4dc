package dev.demitasse.sampling;

/** Steele, Lea and Flood 2014, "Fast Splittable Pseudorandom Number Generators"; integers only, so the same everywhere. */
final class SplitMix64 {
    private long state;

    SplitMix64(long seed) {
        state = seed;
    }

    /** From 0, included, to 1, excluded, in steps of 2⁻⁵³. */
    double nextDouble() {
        state += 0x9E3779B97F4A7C15L;
        long z = state;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return ((z ^ z >>> 31) >>> 11) * 0x1p-53;
    }
}
