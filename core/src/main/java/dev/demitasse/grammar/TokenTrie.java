package dev.demitasse.grammar;

import java.util.Arrays;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a vocabulary as bytes, in a trie. Made once for a model; immutable for those who use it.
 *
 * <p>As in XGrammar (Dong et al. 2024), tokens that are whole characters of a JSON string, nothing else, are known
 * beforehand, so that within a string only the others are looked at.
 */
public final class TokenTrie {
    private static final int NO_TOKEN = -1;

    private final int size;
    private final byte[] bytes; // of all tokens, one after the other
    private final int[] starts; // of each token in them
    private final int longest;
    private final boolean[] single = new boolean[256];
    private final byte[] characters; // of each token that is whole characters of a string, else 0
    private final int mostCharacters;
    private final int[] same; // the next token of the same bytes, or NO_TOKEN
    private final Nodes all;
    private final Nodes special;
    private final long[][] plain; // by most characters; empty where not made yet

    /**
     * @param vocabularySize number of tokens
     * @param tokenBytes what each stands for; null or empty for a control token, which is never allowed
     */
    public TokenTrie(int vocabularySize, IntFunction<byte @Nullable []> tokenBytes) {
        size = vocabularySize;
        starts = new int[size + 1];
        characters = new byte[size];
        same = new int[size];
        byte[] joined = new byte[8 * size + 16];
        int[] ids = new int[size];
        int count = 0;
        int longestSoFar = 0;
        int mostSoFar = 0;
        for (int id = 0; id < size; id++) {
            byte[] token = tokenBytes.apply(id);
            int length = token == null ? 0 : token.length;
            if (starts[id] + length > joined.length) {
                joined = Arrays.copyOf(joined, Math.max(2 * joined.length, starts[id] + length));
            }
            starts[id + 1] = starts[id] + length;
            if (token != null && length > 0) {
                System.arraycopy(token, 0, joined, starts[id], length);
                ids[count++] = id;
                longestSoFar = Math.max(longestSoFar, length);
                characters[id] = (byte) characters(token);
                mostSoFar = Math.max(mostSoFar, characters[id]);
                if (length == 1) {
                    single[token[0] & 0xff] = true;
                }
            }
        }
        bytes = Arrays.copyOf(joined, starts[size]);
        longest = longestSoFar;
        mostCharacters = mostSoFar;
        plain = new long[mostCharacters + 1][0];
        int[] sorted = Arrays.copyOf(ids, count);
        sort(sorted, Arrays.copyOf(ids, count), 0, count);
        int distinct = 0;
        for (int id : sorted) {
            same[id] = NO_TOKEN;
            if (distinct > 0 && compare(sorted[distinct - 1], id) == 0) {
                same[id] = same[sorted[distinct - 1]];
                same[sorted[distinct - 1]] = id;
            } else {
                sorted[distinct++] = id;
            }
        }
        all = new Nodes(sorted, distinct);
        int specials = 0;
        for (int i = 0; i < distinct; i++) {
            if (characters[sorted[i]] == 0) {
                sorted[specials++] = sorted[i];
            }
        }
        special = new Nodes(sorted, specials);
    }

    /** Number of characters, if the token is nothing but whole characters that need no escape; else 0. */
    private static int characters(byte[] token) {
        int state = 1; // within a string
        long at = Json.STRING.next(0, '"');
        int count = 0;
        for (byte b : token) {
            if (b == '"' || b == '\\') {
                return 0;
            }
            at = Json.STRING.next(at, b & 0xff);
            if (at == Terminal.NONE) {
                return 0;
            }
            if (at == state) {
                count++;
            }
        }
        return at == state && count <= Byte.MAX_VALUE ? count : 0;
    }

    private void sort(int[] ids, int[] scratch, int from, int to) {
        if (to - from < 2) {
            return;
        }
        int middle = (from + to) >>> 1;
        sort(scratch, ids, from, middle);
        sort(scratch, ids, middle, to);
        int left = from;
        int right = middle;
        for (int i = from; i < to; i++) {
            boolean takesLeft = right == to || left < middle && compare(scratch[left], scratch[right]) <= 0;
            ids[i] = takesLeft ? scratch[left++] : scratch[right++];
        }
    }

    private int compare(int a, int b) {
        int most = Math.min(starts[a + 1] - starts[a], starts[b + 1] - starts[b]);
        for (int i = 0; i < most; i++) { // TeaVM has no Arrays.compareUnsigned
            int difference = (bytes[starts[a] + i] & 0xff) - (bytes[starts[b] + i] & 0xff);
            if (difference != 0) {
                return difference;
            }
        }
        return starts[a + 1] - starts[a] - (starts[b + 1] - starts[b]);
    }

