package dev.demitasse.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The effect of all tokens of a vocabulary within one terminal, from one state of its automaton. */
final class TerminalTokens {
    /** The tokens that end within the terminal. */
    final List<Group> groups;

    /** The trie nodes at which the terminal may end. */
    final int[] ends;

    /** The number of characters that begin before each of these nodes. */
    final int[] endCharacters;

    private TerminalTokens(List<Group> groups, int[] ends, int[] endCharacters) {
        this.groups = groups;
        this.ends = ends;
        this.endCharacters = endCharacters;
    }

    /** Returns the approximate size in bytes. */
    long size() {
        long sum = 100 + 8L * ends.length;
        for (Group group : groups) {
            sum += 100 + 4L * group.ids.length + 8L * group.bits.length;
        }
        return sum;
    }

    /** Tokens after which the distance to the end of the terminal is the same. */
    static final class Group {
        private final int distance;
        private final int characters;
        private final int[] ids;
        private final long[] bits; // the same tokens as a bit set; empty if there are few

        Group(int distance, int characters, int[] ids, int vocabularySize) {
            this.distance = distance;
            this.characters = characters;
            this.ids = ids;
            int words = (vocabularySize + 63) / 64;
            bits = new long[ids.length > words ? words : 0];
            if (bits.length > 0) {
                for (int id : ids) {
                    bits[id >> 6] |= 1L << id;
                }
            }
        }

        /** Returns the distance of the automaton after the tokens, in bytes. */
        int distance() {
            return distance;
        }

        /** Returns the number of characters that begin in each of the tokens. */
        int characters() {
            return characters;
        }

        int[] ids() {
            return ids;
        }

        void addTo(long[] allowed) {
            for (int i = 0; i < bits.length; i++) {
                allowed[i] |= bits[i];
            }
            if (bits.length == 0) {
                for (int id : ids) {
                    allowed[id >> 6] |= 1L << id;
                }
            }
        }
    }

    /** Collects the tokens that a walk through the trie finds. */
    static final class Builder {
        private final int vocabularySize;
        private final Map<Long, Ints> groups = new HashMap<>();
        private final Ints ends = new Ints();
        private final Ints endCharacters = new Ints();
        private long lastKey = -1;
        private Ints last = ends;

        Builder(int vocabularySize) {
            this.vocabularySize = vocabularySize;
        }

        void addToken(int distance, int characters, int id) {
            long key = (long) distance << 32 | characters;
            if (key != lastKey) {
                lastKey = key;
                last = groups.computeIfAbsent(key, unused -> new Ints());
            }
            last.add(id);
        }

        void addEnd(int node, int characters) {
            ends.add(node);
            endCharacters.add(characters);
        }

        TerminalTokens build() {
            List<Group> built = new ArrayList<>();
            for (Map.Entry<Long, Ints> entry : groups.entrySet()) {
                long key = entry.getKey();
                int[] ids = entry.getValue().toArray();
                built.add(new Group((int) (key >> 32), (int) key, ids, vocabularySize));
            }
            return new TerminalTokens(built, ends.toArray(), endCharacters.toArray());
        }
    }

    private static final class Ints {
        private int[] values = new int[4];
        private int size;

        void add(int value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, 2 * size);
            }
            values[size++] = value;
        }

        int[] toArray() {
            return Arrays.copyOf(values, size);
        }
    }
}
