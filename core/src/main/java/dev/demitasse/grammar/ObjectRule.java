package dev.demitasse.grammar;

import dev.demitasse.grammar.NameFrame.Taken;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A JSON object: declared members in their order, then others. */
final class ObjectRule extends Rule {
    /**
     * What the name of a further member is taken to need: quotes and three characters. There are nearly a million such
     * names, so one is always free.
     */
    private static final int NAME_BYTES = 5;

    private static final int MAX_COSTS = 1 << 17;

    private final List<Member> members;
    private final @Nullable Rule other;
    private final Taken declared;
    private final long min;
    private final long max;
    private final boolean counts;
    private final int[] requiredFrom; // required members from an index on
    private long[][] costs = new long[0][];
    private int[][] heights = new int[0][];

    /** @param name in quotes, with the colon */
    record Member(Words name, Rule value, boolean required) {}

    /**
     * @param other what members after the declared ones are; null if there are none
     * @param declared what those can't be called
     * @param min members
     * @param max {@link #NEVER} for any number
     */
    ObjectRule(List<Member> members, @Nullable Rule other, Names declared, long min, long max) {
        this.members = List.copyOf(members);
        this.other = other;
        this.declared = new Taken(declared);
        this.max = max;
        requiredFrom = new int[members.size() + 1];
        for (int i = members.size() - 1; i >= 0; i--) {
            requiredFrom[i] = requiredFrom[i + 1] + (members.get(i).required() ? 1 : 0);
        }
        this.min = min <= requiredFrom[0] ? 0 : min;
        counts = this.min > 0 || max < NEVER;
        if (this.min > MAX_COSTS || (members.size() + 1L) * (Math.min(this.min, members.size()) + 1) > MAX_COSTS) {
            throw new TooLargeException("has a minProperties that is too large");
        }
    }

    @Override
    void enter(Stack below, State.Builder ways) {
        Stack content = Stack.push(new Members(Place.FIRST, 0, 0, declared), below);
        if (content != null) {
            ways.add(Json.OPEN_OBJECT.frame(0), content);
        }
    }

    @Override
    void forEachPart(Consumer<Rule> action) {
        for (Member member : members) {
            action.accept(member.value());
        }
        if (other != null) {
            action.accept(other);
        }
    }

    /**
     * Finds the fewest bytes of {@code ,"name":value} that may follow, by the index of the next member and how many
     * members have to come.
     */
    @Override
    void measure() {
        int size = members.size();
        int most = (int) Math.min(min, size);
        costs = new long[size + 1][most + 1];
        heights = new int[size + 1][most + 1];
        for (int needed = 1; needed <= most; needed++) {
            costs[size][needed] = product(needed, otherCost());
            heights[size][needed] = otherHeight();
        }
        for (int i = size - 1; i >= 0; i--) {
            Member member = members.get(i);
            for (int needed = 0; needed <= most; needed++) {
                int rest = Math.max(0, needed - 1);
                long with = sum(cost(member), costs[i + 1][rest]);
                int height = Math.max(member.value().height, heights[i + 1][rest]);
                long without = member.required() ? NEVER : costs[i + 1][needed];
                boolean skips = without < with || without == with && heights[i + 1][needed] <= height;
                costs[i][needed] = skips ? without : with;
                heights[i][needed] = skips ? heights[i + 1][needed] : height;
            }
        }
        Members all = new Members(Place.FIRST, 0, 0, declared);
        distance = sum(1, all.distance);
        height = all.height;
    }

    private static long cost(Member member) {
        return sum(1 + member.name().distance, member.value().distance);
    }

    private long otherCost() {
        return other == null ? NEVER : sum(2 + NAME_BYTES, other.distance);
    }

    private int otherHeight() {
        return other == null ? 0 : other.height;
    }

    /** Whether the number of members may still come out right. */
    private boolean isPossible(int index, long count) {
        return count + requiredFrom[index] <= max && Math.max(min, count) <= max;
    }

    /** Fewest bytes of members that have to follow. */
    private long cost(int index, long count) {
        if (!isPossible(index, count)) {
            return NEVER;
        }
        long needed = Math.max(0, min - count);
        int known = (int) Math.min(needed, costs[index].length - 1);
        return sum(costs[index][known], product(needed - known, otherCost()));
    }

