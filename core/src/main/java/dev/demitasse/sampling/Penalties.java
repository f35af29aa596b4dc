package dev.demitasse.sampling;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Lowers the logits of tokens that have occurred: by a factor those of the prompt and the answer (Keskar et al. 2019, "CTRL"), and by
 * differences those of the answer.
 */
final class Penalties {
    private final float repetition;
    private final float frequency;
    private final float presence;
    /** Tokens of the prompt and the answer. */
    private final Set<Integer> seen = new HashSet<>();
    /** Number of times that each token of the answer has been generated. */
    private final Map<Integer, Integer> timesGenerated = new HashMap<>();

    Penalties(SamplingOptions options, int[] prompt) {
        repetition = options.repetitionPenalty();
        frequency = options.frequencyPenalty();
        presence = options.presencePenalty();
        if (isActive()) {
            for (int id : prompt) {
                seen.add(id);
            }
        }
    }

    /** Returns whether any logit may change. */
    boolean isActive() {
        return repetition != 1 || frequency != 0 || presence != 0;
    }

    /** Returns whether no logit is raised. */
    boolean onlyLower() {
        return repetition >= 1 && frequency >= 0 && presence >= 0;
    }

    /** Counts a token of the answer. */
    void accept(int id) {
        if (isActive()) {
            seen.add(id);
            timesGenerated.merge(id, 1, Integer::sum);
        }
    }

    /** Changes the logits of all tokens that have occurred. */
    void apply(float[] logits) {
        for (int id : seen) {
            logits[id] = apply(id, logits[id]);
        }
    }

    /** Returns the logit of a token, changed if the token has occurred. */
    float apply(int id, float logit) {
        if (!seen.contains(id)) {
            return logit;
        }
        float result = logit > 0 ? logit / repetition : logit * repetition;
        int times = timesGenerated.getOrDefault(id, 0);
        return times == 0 ? result : result - (times * frequency + presence);
    }
}
