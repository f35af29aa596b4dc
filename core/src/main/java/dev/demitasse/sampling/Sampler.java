package dev.demitasse.sampling;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the tokens of one answer. In this order: penalties and bias on the logits, the filter, then of the likeliest first
 * top-k, top-p, min-p, then temperature and the draw (llama.cpp's default order of these).
 */
public final class Sampler {
    /** What {@link #sample(TopLogits)} gives where the entries don't decide. */
    public static final int UNDECIDED = -1;

    /** Entries beyond this many would seldom matter. */
    private static final int MAX_TOP_K = 256;

    private final SamplingOptions options;
    private final @Nullable TokenFilter filter;
    /** Whether any penalty changes a logit. */
    private final boolean penalizes;

    private final int wanted;
    /** Tokens of the prompt and the answer. */
    private final Set<Integer> seen = new HashSet<>();
    /** Tokens of the answer. */
    private final Map<Integer, Integer> timesGenerated = new HashMap<>();

    private final SplitMix64 random;
    private final Candidates candidates = new Candidates();

    /** A sampler for which every token may come. */
    public Sampler(SamplingOptions options, int[] prompt) {
        this(options, prompt, null);
    }

    /**
     * A sampler at the beginning of an answer.
     *
     * @param prompt the tokens before the answer, which the repetition penalty counts as seen
     * @param filter asked anew for each token; null if every token may come
     */
    public Sampler(SamplingOptions options, int[] prompt, @Nullable TokenFilter filter) {
        this.options = options;
        this.filter = filter;
        penalizes =
                options.repetitionPenalty() != 1 || options.frequencyPenalty() != 0 || options.presencePenalty() != 0;
        wanted = wanted();
        random = new SplitMix64(options.seed());
        for (int id : prompt) {
            seen.add(id);
        }
    }

    private int wanted() {
        // A token that isn't among the likeliest must not become likelier, nor count for itself.
        if (!options.logitBias().isEmpty()
                || options.repetitionPenalty() < 1
                || options.frequencyPenalty() < 0
                || options.presencePenalty() < 0) {
            return 0;
        }
        if (options.temperature() == 0) {
            return penalizes || filter != null ? MAX_TOP_K : 1;
        }
        boolean few = options.topK() > 0 && options.topK() <= MAX_TOP_K;
        boolean nucleus = options.topK() == 0 && options.topP() < 1 && !penalizes && filter == null;
        boolean likely = options.topP() == 1 && options.minP() > 0;
        return few || nucleus || likely ? MAX_TOP_K : 0;
    }

    /** How many of the likeliest tokens {@link #sample(TopLogits)} should get; 0 if only all logits decide. */
    public int topK() {
        return wanted;
    }

    /**
     * Chooses the next token from the likeliest ones and counts it as generated. It is the one that all logits would give;
     * only where top-p ends depends on how exact {@link TopLogits#expSum} is.
     *
     * @return {@link #UNDECIDED} if that takes {@link #sample(float[]) all logits}, or if they should say what is wrong with
     *     them; nothing was counted then
     */
    public int sample(TopLogits top) {
        if (wanted == 0) {
            return UNDECIDED;
        }
        // The greatest logit is an entry even if it equals the threshold.
        candidates.clear(top.count(), wanted == 1 ? Float.NEGATIVE_INFINITY : top.threshold());
        for (int i = 0; i < top.count(); i++) {
            int id = top.ids()[i];
            if (filter == null || filter.allows(id)) {
                candidates.add(id, penalized(id, top.logits()[i]));
            }
        }
        candidates.order();
        if (candidates.size() == 0) {
            return UNDECIDED;
        }
        int id = options.temperature() == 0 ? candidates.id(0) : draw(top.expSum());
        if (id != UNDECIDED) {
            count(id);
        }
        return id;
    }

    /**
     * Chooses the next token and counts it as generated.
     *
     * @param logits one for each id; penalties, bias and filter are applied to it in place
     * @throws IllegalArgumentException if every logit is minus infinity or one is not a number
     */
    public int sample(float[] logits) {
        adjust(logits);
        if (filter != null) {
            filter.mask(logits);
        }
        int id = likeliest(logits);
        if (options.temperature() > 0) {
            candidates.orderAll(logits);
            id = draw(Double.NaN);
        }
        count(id);
        return id;
    }

    private void count(int id) {
        seen.add(id);
        timesGenerated.merge(id, 1, Integer::sum);
    }

    private void adjust(float[] logits) {
        if (penalizes) {
            for (int id : seen) {
                logits[id] = penalized(id, logits[id]);
            }
        }
        options.logitBias().forEach((id, bias) -> {
            if (id >= logits.length) {
                throw new IllegalArgumentException("logitBias names id " + id + " of a vocabulary of " + logits.length);
            }
            logits[id] += bias;
        });
    }

    private float penalized(int id, float logit) {
        if (!penalizes || !seen.contains(id)) {
            return logit;
        }
        float result = logit > 0 ? logit / options.repetitionPenalty() : logit * options.repetitionPenalty();
        int times = timesGenerated.getOrDefault(id, 0);
        return times == 0 ? result : result - (times * options.frequencyPenalty() + options.presencePenalty());
    }

    /** The greatest logit's id; the lowest of equals. */
    private static int likeliest(float[] logits) {
        int best = -1;
        float max = Float.NEGATIVE_INFINITY;
        for (int id = 0; id < logits.length; id++) {
            float logit = logits[id];
            if (logit > max) {
                max = logit;
                best = id;
            } else if (Float.isNaN(logit)) {
                throw new IllegalArgumentException("the logit of id " + id + " is not a number");
            }
        }
        if (best < 0) {
            throw new IllegalArgumentException("no token is possible: every logit is minus infinity");
        }
        return best;
    }

    /**
     * Draws one of the candidates.
     *
     * @param expSum over all tokens, where some are missing among the candidates
     * @return {@link #UNDECIDED} if missing ones might be drawn; no random number was taken then
     */
    private int draw(double expSum) {
        float max = candidates.logit(0);
        int kept = candidates.size();
        boolean open = candidates.bound() > Float.NEGATIVE_INFINITY; // tokens that are missing may have to be kept
        if (options.topK() > 0 && options.topK() <= kept) {
            kept = options.topK();
            open = false;
        }
        if (options.topP() < 1) {
            if (open && (options.topK() > 0 || filter != null)) {
                return UNDECIDED;
            }
            double total = expSum;
            if (!open) {
                total = 0;
                for (int rank = 0; rank < kept; rank++) {
                    total += Math.exp(candidates.logit(rank) - max);
                }
            }
            double sum = 0;
            for (int rank = 0; rank < kept; rank++) {
                sum += Math.exp(candidates.logit(rank) - max);
                if (sum >= options.topP() * total) {
                    kept = rank + 1;
                    open = false;
                }
            }
            if (open) {
                return UNDECIDED;
            }
        }
        double least = options.minP() > 0 ? max + Math.log(options.minP()) : Double.NEGATIVE_INFINITY;
        if (open && candidates.bound() >= least) {
            return UNDECIDED;
        }
        double total = 0;
        int last = 0;
        for (int rank = 0; rank < kept && candidates.logit(rank) >= least; rank++) {
            total += Math.exp((candidates.logit(rank) - max) / options.temperature());
            last = rank;
        }
        double rest = random.nextDouble() * total;
        for (int rank = 0; rank < last; rank++) {
            rest -= Math.exp((candidates.logit(rank) - max) / options.temperature());
            if (rest < 0) {
                return candidates.id(rank);
            }
        }
        return candidates.id(last);
    }
}
