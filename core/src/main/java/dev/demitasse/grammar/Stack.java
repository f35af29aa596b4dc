package dev.demitasse.grammar;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What comes after a place in a text: a rule, and below it what comes after that. Where a text can be read in several
 * ways there are several, and ways with the same top share it (a graph-structured stack, Tomita 1985). Immutable.
 */
final class Stack {
    /** Arrays and objects that may be open at once; other readers of JSON take at least as many. */
    static final int MAX_DEPTH = 128;

    /** Nothing: the text's end. */
    static final Stack END = new Stack(new Rule[0], new Stack[0], true);

    private final Rule[] rules;
    private final Stack[] below;
    private final boolean ends;
    private @Nullable State entered;

    /** Stands for what it is, as {@link Rule#key} does. */
    final long key;

    /** Fewest bytes to the text's end. */
    final long distance;

    private final int depth;

    private Stack(Rule[] rules, Stack[] below, boolean ends) {
        this.rules = rules;
        this.below = below;
        this.ends = ends;
        long least = ends ? 0 : Rule.NEVER;
        int most = 0;
        long sum = ends ? 1 : 0;
        for (int i = 0; i < rules.length; i++) {
            least = Math.min(least, Rule.sum(rules[i].distance, below[i].distance));
            most = Math.max(most, below[i].depth + (rules[i].nests() ? 1 : 0));
            sum += Rule.mix(rules[i].key, below[i].key); // in any order
        }
        distance = least;
        depth = most;
        key = sum;
    }

    /** A rule and what comes after it; null if no text of it can be finished. */
    static @Nullable Stack push(Rule rule, @Nullable Stack below) {
        return below == null || rule.distance >= Rule.NEVER || below.depth + rule.height > MAX_DEPTH
                ? null
                : new Stack(new Rule[] {rule}, new Stack[] {below}, false);
    }

    /** This with another rule at its top, as far from its end. There must be but one way. */
    Stack withTop(Rule rule) {
        return new Stack(new Rule[] {rule}, below, false);
    }

    /** What comes after by the one or the other. */
    Stack or(Stack other) {
        if (key == other.key) {
            return this;
        }
        List<Rule> joined = new ArrayList<>(List.of(rules));
        List<Stack> rests = new ArrayList<>(List.of(below));
        for (int i = 0; i < other.rules.length; i++) {
            int known = 0;
            while (known < rules.length && rules[known].key != other.rules[i].key) {
                known++;
            }
            if (known < rules.length) {
                rests.set(known, rests.get(known).or(other.below[i]));
            } else {
                joined.add(other.rules[i]);
                rests.add(other.below[i]);
            }
        }
        return new Stack(joined.toArray(new Rule[0]), rests.toArray(new Stack[0]), ends || other.ends);
    }

    /** The state at its beginning. */
    State entered() {
        State known = entered;
        if (known == null) {
            State.Builder builder = new State.Builder();
            enter(builder);
            known = builder.build();
            entered = known;
        }
        return known;
    }

    void enter(State.Builder builder) {
        if (ends) {
            builder.end();
        }
        for (int i = 0; i < rules.length; i++) {
            if (builder.isNew(rules[i], below[i])) {
                rules[i].enter(below[i], builder);
            }
        }
    }
}
