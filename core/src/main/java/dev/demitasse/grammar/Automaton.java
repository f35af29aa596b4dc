package dev.demitasse.grammar;

/**
 * A deterministic automaton over bytes. State 0 is its start. From each of its states an accepting one can be reached, or
 * it accepts nothing at all.
 */
abstract class Automaton extends Rule {
    /** No state: the byte may not come here. */
    static final int NONE = -1;

    private final Frame[] frames;

    /** @param states how many there are */
    Automaton(int states) {
        frames = new Frame[states];
    }

    /** @param b from 0 to 255 */
    abstract int next(int state, int b);

    abstract boolean accepts(int state);

    /** Whether any byte may come. */
    abstract boolean continues(int state);

    /** Fewest bytes to an accepting state. */
    abstract int distance(int state);

    final Frame frame(int state) {
        Frame known = frames[state];
        if (known == null) {
            known = new Frame(this, state, 0, NEVER);
            frames[state] = known;
        }
        return known;
    }

    @Override
    void enter(Stack below, State.Builder ways) {
        ways.add(frame(0), below);
    }

    @Override
    void measure() {}

    /** Whether just this text is read. */
    final boolean matches(byte[] text) {
        int state = 0;
        for (int i = 0; i < text.length && state != NONE; i++) {
            state = next(state, text[i] & 0xff);
        }
        return state != NONE && accepts(state);
    }
}
