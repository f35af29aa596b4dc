package dev.demitasse.grammar;

import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.Key;
import java.util.function.Consumer;

/** A part of a grammar: a set of texts. */
public abstract class Rule {
    private final long key;
    private long distance = Distance.NEVER;
    private int height;

    /** Creates a rule that differs from all others. */
    protected Rule() {
        this(Key.unique());
    }

    /** Creates a rule that is the same as the others with this key. */
    protected Rule(long key) {
        this.key = key;
    }

    /** Returns the {@link Key} of this rule. */
    public final long key() {
        return key;
    }

    /**
     * Returns the length of the shortest text: an upper bound of its number of tokens, or its number of bytes if no vocabulary
     * is known. It is {@link Distance#NEVER} until {@link ShortestTexts} has found a text.
     */
    public final long distance() {
        return distance;
    }

    /** Returns how deep arrays and objects are nested in the shortest text. */
    public final int height() {
        return height;
    }

    /** Sets the length of the shortest text, and how deep arrays and objects are nested in it. */
    protected final void setShortest(long distance, int height) {
        this.distance = distance;
        this.height = height;
    }

    /** Adds the terminals with which texts of this rule can begin. The texts are followed by {@code below}. */
    protected abstract void enter(Stack below, State.Builder state);

    /** Measures this rule in tokens of a vocabulary, without its parts. */
    protected void useVocabulary(TokenTrie trie) {}

    /** Computes the shortest text from those of the parts, and sets it. */
    protected abstract void measure();

    /** Calls an action with each rule that this one contains. */
    protected void forEachPart(Consumer<Rule> action) {}

    /** Returns whether texts of this rule close an array or object that is open before them. */
    protected boolean closesNesting() {
        return false;
    }
}
