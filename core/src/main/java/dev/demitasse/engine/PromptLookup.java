package dev.demitasse.engine;

/**
 * Speculative decoding by prompt lookup (Saxena 2023, "Prompt Lookup Decoding"): what came after the last tokens where they stood before is
 * a guess at what comes now. A pass over the current token and some guesses takes less time than a pass for each, and shows which guesses
 * are right.
 *
 * <p>Whether that pays depends on the text and on what computes: how often guesses are right (by how many tokens matched before them) and
 * what a token more in a pass costs are running averages. Tokens that are chosen tell about guesses that weren't tried, too.
 */
final class PromptLookup {
    static final int[] NONE = {};

    private static final int MIN_MATCH = 2;
    /** Tokens beyond which a longer match doesn't count for more. */
    private static final int MAX_MATCH = 8;

    private static final double HIT_RATE = 1 / 16.0;
    private static final double TIME_RATE = 1 / 8.0;
    /** What one measurement may change an average's aim by: now and then a browser is busy elsewhere. */
    private static final double OUTLIER = 1.5;
    /** Guesses that don't seem to pay, until one of them is tried nevertheless. */
    private static final int PROBE = 64;

    /** How often guesses were right, by matching tokens before them. */
    private final double[] hits = new double[MAX_MATCH + 1];
    /** Time of a pass over one token; 0 as long as it isn't known. */
    private double passNanos;
    /** What a token more costs, in such passes. */
    private double cost = 0.5;

    private int declined;

    private int[] guesses = NONE;
    /** The guess that the next token is compared with. */
    private int next;
    /** Tokens that match before that one; 0 if there is no guess. */
    private int matched;

    PromptLookup() {
        for (int match = MIN_MATCH; match <= MAX_MATCH; match++) {
            hits[match] = 1 - 1.0 / match;
        }
    }

    /**
     * Guesses what comes after these tokens.
     *
     * @param most guesses wanted
     * @return the guesses that are worth a try, in their order; often none
     */
    int[] draft(int[] tokens, int count, int most) {
        int after = find(tokens, count);
        if (matched == 0) {
            return NONE;
        }
        int length = worthwhile(most);
        guesses = new int[Math.max(1, length)];
        for (int i = 0; i < guesses.length; i++) {
            int from = after + i;
            guesses[i] = from < count ? tokens[from] : guesses[from - count];
        }
        next = 0;
        return length == 0 ? NONE : guesses.clone();
    }

    /** Sets {@link #matched}, and gives the place after the longest match, of equals the latest. */
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

    /** The number of guesses by which a pass is expected to give the most tokens a time; 0 if that is none. */
    private int worthwhile(int most) {
        double allRight = 1;
        double expected = 1;
        double best = 1;
        int length = 0;
        for (int i = 1; i <= most; i++) {
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

    /** A pass took so long. */
    void took(int drafted, long nanos) {
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

    /** This token was chosen: the last guess was right or wrong. */
    void chosen(int id) {
        if (matched == 0) {
            return;
        }
        boolean right = guesses[next] == id;
        hits[matched] += HIT_RATE * ((right ? 1 : 0) - hits[matched]);
        next++;
        matched = right && next < guesses.length ? Math.min(MAX_MATCH, matched + 1) : 0;
    }
}
