package dev.demitasse.grammar.automaton;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists and counts the texts that an automaton accepts. */
public final class Texts {
    private static final int MAX_EXTRA_LENGTH = 200;

    private Texts() {}

    /** Returns all texts, in ascending order, or null if there are more than {@code max}. */
    public static @Nullable List<byte[]> list(Dfa automaton, int max, Budget budget) {
        List<byte[]> texts = new ArrayList<>();
        return automaton.isEmpty() || add(automaton, 0, new byte[automaton.size()], 0, texts, max, budget)
                ? texts
                : null;
    }

    /** Adds the texts that lead from a state to the end. Returns whether those are all. */
    private static boolean add(
            Dfa automaton, int state, byte[] text, int length, List<byte[]> texts, int max, Budget budget) {
        budget.spend(256);
        if (automaton.accepts(state)) {
            texts.add(Arrays.copyOf(text, length));
        }
        if (texts.size() > max || automaton.continues(state) && length == text.length) {
            return false;
        }
        for (int b = 0; b < 256 && automaton.continues(state); b++) {
            int next = automaton.next(state, b);
            if (next != Automaton.NONE) {
                text[length] = (byte) b;
                if (!add(automaton, next, text, length + 1, texts, max, budget)) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Returns a length in bytes such that at least {@code count} texts are not longer. If there are fewer texts of a moderate
     * length, returns that of the longest one of them, negated.
     */
    public static int lengthOfMany(Dfa automaton, int count, Budget budget) {
        long[] ways = new long[automaton.size()]; // number of prefixes that lead to each state
        ways[0] = 1;
        long found = 0;
        int longest = 0;
        for (int length = 0; length <= automaton.size() + MAX_EXTRA_LENGTH; length++) {
            long[] next = new long[automaton.size()];
            budget.spend(automaton.size() + 20L * automaton.size());
            for (int state = 0; state < ways.length; state++) {
                if (ways[state] > 0 && automaton.accepts(state)) {
                    found = Math.min(count, found + ways[state]);
                    longest = length;
                }
                for (int b = 0; ways[state] > 0 && b < 256; b++) {
                    int to = automaton.next(state, b);
                    if (to != Automaton.NONE) {
                        next[to] = Math.min(count, next[to] + ways[state]);
                    }
                }
            }
            if (found >= count) {
                return length;
            }
            ways = next;
        }
        return -longest;
    }
}