    private int height(int index, long count) {
        long needed = Math.max(0, min - count);
        int known = (int) Math.min(needed, heights[index].length - 1);
        return Math.max(heights[index][known], needed > known ? otherHeight() : 0);
    }

    private enum Place {
        /** After the opening brace. */
        FIRST,
        /** After a member. */
        NEXT,
        /** After a comma. */
        NAME,
        /** After the name of a member that isn't declared. */
        COLON
    }

    /** The rest of an object. */
    private final class Members extends Rule implements NameFrame.Rest {
        private final Place place;
        private final int index; // of the first member that may still come
        private final long count; // of members before, as far as that matters
        private final Taken taken;

        Members(Place place, int index, long count, Taken taken) {
            super(mix(mix(ObjectRule.this.key, index * 4L + place.ordinal()), mix(count, taken.key)));
            this.place = place;
            this.index = index;
            this.count = count;
            this.taken = taken;
            measure();
        }

        @Override
        public long key() {
            return key;
        }

        @Override
        boolean nests() {
            return true;
        }

        private long next() {
            return counts ? max == NEVER ? Math.min(min, count + 1) : count + 1 : 0;
        }

        private boolean mayClose() {
            return requiredFrom[index] == 0 && count >= min && count <= max;
        }

        @Override
        void enter(Stack below, State.Builder ways) {
            if (place == Place.COLON) {
                Stack rest = Stack.push(new Members(Place.NEXT, index, next(), taken), below);
                ways.enter(other == null ? null : Stack.push(Json.COLON, Stack.push(other, rest)));
                return;
            }
            if (place == Place.NEXT) {
                Stack more = Stack.push(new Members(Place.NAME, index, count, taken), below);
                if (more != null) {
                    ways.add(Json.COMMA.frame(0), more);
                }
            } else {
                names(below, ways);
            }
            if (place != Place.NAME && mayClose()) {
                ways.add((place == Place.NEXT ? Json.CLOSE_OBJECT : Json.CLOSE_EMPTY_OBJECT).frame(0), below);
            }
        }

        private void names(Stack below, State.Builder ways) {
            for (int i = index; i < members.size(); i++) {
                Member member = members.get(i);
                Stack rest = Stack.push(new Members(Place.NEXT, i + 1, next(), taken), below);
                Stack value = Stack.push(Json.SPACE, Stack.push(member.value(), rest));
                if (value != null) {
                    ways.add(member.name().frame(0), value);
                }
                if (member.required()) {
                    return;
                }
            }
            Stack rest = other == null ? null : Stack.push(rest(taken), below);
            if (rest != null) {
                ways.add(NameFrame.start(taken, this), rest);
            }
        }

        @Override
        public Rule rest(Taken nowTaken) {
            return new Members(Place.COLON, members.size(), count, nowTaken);
        }

        @Override
        void measure() {
            if (place == Place.COLON) {
                long bytes = other == null ? NEVER : sum(1, other.distance); // the colon
                distance = sum(bytes, sum(1, cost(index, next())));
                height = 1 + Math.max(otherHeight(), ObjectRule.this.height(index, next()));
                return;
            }
            if (place != Place.NAME && (place == Place.NEXT || mayClose())) {
                distance = sum(1, cost(index, count));
                height = 1 + ObjectRule.this.height(index, count);
                return;
            }
            // At least one member has to come: the first one's comma is there, or none is needed.
            long next = next();
            for (int i = index; i < members.size(); i++) {
                Member member = members.get(i);
                consider(sum(cost(member), cost(i + 1, next)), member.value().height, i + 1, next);
                if (member.required()) {
                    return;
                }
            }
            consider(sum(otherCost(), cost(members.size(), next)), otherHeight(), members.size(), next);
        }

        private void consider(long cost, int valueHeight, int after, long next) {
            int found = 1 + Math.max(valueHeight, ObjectRule.this.height(after, next));
            if (cost < distance || cost == distance && found < height) { // a comma less, a brace more
                distance = cost;
                height = found;
            }
        }
    }
}
