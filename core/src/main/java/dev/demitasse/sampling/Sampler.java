package dev.demitasse.sampling;

import java.util.HashMap;
import java.util.Map;

/**
 * Chooses the tokens of one answer. In this order: penalties and bias on the logits, then of the likeliest first top-k,
 * top-p, min-p, then temperature and the draw (llama.cpp's default order of these).
 */
public final class Sampler {
    private final SamplingOptions options;
    /** Tokens of the prompt and the answer. */
    private final Map<Integer, Integer> timesSeen = new HashMap<>();
    /** Tokens of the answer. */
    private final Map<Integer, Integer> timesGenerated = new HashMap<>();

    private final SplitMix64 random;
    private Candidates candidates = new Candidates(0);

    /** @param prompt the tokens before the answer, which the repetition penalty counts as seen */
    public Sampler(SamplingOptions options, int[] prompt) {
        this.options = options;
        random = new SplitMix64(options.seed());
        for (int id : prompt) {
            timesSeen.merge(id, 1, Integer::sum);
        }
    }

    /**
     * Chooses the next token and counts it as generated.
     *
     * @param logits one for each id; penalties and bias are applied to it in place
     * @throws IllegalArgumentException if every logit is minus infinity or one is not a number
     */
    public int sample(float[] logits) {
        adjust(logits);
        int id = options.temperature() == 0 ? likeliest(logits) : draw(logits);
        timesSeen.merge(id, 1, Integer::sum);
        timesGenerated.merge(id, 1, Integer::sum);
        return id;
    }

    private void adjust(float[] logits) {
        if (options.repetitionPenalty() != 1) {
            for (int id : timesSeen.keySet()) {
                float logit = logits[id];
                logits[id] = logit > 0 ? logit / options.repetitionPenalty() : logit * options.repetitionPenalty();
            }
        }
        if (options.frequencyPenalty() != 0 || options.presencePenalty() != 0) {
            timesGenerated.forEach(
                    (id, times) -> logits[id] -= times * options.frequencyPenalty() + options.presencePenalty());
        }
        options.logitBias().forEach((id, bias) -> {
            if (id >= logits.length) {
                throw new IllegalArgumentException("logitBias names id " + id + " of a vocabulary of " + logits.length);
            }
            logits[id] += bias;
        });
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

    private int draw(float[] logits) {
        float max = logits[likeliest(logits)];
        if (candidates.capacity() != logits.length) {
            candidates = new Candidates(logits.length);
        }
        candidates.fill(logits);
        int kept = candidates.size();
        if (options.topK() > 0 && options.topK() < kept) {
            kept = options.topK();
        }
        double total = 0;
        if (options.topP() < 1) {
            for (int rank = 0; rank < kept; rank++) {
                total += Math.exp(candidates.logit(rank) - max);
            }
            double sum = 0;
            for (int rank = 0; rank < kept; rank++) {
                sum += Math.exp(candidates.logit(rank) - max);
                if (sum >= options.topP() * total) {
                    kept = rank + 1;
                }
            }
        }
        double least = options.minP() > 0 ? max + Math.log(options.minP()) : Double.NEGATIVE_INFINITY;
        total = 0;
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
