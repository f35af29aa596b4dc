package dev.demitasse.grammar;

import dev.demitasse.grammar.automaton.Automaton;
import dev.demitasse.grammar.automaton.Characters;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Distances within an automaton in tokens of a vocabulary: how few tokens write the text of fewest bytes from a state to the
 * end. That is an upper bound of the minimum, and at most the number of bytes.
 */
final class TokenDistances {
    private static final int UNKNOWN = -1;

    private final TokenTrie trie;
    private final Automaton automaton;
    private final @Nullable Characters characters;
    private final int[] known;

    TokenDistances(TokenTrie trie, Automaton automaton, @Nullable Characters characters) {
        this.trie = trie;
        this.automaton = automaton;
        this.characters = characters;
        known = new int[automaton.size()];
        Arrays.fill(known, UNKNOWN);
    }

    /** Returns the maximum number of characters of a token of ASCII letters. */
    static int longestRun(TokenTrie trie) {
        int longest = 1;
        byte[] bytes = trie.bytes();
        for (int id = 0; id < trie.size(); id++) {
            boolean isLetters = true;
            for (int i = trie.start(id); i < trie.end(id) && isLetters; i++) {
                isLetters = (bytes[i] | 0x20) >= 'a' && (bytes[i] | 0x20) <= 'z';
            }
            longest = isLetters ? Math.max(longest, trie.end(id) - trie.start(id)) : longest;
        }
        return longest;
    }

    /** Returns the distance of a state from which the end can be reached. */
    int of(int state) {
        if (known[state] == UNKNOWN) {
            measure(state);
        }
        return known[state];
    }

    /** Returns in how many tokens any number of characters can be written. */
    long ofCharacters(long count) {
        int run = trie.longestRun();
        return count / run + count % run;
    }

    private void measure(int start) {
        int length = characters != null ? characters.distance(start) : automaton.distance(start);
        int[] states = new int[length + 1];
        byte[] text = new byte[length];
        states[0] = start;
        int end = 0;
        for (; end < length && known[states[end]] == UNKNOWN; end++) {
            int b = nextByte(states[end]);
            text[end] = (byte) b;
            states[end + 1] = automaton.next(states[end], b);
        }
        if (end == length) {
            known[states[length]] = 0;
        }
        for (int i = end - 1; i >= 0; i--) {
            int fewest = 1 + known[states[i + 1]];
            int node = TokenTrie.ROOT;
            for (int k = i; k < end; k++) {
                node = trie.child(node, text[k]);
                if (node == TokenTrie.NONE) {
                    break;
                }
                if (trie.hasToken(node)) {
                    fewest = Math.min(fewest, 1 + known[states[k + 1]]);
                }
            }
            known[states[i]] = fewest;
        }
    }

    /** Returns the next byte of the shortest text from a state to the end. */
    private int nextByte(int state) {
        for (int b = 0; b < 256; b++) {
            int next = automaton.next(state, b);
            if (next != Automaton.NONE
                    && (characters != null
                            ? characters.isOnPath(automaton, state, next)
                            : automaton.distance(next) == automaton.distance(state) - 1)) {
                return b;
            }
        }
        throw new IllegalStateException("no way from state " + state + " to the end");
    }
}
