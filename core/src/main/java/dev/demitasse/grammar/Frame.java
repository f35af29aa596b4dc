package dev.demitasse.grammar;

import org.jspecify.annotations.Nullable;

/**
 * A terminal and where a text stands within it: an automaton's state and, in a string, how many more characters have to
 * come at least and may come at most. Immutable.
 */
class Frame {
    final Automaton automaton;
    final int state;
    private final long min;
    private final long max;

    Frame(Automaton automaton, int state, long min, long max) {
        this.automaton = automaton;
        this.state = state;
        this.min = min;
        this.max = max;
    }

    long key() {
        return Rule.mix(Rule.mix(automaton.key, state), Rule.mix(min, max));
    }

    @Nullable
    Frame next(int b) {
        int next = automaton.next(state, b);
        if (next == Automaton.NONE) {
            return null;
        }
        if (!counts()) {
            return automaton.frame(next);
        }
        if (state != Strings.CONTENT) {
            return new Frame(automaton, next, min, max);
        }
        if (next == Strings.END) {
            return min > 0 ? null : automaton.frame(next);
        }
        return max == 0 ? null : new Frame(automaton, next, Math.max(0, min - 1), max == Rule.NEVER ? max : max - 1);
    }

    /** Whether the number of characters matters. */
    final boolean counts() {
        return min > 0 || max < Rule.NEVER;
    }

    final boolean continues() {
        return automaton.continues(state);
    }

    final boolean accepts() {
        return automaton.accepts(state);
    }

    /** Fewest bytes to its end. */
    long distance() {
        return automaton.distance(state) + min;
    }

    /** What comes after it, where it ends. */
    @Nullable
    Stack after(Stack below) {
        return below;
    }

    /**
     * Fewest bytes to its end after some more bytes, or up to {@link #detour} more; {@link Rule#NEVER} if they may not
     * come.
     *
     * @param reached the automaton's distance after them
     * @param characters that begin in them
     */
    final long distance(int reached, int characters) {
        return characters > max ? Rule.NEVER : reached + Math.max(0, min - characters);
    }

    /** By how much {@link #distance(int, int)} may be too small. */
    long detour() {
        return 0;
    }

    /** After a token's bytes from {@code from} to {@code to}; null if they may not come. */
    @Nullable
    Frame after(byte[] token, int from, int to) {
        Frame frame = this;
        for (int i = from; i < to && frame != null; i++) {
            frame = frame.next(token[i] & 0xff);
        }
        return frame;
    }

    /** What comes after it where it ends after a token's bytes from {@code from} to {@code to}; null if it may not. */
    @Nullable
    Stack after(Stack below, int characters, byte[] token, int from, int to) {
        return characters < min || characters > max ? null : below;
    }
}
