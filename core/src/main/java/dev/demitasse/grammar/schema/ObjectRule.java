package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.Stack;
import dev.demitasse.grammar.State;
import dev.demitasse.grammar.Terminal;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.Key;
import dev.demitasse.grammar.automaton.TooLargeException;
import dev.demitasse.grammar.schema.NameFrame.Taken;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A JSON object: declared members in their order, then further members. */
final class ObjectRule extends Rule {
    private static final int MAX_COSTS = 1 << 17;

    private final List<Member> members;
    private final Json json;
    private final List<Others> others;
    private final Taken declared;
    private final long min;
    private final long max;
    private final boolean counts;
    private final int[] requiredFrom; // number of required members from each index on
    private long[][] costs = new long[0][]; // see measure()
    private int[][] heights = new int[0][];

    /**
     * A declared member.
     *
     * @param name the name in quotes, and the colon
     */
    record Member(Terminal name, Rule value, boolean required) {}

    /**
     * Further members.
     *
     * @param names accepts their names, of which no other member of the object has one that is not declared
     * @param nameBytes a length of names of which one is always free
     */
    record Others(Terminal names, Rule value, int nameBytes) {
        private long cost() {
            return Distance.sum(2L + nameBytes, value.distance());
        }
    }

    /**
     * Creates the rule of an object.
     *
     * @param others the further members, in classes of disjoint names
     * @param declared names that further members can't have
     * @param min minimum number of members
     * @param max maximum number of members, or {@link Distance#NEVER} if there is none
     */
    ObjectRule(Json json, List<Member> members, List<Others> others, List<byte[]> declared, long min, long max) {
        this.json = json;
        this.members = List.copyOf(members);
        this.others = List.copyOf(others);
        this.declared = new Taken(declared);
        this.max = max;
        requiredFrom = new int[members.size() + 1];
        for (int i = members.size() - 1; i >= 0; i--) {
            requiredFrom[i] = requiredFrom[i + 1] + (members.get(i).required() ? 1 : 0);
        }
        this.min = min <= requiredFrom[0] ? 0 : min;
        counts = this.min > 0 || max < Distance.NEVER;
        if (this.min > MAX_COSTS || (members.size() + 1L) * (Math.min(this.min, members.size()) + 1) > MAX_COSTS) {
            throw new TooLargeException("has too large a minProperties");
        }
    }

    @Override
    protected void enter(Stack below, State.Builder state) {
        Stack content = Stack.push(new Members(Place.FIRST, 0, 0, declared), below);
        if (content != null) {
            state.add(json.openObject.start(), content);
        }
    }

    @Override
    protected void forEachPart(Consumer<Rule> action) {
        for (Member member : members) {
            action.accept(member.name());
            action.accept(member.value());
        }
        for (Others other : others) {
            action.accept(other.names());
            action.accept(other.value());
        }
        json.forEachTerminal(action);
    }

    /**
     * Computes {@code costs[i][n]}, the minimum number of tokens of {@code ,"name":value} that follow if member i is the next
     * one and at least n members must follow; and {@code heights[i][n]}, how deep these are nested.
     */
    @Override
    protected void measure() {
        int size = members.size();
        int maxNeeded = (int) Math.min(min, size);
        costs = new long[size + 1][maxNeeded + 1];
        heights = new int[size + 1][maxNeeded + 1];
        for (int needed = 1; needed <= maxNeeded; needed++) {
            costs[size][needed] = Distance.product(needed, otherCost());
            heights[size][needed] = otherHeight();
        }
        for (int i = size - 1; i >= 0; i--) {
            Member member = members.get(i);
            for (int needed = 0; needed <= maxNeeded; needed++) {
                int rest = Math.max(0, needed - 1);
                long with = Distance.sum(cost(member), costs[i + 1][rest]);
                int height = Math.max(member.value().height(), heights[i + 1][rest]);
                long without = member.required() ? Distance.NEVER : costs[i + 1][needed];
                boolean skips = without < with || without == with && heights[i + 1][needed] <= height;
                costs[i][needed] = skips ? without : with;
                heights[i][needed] = skips ? heights[i + 1][needed] : height;
            }
        }
        Members all = new Members(Place.FIRST, 0, 0, declared);
        setShortest(Distance.sum(1, all.distance()), all.height());
    }

    private static long cost(Member member) {
        return Distance.sum(1 + member.name().distance(), member.value().distance());
    }

    private long otherCost() {
        Others cheapest = cheapest();
        return cheapest == null ? Distance.NEVER : cheapest.cost();
    }

    private int otherHeight() {
        Others cheapest = cheapest();
        return cheapest == null ? 0 : cheapest.value().height();
    }

    private @Nullable Others cheapest() {
        Others cheapest = null;
        for (Others other : others) {
            cheapest = cheapest == null || other.cost() < cheapest.cost() ? other : cheapest;
        }
        return cheapest;
    }

    /** Returns whether the number of members can still satisfy the limits. */
    private boolean isPossible(int index, long count) {
        return count + requiredFrom[index] <= max && Math.max(min, count) <= max;
    }