    int size() {
        return size;
    }

    /** Bytes of the longest token. */
    int longest() {
        return longest;
    }

    /** Of each byte value, whether a token of just this byte exists. */
    boolean[] single() {
        return single;
    }

    Nodes all() {
        return all;
    }

    /** Those that are not just whole characters of a string. */
    Nodes special() {
        return special;
    }

    long[] emptyMask() {
        return new long[(size + 63) >> 6];
    }

    /** The tokens that are whole characters of a string and at most this many; not to be written to. */
    long[] plain(long most) {
        int limit = (int) Math.min(most, mostCharacters);
        long[] known = plain[limit];
        if (known.length == 0) {
            known = emptyMask();
            for (int id = 0; id < size; id++) {
                if (characters[id] > 0 && characters[id] <= limit) {
                    known[id >> 6] |= 1L << id;
                }
            }
            plain[limit] = known;
        }
        return known;
    }

    /** Where a token leads from a state; a dead state if it may not come. */
    State next(Automaton automaton, State state, int id) {
        return automaton.next(state, bytes, starts[id], starts[id + 1]);
    }

    boolean isControl(int id) {
        return id < 0 || id >= size || starts[id] == starts[id + 1];
    }

    /** A trie's nodes in the order of a walk that visits parents before children. */
    final class Nodes {
        private final byte[] value;
        private final int[] depth;
        private final int[] end; // of a node's subtree
        private final int[] token;

        Nodes(int[] sorted, int count) {
            int nodes = 0;
            for (int i = 0; i < count; i++) {
                nodes += length(sorted[i]) - shared(sorted, i);
            }
            value = new byte[nodes];
            depth = new int[nodes];
            end = new int[nodes];
            token = new int[nodes];
            int[] path = new int[longest + 1];
            int open = 0;
            int made = 0;
            for (int i = 0; i < count; i++) {
                int shared = shared(sorted, i);
                while (open > shared) {
                    end[path[--open]] = made;
                }
                int length = length(sorted[i]);
                for (; open < length; open++) {
                    path[open] = made;
                    value[made] = bytes[starts[sorted[i]] + open];
                    depth[made] = open;
                    token[made++] = NO_TOKEN;
                }
                token[made - 1] = sorted[i];
            }
            while (open > 0) {
                end[path[--open]] = made;
            }
        }

        private int length(int id) {
            return starts[id + 1] - starts[id];
        }

        /** Bytes in common with the token before. */
        private int shared(int[] sorted, int index) {
            if (index == 0) {
                return 0;
            }
            int a = starts[sorted[index - 1]];
            int b = starts[sorted[index]];
            int most = Math.min(length(sorted[index - 1]), length(sorted[index]));
            int shared = 0;
            while (shared < most && bytes[a + shared] == bytes[b + shared]) {
                shared++;
            }
            return shared;
        }

        /**
         * Sets the bit of each token that leads from {@code from} to within {@code limit} bytes of the end.
         *
         * @return the greatest distance that any of them leads to
         */
        long walk(Automaton automaton, State from, long limit, long[] mask) {
            @Nullable State[] path = new @Nullable State[longest + 1]; // null within the rule that `from` is in
            long[] inner = new long[longest + 1];
            Automaton.Inner rule = automaton.inner(from);
            path[0] = rule == null ? from : null;
            inner[0] = rule == null ? 0 : rule.state();
            long farthest = 0;
            for (int i = 0; i < value.length; ) {
                State before = path[depth[i]];
                State after = null;
                long distance = Rule.NEVER;
                if (before != null) {
                    after = automaton.next(before, value[i] & 0xff);
                    distance = after.distance;
                } else if (rule != null) {
                    long next = rule.next(inner[depth[i]], value[i] & 0xff);
                    if (next != Terminal.NONE) {
                        inner[depth[i] + 1] = next;
                        after = rule.leave(next);
                        distance = after == null ? rule.distance(next) : after.distance;
                    }
                }
                if (distance >= Rule.NEVER) {
                    i = end[i];
                    continue;
                }
                path[depth[i] + 1] = after;
                if (token[i] != NO_TOKEN && distance <= limit) {
                    farthest = Math.max(farthest, distance);
                    for (int id = token[i]; id != NO_TOKEN; id = same[id]) {
                        mask[id >> 6] |= 1L << id;
                    }
                }
                i++;
            }
            return farthest;
        }
    }
}
