package dev.demitasse.bench.peers;

import java.util.List;

/**
 * An answer and its times, measured by the caller.
 *
 * @param promptTokens tokens of the prompt as the engine counted them
 * @param cachedTokens tokens of the prompt that were cached
 * @param start time of the request, in milliseconds of any clock
 * @param stamps arrival times of the tokens of the answer
 * @param end time when the answer was complete
 */
record Completion(int promptTokens, int cachedTokens, double start, List<Double> stamps, double end, String text) {
    /** Tokens of an answer beyond those that {@link #decodeSpeed} counts: the first, which ends the prefill, and the last. */
    static final int UNTIMED_TOKENS = 2;

    private static final double MS_PER_SECOND = 1000;

    /** Returns the seconds from the origin of the clock, for a page its navigation, to the first token. */
    double firstToken() {
        return stamps.get(0) / MS_PER_SECOND;
    }

    /** Returns the tokens of the prompt per second, if one token was requested. */
    double prefillSpeed() {
        return (promptTokens - cachedTokens) * MS_PER_SECOND / (end - start);
    }

    /**
     * Returns the tokens per second from the first token to the second to last. wllama reports a token only when it has computed
     * the next one, so all are late by one, except the last.
     */
    double decodeSpeed() {
        int intervals = stamps.size() - UNTIMED_TOKENS;
        return intervals * MS_PER_SECOND / (stamps.get(intervals) - stamps.get(0));
    }
}
