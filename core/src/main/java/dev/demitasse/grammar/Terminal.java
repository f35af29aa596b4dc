package dev.demitasse.grammar;

import dev.demitasse.grammar.automaton.Automaton;
import dev.demitasse.grammar.automaton.Characters;
import dev.demitasse.grammar.automaton.Distance;
import org.jspecify.annotations.Nullable;

/** A rule that accepts the texts of an automaton. */
public final class Terminal extends Rule {
    private final Automaton automaton;
    private final @Nullable Characters characters;
    private final Frame[] frames; // by state, created when needed

    private long maxDistance = -1; // if it is not known

    /** The distances in tokens; null before a vocabulary is known. */
    private @Nullable TokenDistances tokens;

    public Terminal(Automaton automaton) {
        this(automaton, null);
    }

    /**
     * Creates a rule in which frames count characters.
     *
     * @param characters the characters of the automaton, or null if they are not counted
     */
    public Terminal(Automaton automaton, @Nullable Characters characters) {
        super(automaton.key());
        this.automaton = automaton;
        this.characters = characters;
        frames = new Frame[automaton.size()];
        setShortest(automaton.distance(), 0);
    }

    public Automaton automaton() {
        return automaton;
    }

    @Nullable
    Characters characters() {
        return characters;
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

    /** Returns an upper bound of the minimum number of tokens from a state to the end; of bytes if no vocabulary is known. */
    public long distance(int state) {
        if (tokens != null) {
            return tokens.of(state);
        }
        return characters != null ? characters.distance(state) : automaton.distance(state);
    }

    /** Returns the maximum number of bytes from a state to the end. */
    public long maxDistance() {
        if (maxDistance < 0) {
            for (int state = 0; state < automaton.size(); state++) {
                int bytes = automaton.distance(state);
                maxDistance = bytes == Integer.MAX_VALUE ? maxDistance : Math.max(maxDistance, bytes);
            }
        }
        return maxDistance;
    }

    /** Returns an upper bound of the number of tokens that are needed for characters of any kind. */
    long distanceOfCharacters(long count) {
        return tokens == null ? count : tokens.ofCharacters(count);
    }

    @Override
    protected void enter(Stack below, State.Builder state) {
        state.add(start(), below);
    }

    @Override
    protected void useVocabulary(TokenTrie trie) {
        tokens = trie.distances(automaton, characters);
        setShortest(automaton.distance() >= Distance.NEVER ? Distance.NEVER : tokens.of(0), 0);
    }

    @Override
    protected void measure() {}
}
