package dev.demitasse.tokenizer;

/**
 * A hash of digits by a polynomial over the prime 2^61 - 1 at a random point (Carter and Wegman 1979, "Universal classes of hash
 * functions"). Nobody can write a file whose tokens collide, because the point differs each time.
 */
final class PolynomialHash {
    private static final int BITS = 61;
    private static final long PRIME = (1L << BITS) - 1;
    private static final int HALF = 31;
    private static final long LOW = (1L << HALF) - 1;

    // Both halves are random: a double has too few bits.
    private final long point = randomBits(BITS - HALF) << HALF | randomBits(HALF) | 1;

    private static long randomBits(int count) {
        return (long) (Math.random() * (1L << count));
    }

    /**
     * Returns the hash of some digits and one more.
     *
     * @param hash of the digits before; 0 if there are none
     * @param digit below 2^61 - 1
     */
    long append(long hash, long digit) {
        return multiply(reduce(hash + digit), point);
    }

    /** Returns the factor of the first digit's place after {@code count} more digits: the point to that power. */
    long power(int count) {
        long power = 1;
        for (int i = 0; i < count; i++) {
            power = multiply(power, point);
        }
        return power;
    }

    /**
     * Returns the hash of the last digits of a sequence.
     *
     * @param all the hash of all digits
     * @param before the hash of the digits before the last ones
     * @param power {@link #power} of the number of last digits
     */
    static long last(long all, long before, long power) {
        return reduce(all + PRIME - multiply(before, power));
    }

    /** Multiplies two numbers below the prime. Parts of 30 and 31 bits keep the products within 63 bits. */
    static long multiply(long a, long b) {
        long high = a >>> HALF;
        long low = a & LOW;
        long otherHigh = b >>> HALF;
        long otherLow = b & LOW;
        long middle = low * otherHigh + high * otherLow;
        // 2^61 is 1, and 2^62 is 2.
        long sum = 2 * high * otherHigh + (middle >>> BITS - HALF) + ((middle & (1L << BITS - HALF) - 1) << HALF);
        return reduce(reduce(sum) + reduce(low * otherLow));
    }

    private static long reduce(long number) {
        long sum = (number & PRIME) + (number >>> BITS);
        return sum >= PRIME ? sum - PRIME : sum;
    }
}
