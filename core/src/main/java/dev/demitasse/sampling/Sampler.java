package dev.demitasse.sampling;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the tokens of one answer by a chain of stages: penalties, bias and filter change the logits; top-k, top-p and min-p
 * restrict the tokens; then one is drawn by temperature. The order is llama.cpp's default.
 */
public final class Sampler {
    /** The result of {@link #sample(TopLogits)} if all logits are needed. */
    public static final int UNDECIDED = -1;

    /** Number of top logits that decide nearly always. */
    private static final int MAX_TOP_K = 256;

    private final SamplingOptions options;
    private final Penalties penalties;
    private final @Nullable TokenFilter filter;
    private final List<Stage> stages = new ArrayList<>();
    private final @Nullable Temperature temperature;
    private final int topK;
    private final Ranking ranking = new Ranking();

    /** Creates a sampler that may choose every token. */
    public Sampler(SamplingOptions options, int[] prompt) {
        this(options, prompt, null);
    }

    /**
     * Creates a sampler for a new answer.
     *
     * @param prompt tokens before the answer, which the repetition penalty counts as seen
     * @param filter restricts each token; null if every token may be chosen
     */
    public Sampler(SamplingOptions options, int[] prompt, @Nullable TokenFilter filter) {
        this.options = options;
        this.filter = filter;
        penalties = new Penalties(options, prompt);
        if (options.topK() > 0) {
            stages.add(new TopK(options.topK()));
        }
        if (options.topP() < 1) {
            stages.add(new TopP(options.topP()));
        }
        if (options.minP() > 0) {
            stages.add(new MinP(options.minP()));
        }
        temperature = options.temperature() == 0 ? null : new Temperature(options.temperature(), options.seed());
        topK = sufficientTopK();
    }

    private int sufficientTopK() {
        // A token that is not among the top logits must not become more probable, nor affect the others' sum.
        if (!options.logitBias().isEmpty() || !penalties.onlyLower()) {
            return 0;
        }
        boolean isPlain = !penalties.isActive() && filter == null;
        if (temperature == null) {
            return isPlain ? 1 : MAX_TOP_K;
        }
        boolean byTopK = options.topK() > 0 && options.topK() <= MAX_TOP_K;
        boolean byTopP = options.topK() == 0 && options.topP() < 1 && isPlain;
        boolean byMinP = options.topP() == 1 && options.minP() > 0;
        return byTopK || byTopP || byMinP ? MAX_TOP_K : 0;
    }

    /** Returns the number of top logits that {@link #sample(TopLogits)} needs; 0 if only all logits decide. */
    public int topK() {
        return topK;
    }

    /**
     * Chooses the next token from the top logits, and counts it as generated. The token equals the one that all logits give,
     * except that the end of top-p depends on the precision of {@link TopLogits#expSum}.
     *
     * @return {@link #UNDECIDED}, without any effect, if {@link #sample(float[])} must choose, or report invalid logits
     */
    public int sample(TopLogits top) {
        if (topK == 0) {
            return UNDECIDED;
        }
        // The highest logit is an entry even if it equals the threshold.
        float bound = topK == 1 ? Float.NEGATIVE_INFINITY : top.threshold();
        boolean isPlain = !penalties.isActive() && filter == null;
        ranking.clear(top.count(), bound, isPlain ? top.expSum() : Double.NaN);
        for (int i = 0; i < top.count(); i++) {
            int id = top.ids()[i];
            if (filter == null || filter.allows(id)) {
                ranking.add(id, penalties.apply(id, top.logits()[i]));
            }
        }
        ranking.order();
        if (ranking.count() == 0) {
            return UNDECIDED;
        }
        int id = temperature == null ? ranking.id(0) : draw(temperature);
        if (id != UNDECIDED) {
            penalties.accept(id);
        }
        return id;
    }

    /**
     * Chooses the next token, and counts it as generated.
     *
     * @param logits one for each id; penalties, bias and filter change them in place
     * @throws IllegalArgumentException if every logit is minus infinity or one is not a number
     */
    public int sample(float[] logits) {
        penalties.apply(logits);
        addBias(logits);
        if (filter != null) {
            filter.mask(logits);
        }
        int id = mostProbable(logits);
        if (temperature != null) {
            ranking.orderAll(logits);
            id = draw(temperature);
        }
        penalties.accept(id);
        return id;
    }

    /** Counts a token as generated that an equal sampler has chosen, so that the next choice is the same as that sampler's. */
    public void replay(int id) {
        if (temperature != null) {
            temperature.skip();
        }
        penalties.accept(id);
    }

    private void addBias(float[] logits) {
        options.logitBias().forEach((id, bias) -> {
            if (id >= logits.length) {
                throw new IllegalArgumentException("logitBias names id " + id + " of a vocabulary of " + logits.length);
            }
            logits[id] += bias;
        });
    }

    /** Returns the id of the highest logit, the lowest id of equal ones. */
    private static int mostProbable(float[] logits) {
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

    /** Draws a token that the stages keep; returns {@link #UNDECIDED} if a missing token may be drawn. */
    private int draw(Temperature drawing) {
        for (Stage stage : stages) {
            if (!stage.apply(ranking)) {
                return UNDECIDED;
            }
        }
        return ranking.isComplete() ? drawing.draw(ranking) : UNDECIDED;
    }
}
