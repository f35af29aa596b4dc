package dev.demitasse.sampling;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Computes the top logits of a device exactly: in random order, and of those equal to the threshold the ones that would be chosen last.
 */
public final class ExactTop {
    private ExactTop() {}

    /**
     * Returns the top logits.
     *
     * @param k maximum number of entries, at least 1
     */
    public static TopLogits of(float[] logits, int k) {
        List<Integer> ranked = IntStream.range(0, logits.length).boxed().collect(Collectors.toList());
        ranked.sort(Comparator.<Integer>comparingDouble(id -> -logits[id]).thenComparing(id -> id));
        ranked.subList(1, ranked.size())
                .sort(Comparator.<Integer>comparingDouble(id -> -logits[id]).thenComparing(id -> -id));
        double expSum = 0;
        for (int id : ranked) {
            if (Float.isNaN(logits[id])) {
                return new TopLogits(new int[k], new float[k], 0, 0, Double.NaN);
            }
            expSum += Math.exp(logits[id] - logits[ranked.get(0)]);
        }
        int count = Math.min(k, ranked.size());
        float threshold = count < ranked.size() ? logits[ranked.get(count)] : Float.NEGATIVE_INFINITY;
        List<Integer> entries = ranked.subList(0, count);
        Collections.shuffle(entries, new Random(count));
        // Arrays may be longer than the number of entries.
        int[] ids = new int[count + 1];
        float[] values = new float[count + 1];
        values[count] = Float.POSITIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            ids[i] = entries.get(i);
            values[i] = logits[ids[i]];
        }
        return new TopLogits(ids, values, count, threshold, count == 1 ? Double.NaN : expSum);
    }
}
