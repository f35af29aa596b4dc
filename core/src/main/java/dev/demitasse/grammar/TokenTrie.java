package dev.demitasse.grammar;

import dev.demitasse.grammar.automaton.Automaton;
import dev.demitasse.grammar.automaton.Characters;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.Key;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A trie of the tokens of a vocabulary as bytes, which finds the tokens that a state allows. Created once for a model. It
 * caches results, so only one thread at a time may use it and the matchers that share it.
 *
 * <p>The effect of tokens within one terminal does not depend on the context, so it is computed once (context-independent
 * tokens in XGrammar, Dong et al. 2024): the tokens that end within the terminal, and the trie nodes at which the terminal
 * may end. Only from those nodes does a walk continue with what follows the terminal.
 */
public final class TokenTrie {
    /** Maximum number of bytes of a token. Longer ones are never allowed. */
    private static final int MAX_LENGTH = 512;

    private static final long MAX_CACHE_BYTES = 16 << 20;

    private static final int MAX_DISTANCES = 5000;

    /** The node of no bytes. */
    static final int ROOT = -1;

    /** The child of a node that has none for a byte. */
    static final int NONE = -2;

    private final int size;
    private final byte[] bytes; // of all tokens, concatenated
    private final int[] starts; // index of the first byte of each token; the last element is the number of bytes

    /** The ids of tokens, in the order of their bytes. */
    private final int[] sorted;

    // Nodes in depth-first order.
    private final byte[] label;
    private final short[] depth; // number of bytes from the root
    private final int[] end; // end of the subtree of each node, exclusive
    private final int[] first; // index in `sorted` of the first token at a node or below it

    private final Map<Long, TerminalTokens> cache = new HashMap<>();
    private long cacheBytes;
    private final Map<Long, TokenDistances> distances = new HashMap<>();
    private int longestRun; // 0 if it is not known
    private final int[] states = new int[MAX_LENGTH + 1]; // of the current walk, by depth
    private final int[] characters = new int[MAX_LENGTH + 1];

    /**
     * Builds the trie of a vocabulary.
     *
     * @param vocabularySize the number of tokens
     * @param tokenBytes the bytes of each token; null or empty for a control token, which is never allowed
     */
    public TokenTrie(int vocabularySize, IntFunction<byte @Nullable []> tokenBytes) {
        size = vocabularySize;
        starts = new int[size + 1];
        byte[] joined = new byte[8 * size + 16];
        int[] ids = new int[size];
        int count = 0;
        for (int id = 0; id < size; id++) {
            byte[] token = tokenBytes.apply(id);
            int length = token == null || token.length > MAX_LENGTH ? 0 : token.length;
            if (starts[id] + length > joined.length) {
                joined = Arrays.copyOf(joined, Math.max(2 * joined.length, starts[id] + length));
            }
            starts[id + 1] = starts[id] + length;
            if (token != null && length > 0) {
                System.arraycopy(token, 0, joined, starts[id], length);
                ids[count++] = id;
            }
        }
        bytes = Arrays.copyOf(joined, starts[size]);
        sorted = Arrays.copyOf(ids, count);
        sort(sorted, 0, count, 0);
        int nodes = 0;
        for (int i = 0; i < count; i++) {
            nodes += length(sorted[i]) - shared(i);
        }
        label = new byte[nodes];
        depth = new short[nodes];
        end = new int[nodes];
        first = new int[nodes + 1];
        first[nodes] = count;
        makeNodes(count);
    }

    /** Sorts tokens that share their first {@code at} bytes: multikey quicksort (Bentley and Sedgewick 1997). */
    private void sort(int[] ids, int from, int to, int at) {
        int low = from;
        int high = to;
        int depth = at;
        while (high - low > 1) {
            int pivot = byteAt(ids[(low + high) >>> 1], depth);
            int less = low;
            int more = high;
            for (int i = low; i < more; ) {
                int order = byteAt(ids[i], depth) - pivot;
                if (order < 0) {
                    swap(ids, less++, i++);
                } else if (order > 0) {
                    swap(ids, i, --more);
                } else {
                    i++;
                }
            }
            sort(ids, low, less, depth);
            sort(ids, more, high, depth);
            if (pivot < 0) {
                return;
            }
            low = less;
            high = more;
            depth++;
        }
    }

    /** Returns a byte of a token, or -1 at its end. */
    private int byteAt(int id, int index) {
        int at = starts[id] + index;
        return at == starts[id + 1] ? -1 : bytes[at] & 0xff;
    }

    private static void swap(int[] ids, int a, int b) {
        int id = ids[a];
        ids[a] = ids[b];
        ids[b] = id;
    }

