package dev.demitasse.grammar;

import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.Key;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The position of a text in a grammar: all ways to parse the text so far. Immutable. */
public final class State {
    /** Positions in the terminals that read the next byte. */
    final Frame[] frames;

    /** The stack that follows each of the terminals. */
    final Stack[] below;

    /** Whether the text may end here. */
    final boolean ends;

    /** The minimum number of bytes to the end of the text. */
    final long distance;

    private State(Frame[] frames, Stack[] below, boolean ends) {
        this.frames = frames;
        this.below = below;
        this.ends = ends;
        long shortest = ends ? 0 : Distance.NEVER;
        for (int i = 0; i < frames.length; i++) {
            shortest = Math.min(shortest, Distance.sum(frames[i].distance(), below[i].distance));
        }
        distance = shortest;
    }

    /** Returns the state after a byte, or null if the byte is not allowed. */
    @Nullable
    State next(int b) {
        Builder builder = new Builder();
        for (int i = 0; i < frames.length; i++) {
            Frame next = frames[i].next(b);
            if (next != null) {
                builder.add(next, below[i]);
            }
        }
        return builder.isEmpty() ? null : builder.build();
    }

    /** Collects the ways to parse a text. */
    public static final class Builder {
        private final List<Frame> frames = new ArrayList<>();
        private final List<Stack> below = new ArrayList<>();
        private final Map<Long, Integer> indices = new HashMap<>();
        private final Set<Long> entered = new HashSet<>();
        private boolean ends;

        /** Lets the text end here. */
        void end() {
            ends = true;
        }

        /**
         * Adds a position in a terminal. If the terminal may end there, enters what follows.
         *
         * @param after what follows the terminal
         */
        public void add(Frame frame, Stack after) {
            if (frame.continues()) {
                Integer known = indices.putIfAbsent(frame.key(), frames.size());
                if (known == null) {
                    frames.add(frame);
                    below.add(after);
                } else {
                    below.set(known, below.get(known).or(after));
                }
            }
            if (frame.accepts()) {
                enter(frame.afterEnd(after));
            }
        }

        /** Enters the top rules of a stack, if there is one. */
        public void enter(@Nullable Stack stack) {
            if (stack != null) {
                stack.enter(this);
            }
        }

        /** Returns whether a rule was not entered before with this stack; it need not be entered twice. */
        boolean isNew(Rule rule, Stack after) {
            return entered.add(Key.mix(rule.key(), after.key));
        }

        boolean isEmpty() {
            return frames.isEmpty() && !ends;
        }

        State build() {
            return new State(frames.toArray(new Frame[0]), below.toArray(new Stack[0]), ends);
        }
    }
}
