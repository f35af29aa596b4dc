package dev.demitasse.grammar;

import dev.demitasse.grammar.automaton.Automaton;
import dev.demitasse.grammar.automaton.Characters;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.Key;
import org.jspecify.annotations.Nullable;

/**
 * A position within a terminal: a state of its automaton and, in a JSON string, the minimum and maximum number of
 * characters that are still to come. Immutable.
 */
public class Frame {
    /** The automaton of the terminal. */
    protected final Automaton automaton;

    /** The state of the automaton. */
    protected final int state;

    private final Terminal terminal;
    private final @Nullable Characters characters; // null if they are not counted
    private final long min;
    private final long max;

    /** Creates a frame without limits on the number of characters. */
    protected Frame(Terminal terminal, int state) {
        this(terminal, state, 0, Distance.NEVER);
    }

    /**
     * Creates a frame with limits on the number of characters.
     *
     * @param terminal counts characters if there are limits
     * @param min must be 0 unless every number of characters is possible from each state
     * @param max {@link Distance#NEVER} if there is no maximum
     */
    public Frame(Terminal terminal, int state, long min, long max) {
        this.terminal = terminal;
        automaton = terminal.automaton();
        characters = terminal.characters();
        this.state = state;
        this.min = min;
        this.max = max;
    }

    /** Returns the {@link Key} of this frame. */
    protected long key() {
        return Key.mix(Key.mix(automaton.key(), state), Key.mix(min, max));
    }

    /** Returns the frame after a byte, or null if the byte is not allowed. */
    protected @Nullable Frame next(int b) {
        int next = automaton.next(state, b);
        if (next == Automaton.NONE) {
            return null;
        }
        if (characters == null) {
            return terminal.frame(next);
        }
        if (automaton.accepts(next)) {
            return min > 0 ? null : new Frame(terminal, next, 0, max);
        }
        boolean begins = characters.begins(automaton, state, next);
        long fewest = begins ? Math.max(0, min - 1) : min;
        long most = begins && max != Distance.NEVER ? max - 1 : max;
        return most < characters.min(next) ? null : new Frame(terminal, next, fewest, most);
    }

    /** Returns the frame after the bytes of a token from {@code from} to {@code to}, or null if they are not allowed. */
    protected @Nullable Frame next(byte[] token, int from, int to) {
        Frame frame = this;
        for (int i = from; i < to && frame != null; i++) {
            frame = frame.next(token[i] & 0xff);
        }
        return frame;
    }

    /** Returns the terminal of this frame. */
    final Terminal terminal() {
        return terminal;
    }

    /** Returns whether a byte may follow. */
    final boolean continues() {
        return automaton.continues(state);
    }

    /** Returns whether the terminal may end here. */
    final boolean accepts() {
        return automaton.accepts(state);
    }

    /** Returns an upper bound of the minimum number of tokens to the end of the terminal. */
    public long distance() {
        return terminal.distance(state) + terminal.distanceOfCharacters(min);
    }

    /**
     * Returns a lower bound of the distance after more bytes, or {@link Distance#NEVER} if they are not allowed. The
     * distance is at most {@link #detour} larger.
     *
     * @param automatonDistance the distance of the automaton after the bytes
     * @param count the number of characters that begin in the bytes, and of those that must follow
     */
    final long distanceAfter(long automatonDistance, int count) {
        return count > max
                ? Distance.NEVER
                : automatonDistance + terminal.distanceOfCharacters(Math.max(0, min - count));
    }

    /** Returns the maximum error of {@link #distanceAfter}. */
    protected long detour() {
        return 0;
    }

    /** Returns what follows the terminal if it ends here. */
    protected Stack afterEnd(Stack below) {
        return below;
    }

    /**
     * Returns what follows the terminal if it ends after the bytes of a token from {@code from} to {@code to}, or null if it
     * may not end there.
     *
     * @param count the number of characters that begin in the bytes
     */
    protected @Nullable Stack afterEnd(Stack below, int count, byte[] token, int from, int to) {
        return count < min || count > max ? null : below;
    }
}