    private int length(int id) {
        return starts[id + 1] - starts[id];
    }

    /** Returns the number of bytes that a sorted token shares with the previous one. */
    private int shared(int index) {
        if (index == 0) {
            return 0;
        }
        int a = sorted[index - 1];
        int b = sorted[index];
        int mismatch = Arrays.mismatch(bytes, starts[a], starts[a + 1], bytes, starts[b], starts[b + 1]);
        return mismatch < 0 ? length(b) : mismatch;
    }

    private void makeNodes(int count) {
        int[] path = new int[MAX_LENGTH];
        int open = 0;
        int made = 0;
        for (int i = 0; i < count; i++) {
            int id = sorted[i];
            int shared = shared(i);
            while (open > shared) {
                end[path[--open]] = made;
            }
            for (; open < length(id); open++) {
                path[open] = made;
                label[made] = bytes[starts[id] + open];
                depth[made] = (short) (open + 1);
                first[made++] = i;
            }
        }
        while (open > 0) {
            end[path[--open]] = made;
        }
    }

    int size() {
        return size;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Returns the index in {@link #bytes} of the first byte of a token. An invalid id has no bytes. */
    int start(int id) {
        return id < 0 || id >= size ? 0 : starts[id];
    }

    /** Returns the index in {@link #bytes} after the last byte of a token. */
    int end(int id) {
        return id < 0 || id >= size ? 0 : starts[id + 1];
    }

    /** Ensures that each text can be written with one token per byte. */
    void checkBytes() {
        boolean[] single = new boolean[256];
        for (int node = 0; node < label.length; node = end[node]) {
            single[label[node] & 0xff] = hasToken(node);
        }
        for (int b = 0; b < 256; b++) {
            boolean control = b < 0x20 && b != '\t' && b != '\n' && b != '\r';
            boolean unused = b == 0xc0 || b == 0xc1 || b == 0xf1 || b == 0xf2 || b > 0xf4; // not in UTF-8 or unassigned
            if (!control && !unused && !single[b]) {
                throw new IllegalArgumentException("the vocabulary has no token for the single byte " + b);
            }
        }
    }

    /** Returns whether a token ends at a node. */
    boolean hasToken(int node) {
        return first[node] < first[node + 1];
    }

    /** Returns the node after one more byte, or {@link #NONE}. */
    int child(int node, byte b) {
        int to = node == ROOT ? label.length : end[node];
        for (int child = node + 1; child < to; child = end[child]) {
            if (label[child] == b) {
                return child;
            }
        }
        return NONE;
    }

    /** Returns the maximum number of characters of a token of ASCII letters. */
    int longestRun() {
        longestRun = longestRun == 0 ? TokenDistances.longestRun(this) : longestRun;
        return longestRun;
    }

    /** Returns the distances of an automaton in tokens. */
    TokenDistances distances(Automaton automaton, @Nullable Characters counted) {
        if (distances.size() > MAX_DISTANCES) {
            distances.clear();
        }
        return distances.computeIfAbsent(
                Key.mix(automaton.key(), counted == null ? 0 : 1),
                unused -> new TokenDistances(this, automaton, counted));
    }

    /** Returns a bit set of the tokens after which the text can be completed with {@code limit} bytes. */
    long[] allowed(State state, long limit) {
        long[] allowed = new long[(size + 63) / 64];
        for (int i = 0; i < state.frames.length; i++) {
            Frame frame = state.frames[i];
            Stack below = state.below[i];
            TerminalTokens tokens = tokens(frame);
            for (TerminalTokens.Group group : tokens.groups) {
                addGroup(group, frame, limit - below.distance, allowed);
            }
            for (int k = 0; k < tokens.ends.length; k++) {
                addAfterEnd(tokens.ends[k], 0, frame, below, tokens.endCharacters[k], limit, allowed);
            }
        }
        return allowed;
    }

    /** Adds tokens that end within a terminal which can be completed with {@code limit} tokens after them. */
    private void addGroup(TerminalTokens.Group group, Frame frame, long limit, long[] allowed) {
        long distance = frame.distanceAfter(group.distance(), group.characters());
        if (distance + frame.detour() <= limit) {
            group.addTo(allowed);
        } else if (distance <= limit) {
            for (int id : group.ids()) {
                Frame after = frame.next(bytes, starts[id], starts[id + 1]);
                if (after != null && after.distance() <= limit) {
                    set(allowed, id);
                }
            }
        }
    }

    /**
     * Adds the tokens below a node at which a terminal ends.
     *
     * @param node the node of the last byte of the terminal
     * @param from the number of bytes of the token before {@code frame}
     */
    private void addAfterEnd(int node, int from, Frame frame, Stack below, int characters, long limit, long[] allowed) {
        int token = starts[sorted[first[node]]];
        Stack after = frame.afterEnd(below, characters, bytes, token + from, token + depth[node]);
        if (after == null) {
            return;
        }
        if (after.distance <= limit) {
            for (int i = first[node]; i < first[node + 1]; i++) {
                set(allowed, sorted[i]);
            }
        }
        if (end[node] > node + 1) {
            State state = after.entered();
            for (int i = 0; i < state.frames.length; i++) {
                walk(node, state.frames[i], state.below[i], limit, allowed);
            }
        }
    }

    /** Adds the tokens below a node after which a terminal begins. */
    private void walk(int node, Frame frame, Stack below, long limit, long[] allowed) {
        Automaton automaton = frame.automaton;
        Characters counted = frame.terminal().characters();
        TokenDistances tokens = distances(automaton, counted);
        int from = depth[node];
        int stateBefore = states[from];
        int charactersBefore = characters[from];
        states[from] = frame.state;
        characters[from] = 0;
        for (int i = node + 1; i < end[node]; ) {
            int next = step(i, automaton, counted);
            if (next == Automaton.NONE) {
                i = end[i];
                continue;
            }
            if (automaton.continues(next) && hasToken(i)) {
                int count = characters[depth[i]] + Characters.needed(counted, next);
                addTokens(i, from, frame, frame.distanceAfter(tokens.of(next), count), below, limit, allowed);
            }
            if (automaton.accepts(next)) {
                addAfterEnd(i, from, frame, below, characters[depth[i]], limit, allowed);
            }
            i = automaton.continues(next) ? i + 1 : end[i];
        }
        states[from] = stateBefore;
        characters[from] = charactersBefore;
    }

    /** Adds the tokens of a node, which end within a terminal that can be completed with {@code limit} tokens. */
    private void addTokens(
            int node, int from, Frame frame, long frameDistance, Stack below, long limit, long[] allowed) {
        int to = depth[node];
        long distance = Distance.sum(frameDistance, below.distance);
        boolean isCertain = distance + frame.detour() <= limit;
        for (int k = first[node]; distance <= limit && k < first[node + 1]; k++) {
            int start = starts[sorted[k]];
            @Nullable Frame after = isCertain ? frame : frame.next(bytes, start + from, start + to);
            if (isCertain || after != null && after.distance() + below.distance <= limit) {
                set(allowed, sorted[k]);
            }
        }
    }

    /**
     * Returns the state after the byte of a node, or {@link Automaton#NONE}. Stores the state and the number of characters
     * that have begun, for the nodes below.
     */
    private int step(int node, Automaton automaton, @Nullable Characters counted) {
        int at = depth[node];
        int next = automaton.next(states[at - 1], label[node] & 0xff);
        if (next != Automaton.NONE) {
            boolean begins = counted != null && counted.begins(automaton, states[at - 1], next);
            states[at] = next;
            characters[at] = characters[at - 1] + (begins ? 1 : 0);
        }
        return next;
    }

    private static void set(long[] bits, int id) {
        bits[id >> 6] |= 1L << id;
    }

    /** Returns the effect of all tokens within a terminal, from a position in it. */
    private TerminalTokens tokens(Frame frame) {
        Automaton automaton = frame.automaton;
        Characters counted = frame.terminal().characters();
        long key = Key.mix(automaton.key(), frame.state * 2L + (counted != null ? 1 : 0));
        TerminalTokens known = cache.get(key);
        if (known != null) {
            return known;
        }
        TokenDistances distance = distances(automaton, counted);
        TerminalTokens.Builder found = new TerminalTokens.Builder(size);
        states[0] = frame.state;
        characters[0] = 0;
        for (int i = 0; i < label.length; ) {
            int next = step(i, automaton, counted);
            if (next == Automaton.NONE) {
                i = end[i];
                continue;
            }
            int count = characters[depth[i]];
            boolean continues = automaton.continues(next);
            if (continues) {
                for (int k = first[i]; k < first[i + 1]; k++) {
                    found.addToken(distance.of(next), count + Characters.needed(counted, next), sorted[k]);
                }
            }
            if (automaton.accepts(next)) {
                found.addEnd(i, count);
            }
            i = continues ? i + 1 : end[i];
        }
        TerminalTokens tokens = found.build();
        cacheBytes += tokens.size();
        if (cacheBytes > MAX_CACHE_BYTES) {
            cache.clear();
            cacheBytes = tokens.size();
        }
        cache.put(key, tokens);
        return tokens;
    }
}
