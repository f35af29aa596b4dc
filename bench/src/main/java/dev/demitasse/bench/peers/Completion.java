package dev.demitasse.bench.peers;

import java.util.List;

/**
 * An answer and its times, as seen by who asked for it.
 *
 * @param promptTokens tokens of the prompt as the engine counted them
 * @param cachedTokens how many of them it did not read again
 * @param start when it was asked, in milliseconds of any clock
 * @param stamps when each token of the answer came
 * @param end when the answer was complete
 */
record Completion(int promptTokens, int cachedTokens, double start, List<Double> stamps, double end, String text) {
    /** Tokens of an answer beyond those that {@link #decodeSpeed} counts: the first, which ends the prefill, and the last. */
    static final int UNTIMED_TOKENS = 2;

    private static final double MS_PER_SECOND = 1000;

    /** Seconds from the beginning of the clock, for a page its navigation, to the first token. */
    double firstToken() {
        return stamps.get(0) / MS_PER_SECOND;
    }

    /** Tokens per second of reading the prompt, where one token was asked for. */
    double prefillSpeed() {
        return (promptTokens - cachedTokens) * MS_PER_SECOND / (end - start);
    }

    /**
     * Tokens per second from the first token to the last but one. wllama hands on a token only when it has computed the next:
     * all come late by one, except the last.
     */
    double decodeSpeed() {
        int intervals = stamps.size() - UNTIMED_TOKENS;
        return intervals * MS_PER_SECOND / (stamps.get(intervals) - stamps.get(0));
    }
}
