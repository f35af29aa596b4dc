package dev.demitasse.grammar.automaton;

/**
 * A deterministic automaton over bytes. State 0 is the start. An accepting state can be reached from each state, unless
 * the automaton accepts nothing.
 */
public abstract class Automaton {
    /** The result of {@link #next} if the byte is not allowed. */
    public static final int NONE = -1;

    private final long key = Key.unique();

    /** Returns the {@link Key} of this automaton. */
    public final long key() {
        return key;
    }

    /**
     * Returns the state after a byte, or {@link #NONE}.
     *
     * @param b from 0 to 255
     */
    public abstract int next(int state, int b);

    /** Returns whether a text may end in a state. */
    public abstract boolean accepts(int state);

    /** Returns whether a state has a next one. */
    public abstract boolean continues(int state);

    /** Returns the minimum number of bytes from a state to an accepting one. */
    public abstract int distance(int state);

    /** Returns the length of the shortest text in bytes, or {@link Distance#NEVER} if the automaton accepts nothing. */
    public abstract long distance();

    /** Returns the number of states. */
    public abstract int size();

    /** Returns whether the automaton accepts a text. */
    public final boolean matches(byte[] text) {
        int state = 0;
        for (int i = 0; i < text.length && state != NONE; i++) {
            state = next(state, text[i] & 0xff);
        }
        return state != NONE && accepts(state);
    }
}
