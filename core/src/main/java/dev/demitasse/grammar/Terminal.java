package dev.demitasse.grammar;

import dev.demitasse.grammar.automaton.Automaton;

/** A rule that accepts the texts of an automaton. */
public final class Terminal extends Rule {
    private final Automaton automaton;
    private final Frame[] frames; // by state, created when needed

    public Terminal(Automaton automaton) {
        super(automaton.key());
        this.automaton = automaton;
        frames = new Frame[automaton.size()];
        setShortest(automaton.distance(), 0);
    }

    public Automaton automaton() {
        return automaton;
    }

    /** Returns the frame before any byte. */
    public Frame start() {
        return frame(0);
    }

    Frame frame(int state) {
        Frame known = frames[state];
        if (known == null) {
            known = new Frame(this, state);
            frames[state] = known;
        }
        return known;
    }

    @Override
    protected void enter(Stack below, State.Builder state) {
        state.add(start(), below);
    }

    @Override
    protected void measure() {}
}
