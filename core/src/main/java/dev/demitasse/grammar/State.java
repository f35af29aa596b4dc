package dev.demitasse.grammar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where a text stands in a grammar: every way to read it so far. Immutable. */
final class State {
    /** The terminals that read the next byte, and what comes after each. */
    final Frame[] frames;

    final Stack[] below;

    /** Whether the text may end here. */
    final boolean ends;

    /** Fewest bytes to the text's end. */
    final long distance;

    private State(Frame[] frames, Stack[] below, boolean ends) {
        this.frames = frames;
        this.below = below;
        this.ends = ends;
        long least = ends ? 0 : Rule.NEVER;
        for (int i = 0; i < frames.length; i++) {
            least = Math.min(least, Rule.sum(frames[i].distance(), below[i].distance));
        }
        distance = least;
    }

    /** After one more byte; null if it may not come here. */
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

    /** Collects the ways to read a text so far. */
    static final class Builder {
        private final List<Frame> frames = new ArrayList<>();
        private final List<Stack> below = new ArrayList<>();
        private final Map<Long, Integer> indices = new HashMap<>();
        private final Set<Long> entered = new HashSet<>();
        private boolean ends;

        /** The text may end here. */
        void end() {
            ends = true;
        }

        /** A terminal read so far, which may be its end. */
        void add(Frame frame, Stack after) {
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
                enter(frame.after(after));
            }
        }

        void enter(@Nullable Stack stack) {
            if (stack != null) {
                stack.enter(this);
            }
        }

        /** Whether a rule wasn't entered before; it need not be entered again. */
        boolean isNew(Rule rule, Stack after) {
            return entered.add(Rule.mix(rule.key, after.key));
        }

        boolean isEmpty() {
            return frames.isEmpty() && !ends;
        }

        State build() {
            return new State(frames.toArray(new Frame[0]), below.toArray(new Stack[0]), ends);
        }
    }
}