    /** Returns the minimum number of tokens of the members that must follow. */
    private long cost(int index, long count) {
        if (!isPossible(index, count)) {
            return Distance.NEVER;
        }
        long needed = Math.max(0, min - count);
        int known = (int) Math.min(needed, costs[index].length - 1);
        return Distance.sum(costs[index][known], Distance.product(needed - known, otherCost()));
    }

    /** Returns how deep the members that must follow are nested. */
    private int nesting(int index, long count) {
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
        /** After the name of a further member. */
        COLON
    }

    /** The rest of an object at some place. */
    private final class Members extends Rule implements NameFrame.Rest {
        private final Place place;
        private final int index; // of the first declared member that may follow
        private final long count; // of members before, limited to what makes a difference
        private final Taken taken;
        private final @Nullable Others other; // whose name was read

        Members(Place place, int index, long count, Taken taken) {
            this(place, index, count, taken, null);
        }

        @SuppressWarnings("EnumOrdinal") // part of a hash
        private Members(Place place, int index, long count, Taken taken, @Nullable Others other) {
            super(Key.mix(
                    Key.mix(ObjectRule.this.key(), index * 4L + place.ordinal()),
                    Key.mix(
                            count,
                            taken.key + (other == null ? 0 : other.names().key()))));
            this.other = other;
            this.place = place;
            this.index = index;
            this.count = count;
            this.taken = taken;
            measure();
        }

        @Override
        protected boolean closesNesting() {
            return true;
        }

        /** Returns the number of members after one more. */
        private long countAfterNext() {
            return counts ? max == Distance.NEVER ? Math.min(min, count + 1) : count + 1 : 0;
        }

        private boolean mayClose() {
            return requiredFrom[index] == 0 && count >= min && count <= max;
        }

        @Override
        protected void enter(Stack below, State.Builder state) {
            if (place == Place.COLON) {
                Stack rest = Stack.push(new Members(Place.NEXT, index, countAfterNext(), taken), below);
                state.enter(other == null ? null : Stack.push(json.colon, Stack.push(other.value(), rest)));
                return;
            }
            if (place == Place.NEXT) {
                Stack more = Stack.push(new Members(Place.NAME, index, count, taken), below);
                if (more != null) {
                    state.add(json.comma.start(), more);
                }
            } else {
                names(below, state);
            }
            if (place != Place.NAME && mayClose()) {
                state.add((place == Place.NEXT ? json.closeObject : json.closeEmptyObject).start(), below);
            }
        }

        private void names(Stack below, State.Builder state) {
            for (int i = index; i < members.size(); i++) {
                Member member = members.get(i);
                Stack rest = Stack.push(new Members(Place.NEXT, i + 1, countAfterNext(), taken), below);
                Stack value = Stack.push(json.space, Stack.push(member.value(), rest));
                if (value != null) {
                    state.add(member.name().start(), value);
                }
                if (member.required()) {
                    return;
                }
            }
            for (Others further : others) {
                Members colon = new Members(Place.COLON, members.size(), count, taken, further);
                NameFrame name = NameFrame.start(further.names(), taken, colon);
                Stack rest = Stack.push(colon, below);
                if (rest != null && name.distance() < Distance.NEVER) {
                    state.add(name, rest);
                }
            }
        }

        @Override
        public Rule rest(Taken nowTaken) {
            return new Members(Place.COLON, members.size(), count, nowTaken, other);
        }

        @Override
        protected void measure() {
            if (place == Place.COLON) {
                long tokens = other == null
                        ? Distance.NEVER
                        : Distance.sum(1, other.value().distance()); // the colon
                int height = other == null ? 0 : other.value().height();
                setShortest(
                        Distance.sum(tokens, Distance.sum(1, cost(index, countAfterNext()))),
                        1 + Math.max(height, nesting(index, countAfterNext())));
                return;
            }
            if (place != Place.NAME && (place == Place.NEXT || mayClose())) {
                setShortest(Distance.sum(1, cost(index, count)), 1 + nesting(index, count));
                return;
            }
            // At least one member must follow. Its comma has been read, or it needs none.
            long next = countAfterNext();
            for (int i = index; i < members.size(); i++) {
                Member member = members.get(i);
                consider(
                        Distance.sum(cost(member), cost(i + 1, next)),
                        member.value().height(),
                        i + 1,
                        next);
                if (member.required()) {
                    return;
                }
            }
            for (Others further : others) {
                long name = 1 + taken.names(further.names().automaton()).distance;
                long cost = Distance.sum(Distance.sum(name, further.value().distance()), 2);
                consider(
                        Distance.sum(cost, cost(members.size(), next)),
                        further.value().height(),
                        members.size(),
                        next);
            }
        }

        private void consider(long cost, int valueHeight, int after, long next) {
            int found = 1 + Math.max(valueHeight, nesting(after, next));
            if (cost < distance() || cost == distance() && found < height()) { // without the comma, with the brace
                setShortest(cost, found);
            }
        }
    }
}
