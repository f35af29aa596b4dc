package dev.demitasse.engine;

import dev.demitasse.grammar.Grammar;
import dev.demitasse.grammar.Matcher;
import dev.demitasse.grammar.TokenTrie;
import dev.demitasse.sampling.TokenFilter;
import dev.demitasse.tokenizer.Tokenizer;

/**
 * Restricts an answer to a grammar, such that it can be completed with the remaining tokens. If even the shortest answer has
 * more tokens, the answer is a part of one.
 */
final class GrammarFilter implements TokenFilter {
    private final Matcher matcher;
    private final Tokenizer tokenizer;
    private final int[] ends;
    /** Number of tokens that may still be generated; more than enough if the answer can't be completed. */
    private long remaining;

    /** Creates a filter for an answer of at most {@code remaining} tokens. */
    GrammarFilter(Grammar grammar, TokenTrie trie, Tokenizer tokenizer, int remaining) {
        matcher = new Matcher(grammar, trie);
        this.tokenizer = tokenizer;
        ends = tokenizer.endOfGeneration();
        this.remaining = matcher.fits(remaining) ? remaining : Long.MAX_VALUE;
    }

    @Override
    public boolean allows(int id) {
        return tokenizer.isEndOfGeneration(id) ? matcher.mayEnd() : matcher.allows(id, remaining);
    }

    @Override
    public void mask(float[] logits) {
        float[] kept = new float[ends.length];
        for (int i = 0; i < ends.length; i++) {
            kept[i] = logits[ends[i]];
        }
        matcher.mask(logits, remaining);
        boolean mayEnd = matcher.mayEnd();
        for (int i = 0; i < ends.length; i++) {
            logits[ends[i]] = mayEnd ? kept[i] : Float.NEGATIVE_INFINITY;
        }
    }

    /** Takes the chosen token. */
    void accept(int id) {
        remaining--;
        if (!tokenizer.isEndOfGeneration(id)) {
            matcher.accept(id);
        }
    }

    /** Returns whether no token may follow. */
    boolean mustEnd() {
        return matcher.mustEnd();
    }
}
