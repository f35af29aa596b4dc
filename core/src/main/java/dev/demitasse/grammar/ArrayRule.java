package dev.demitasse.grammar;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** A JSON array after its opening bracket. A state is the number of elements before it, as far as that matters. */
final class ArrayRule extends Composite {
    private final List<Rule> prefix;
    private final @Nullable Rule item;
    private final long min;
    private final long max;

    /**
     * @param prefix the first elements
     * @param item each element after those; null for none
     * @param max {@link #NEVER} for any number
     */
    ArrayRule(List<Rule> prefix, @Nullable Rule item, long min, long max) {
        this.prefix = List.copyOf(prefix);
        this.item = item;
        this.min = min;
        this.max = item == null ? Math.min(max, prefix.size()) : max;
    }

    @Override
    void expand(long count, Stack below, Ways ways) {
        Rule next = count < prefix.size() ? prefix.get((int) count) : item;
        if (count < max && next != null) {
            Stack element = ways.push(next, 0, ways.push(this, after(count), below));
            ways.enter(count == 0 ? element : ways.push(Json.SEPARATOR, 0, element));
        }
        if (count >= min) {
            ways.enter(ways.push(count == 0 ? Json.CLOSE_EMPTY_ARRAY : Json.CLOSE_ARRAY, 0, below));
        }
    }

    private long after(long count) {
        return max == NEVER ? Math.min(count + 1, Math.max(1, Math.max(min, prefix.size()))) : count + 1;
    }

    @Override
    long canonical(long count, int bytes) {
        long settled = Math.max(1, Math.max(min, prefix.size()));
        if (count > settled && max - count > bytes) {
            return settled;
        }
        long first = Math.max(1, prefix.size());
        return count > first && min - count > bytes ? first : count;
    }

    @Override
    long distance(long count, ToLongFunction<Rule> whole) {
        long sum = whole.applyAsLong(Json.CLOSE_EMPTY_ARRAY);
        if (count < min && min > max) {
            return NEVER;
        }
        long separator = whole.applyAsLong(Json.SEPARATOR);
        long i = count;
        for (; i < min && i < prefix.size(); i++) {
            sum = sum(sum, sum(i == 0 ? 0 : separator, whole.applyAsLong(prefix.get((int) i))));
        }
        if (i < min) {
            long each = item == null ? NEVER : sum(separator, whole.applyAsLong(item));
            sum = sum(sum, product(min - i, each));
            if (i == 0 && sum < NEVER) {
                sum -= separator;
            }
        }
        return sum;
    }

    @Override
    void forEachPart(Consumer<Rule> action) {
        prefix.forEach(action);
        if (item != null) {
            action.accept(item);
        }
        action.accept(Json.SEPARATOR);
        action.accept(Json.CLOSE_ARRAY);
        action.accept(Json.CLOSE_EMPTY_ARRAY);
    }
}
