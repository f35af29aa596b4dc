package dev.demitasse.tokenizer;

/** Hashes pairs of token ids with a random key, so that nobody can write a file whose pairs collide. */
final class PairHash {
    private PairHash() {}

    static long randomKey() {
        long random = (long) (Math.random() * (1L << 53));
        return random * 0x9E3779B97F4A7C15L | 1;
    }

    static long pair(int left, int right) {
        return (long) left << Integer.SIZE | right & 0xFFFFFFFFL;
    }

    /**
     * Returns the slot of a pair in a table of {@code 1 << bits} slots (Dietzfelbinger et al. 1997, "A reliable randomized algorithm for
     * the closest-pair problem").
     */
    static int slot(long pair, long key, int bits) {
        return (int) (pair * key >>> Long.SIZE - bits);
    }
}
