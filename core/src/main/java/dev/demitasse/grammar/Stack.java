package dev.demitasse.grammar;

import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.Key;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rules that can follow a position in a text: a rule on top, and below it the rules that follow it. If the text before is
 * ambiguous there are several alternatives, and those with the same top share it (a graph-structured stack, Tomita 1985).
 * Immutable.
 */
public final class Stack {
    /** Maximum number of open arrays and objects. Common JSON parsers accept at least this many. */
    public static final int MAX_DEPTH = 128;

    /** The end of the text. */
    public static final Stack END = new Stack(new Rule[0], new Stack[0], true);

    private final Rule[] rules;
    private final Stack[] below;
    private final boolean ends;
    private @Nullable State entered;

    /** The {@link Key} of this stack. */
    final long key;

    /** The minimum number of bytes to the end of the text. */
    final long distance;

    private final int depth;

    private Stack(Rule[] rules, Stack[] below, boolean ends) {
        this.rules = rules;
        this.below = below;
        this.ends = ends;
        long shortest = ends ? 0 : Distance.NEVER;
        int deepest = 0;
        long sum = ends ? 1 : 0;
        for (int i = 0; i < rules.length; i++) {
            shortest = Math.min(shortest, Distance.sum(rules[i].distance(), below[i].distance));
            deepest = Math.max(deepest, below[i].depth + (rules[i].closesNesting() ? 1 : 0));
            sum += Key.mix(rules[i].key(), below[i].key); // a sum does not depend on the order
        }
        distance = shortest;
        depth = deepest;
        key = sum;
    }

    /** Returns a rule followed by a stack, or null if it has no texts or nests too deep. */
    public static @Nullable Stack push(Rule rule, @Nullable Stack below) {
        return below == null || rule.distance() >= Distance.NEVER || below.depth + rule.height() > MAX_DEPTH
                ? null
                : new Stack(new Rule[] {rule}, new Stack[] {below}, false);
    }

    /** Returns this stack of one alternative with another top of the same distance. */
    public Stack withTop(Rule rule) {
        return new Stack(new Rule[] {rule}, below, false);
    }

    /** Returns the alternatives of both stacks. */
    Stack or(Stack other) {
        if (key == other.key) {
            return this;
        }
        List<Rule> joined = new ArrayList<>(List.of(rules));
        List<Stack> rests = new ArrayList<>(List.of(below));
        for (int i = 0; i < other.rules.length; i++) {
            int known = 0;
            while (known < rules.length && rules[known].key() != other.rules[i].key()) {
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

    /** Returns the state before the top rule. */
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
