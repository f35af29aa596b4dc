package dev.demitasse.engine;

/**
 * Speculative decoding by prompt lookup (Saxena 2023, "Prompt Lookup Decoding"): the tokens that followed an earlier occurrence of the last
 * tokens are guesses for the next ones. A pass over the current token and some guesses takes less time than a pass for each, and shows which
 * guesses are right.
 *
 * <p>Whether that is faster depends on the text and the backend. Running averages estimate how often guesses are right, by the number of
 * matching tokens before them, and how much an additional token costs in a pass. Chosen tokens also update the estimate for guesses that
 * were not tried.
 */
final class PromptLookup {
    static final int[] NONE = {};

    private static final int MIN_MATCH = 2;
    /** Length of a match beyond which more tokens make no difference. */
    private static final int MAX_MATCH = 8;

    private static final double HIT_RATE = 1 / 16.0;
    private static final double TIME_RATE = 1 / 8.0;
    /** Maximum ratio of a measurement to its average: a browser is sometimes busy with other work. */
    private static final double OUTLIER = 1.5;
    /** Number of declined guesses after which one is tried nevertheless. */
    private static final int PROBE = 64;

    /** Estimated rate of right guesses, by the number of matching tokens before them. */
    private final double[] hits = new double[MAX_MATCH + 1];
    /** Time of a pass over one token; 0 if not known yet. */
    private double passNanos;
    /** Time of an additional token, relative to a pass over one token. */
    private double cost = 0.5;

    private int declined;

    private int[] guesses = NONE;
    /** Index of the guess that the next token is compared with. */
    private int next;
    /** Number of matching tokens before that guess; 0 without a guess. */
    private int matched;

    PromptLookup() {
        for (int match = MIN_MATCH; match <= MAX_MATCH; match++) {
            hits[match] = 1 - 1.0 / match;
        }
    }

    /**
     * Returns guesses for the tokens after these, as many as are expected to save time, often none.
     *
     * @param max maximum number of guesses
     */
    int[] draft(int[] tokens, int count, int max) {
        int after = find(tokens, count);
        if (matched == 0) {
            return NONE;
        }
        int length = bestLength(max);
        guesses = new int[Math.max(1, length)];
        for (int i = 0; i < guesses.length; i++) {
            int from = after + i;
            guesses[i] = from < count ? tokens[from] : guesses[from - count];
        }
        next = 0;
        return length == 0 ? NONE : guesses.clone();
    }

    /** Sets {@link #matched}, and returns the index after the longest match, the latest of equal ones. */
    private int find(int[] tokens, int count) {
        matched = 0;
        int after = 0;
        for (int end = count - 2; end >= 0 && matched < MAX_MATCH; end--) {
            int length = 0;
            while (length < MAX_MATCH && length <= end && tokens[end - length] == tokens[count - 1 - length]) {
                length++;
            }
            if (length > matched) {
                matched = length;
                after = end + 1;
            }
        }
        if (matched < MIN_MATCH) {
            matched = 0;
        }
        return after;
    }

    /** Returns the number of guesses with which a pass is expected to give the most tokens per time. */
    private int bestLength(int max) {
        double allRight = 1;
        double expected = 1;
        double best = 1;
        int length = 0;
        for (int i = 1; i <= max; i++) {
            allRight *= hits[Math.min(MAX_MATCH, matched + i - 1)];
            expected += allRight;
            double gain = expected / (1 + i * cost);
            if (gain > best) {
                best = gain;
                length = i;
            }
        }
        if (length == 0) {
            declined++;
            return declined % PROBE == 0 ? 1 : 0;
        }
        return length;
    }

    /** Records the time of a pass. */
    void recordPass(int drafted, long nanos) {
        if (drafted == 0) {
            passNanos = passNanos == 0 ? nanos : average(passNanos, nanos);
        } else if (passNanos > 0) {
            cost = average(cost, (nanos / passNanos - 1) / drafted);
        }
    }

    private static double average(double average, double measured) {
        double aim = Math.max(average / OUTLIER, Math.min(measured, average * OUTLIER));
        return average + TIME_RATE * (aim - average);
    }

    /** Records a chosen token: the guess for it was right or wrong. */
    void recordToken(int id) {
        if (matched == 0) {
            return;
        }
        boolean right = guesses[next] == id;
        hits[matched] += HIT_RATE * ((right ? 1 : 0) - hits[matched]);
        next++;
        matched = right && next < guesses.length ? Math.min(MAX_MATCH, matched + 1) : 0;
    }
}
