package dev.demitasse.grammar;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a vocabulary as bytes, in a trie, and which of them may come in a state. Made once for a model. It remembers
 * what it finds out, so one thread at a time may use it, and all matchers made with it.
 *
 * <p>What tokens do within one terminal doesn't depend on what is around it, so that is found out once (context-independent
 * tokens in XGrammar, Dong et al. 2024): which ones end within it, and at which nodes of the trie the terminal ends. From
 * those nodes alone the walk goes on, with what comes after the terminal.
 */
public final class TokenTrie {
    /** Bytes of a token. Longer ones are never allowed. */
    private static final int MAX_LENGTH = 512;

    private static final long MAX_REMEMBERED = 16 << 20;

    private final int size;
    private final byte[] bytes; // of all tokens, one after the other
    private final int[] starts; // of each token in them

    /** Tokens in the order of their bytes. */
    private final int[] sorted;

    // Nodes: parents before children, children in order.
    private final byte[] label;
    private final short[] depth; // bytes from the root
    private final int[] end; // of a node's subtree
    private final int[] first; // index in sorted of the first token at a node or below it

    private final Map<Long, TerminalTokens> remembered = new HashMap<>();
    private long rememberedBytes;
    private final int[] states = new int[MAX_LENGTH + 1]; // of a walk, by depth
    private final int[] characters = new int[MAX_LENGTH + 1];

    /**
     * @param vocabularySize number of tokens
     * @param tokenBytes what each stands for; null or empty for a control token, which is never allowed
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

    /** Multikey quicksort (Bentley and Sedgewick 1997) of tokens that have {@code at} bytes in common. */
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

    /** -1 after a token's end. */
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

    /** Bytes that a token in order has in common with the one before. */
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

    /** Where a token's bytes begin. A token that is none has no bytes. */
    int start(int id) {
        return id < 0 || id >= size ? 0 : starts[id];
    }

    int end(int id) {
        return id < 0 || id >= size ? 0 : starts[id + 1];
    }

    /** Sees to it that any text can be written a byte a token. */
    void checkBytes() {
        boolean[] single = new boolean[256];
        for (int node = 0; node < label.length; node = end[node]) {
            single[label[node] & 0xff] = hasToken(node);
        }
        for (int b = 0; b < 256; b++) {
            boolean control = b < 0x20 && b != '\t' && b != '\n' && b != '\r';
            boolean none = b == 0xc0 || b == 0xc1 || b == 0xf1 || b == 0xf2 || b > 0xf4; // no or no assigned characters
            if (!control && !none && !single[b]) {
                throw new IllegalArgumentException("the vocabulary has no token for the single byte " + b);
            }
        }
    }

    private boolean hasToken(int node) {
        return first[node] < first[node + 1];
    }

    /** A bit for each token after which the text can be finished within {@code limit} bytes. */
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
                leave(tokens.ends[k], 0, frame, below, tokens.endCharacters[k], limit, allowed);
            }
        }
        return allowed;
    }

    /** Tokens that end within a terminal, if it can be finished within {@code limit} bytes then. */
    private void addGroup(TerminalTokens.Group group, Frame frame, long limit, long[] allowed) {
        long distance = frame.distance(group.distance(), group.characters());
        if (distance + frame.detour() <= limit) {
            group.addTo(allowed);
        } else if (distance <= limit) {
            for (int id : group.ids()) {
                Frame after = frame.after(bytes, starts[id], starts[id + 1]);
                if (after != null && after.distance() <= limit) {
                    set(allowed, id);
                }
            }
        }
    }

    /**
     * Goes on where a terminal ends.
     *
     * @param node whose byte is the terminal's last
     * @param from how many of the token's bytes were read before {@code frame}
     */
    private void leave(int node, int from, Frame frame, Stack below, int characters, long limit, long[] allowed) {
        int token = starts[sorted[first[node]]];
        Stack after = frame.after(below, characters, bytes, token + from, token + depth[node]);
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

    /** Goes through all below a node, where a terminal begins after the node's byte. */
    private void walk(int node, Frame frame, Stack below, long limit, long[] allowed) {
        Automaton automaton = frame.automaton;
        boolean counts = frame.counts();
        int from = depth[node];
        int stateBefore = states[from];
        int charactersBefore = characters[from];
        states[from] = frame.state;
        characters[from] = 0;
        for (int i = node + 1; i < end[node]; ) {
            int next = step(i, automaton, counts);
            if (next == Automaton.NONE) {
                i = end[i];
                continue;
            }
            int at = depth[i];
            int count = characters[at];
            if (automaton.continues(next) && hasToken(i)) {
                long distance = Rule.sum(frame.distance(automaton.distance(next), count), below.distance);
                for (int k = first[i]; distance <= limit && k < first[i + 1]; k++) {
                    int start = starts[sorted[k]];
                    Frame after =
                            distance + frame.detour() <= limit ? frame : frame.after(bytes, start + from, start + at);
                    if (after == frame || after != null && after.distance() + below.distance <= limit) {
                        set(allowed, sorted[k]);
                    }
                }
            }
            if (automaton.accepts(next)) {
                leave(i, from, frame, below, count, limit, allowed);
            }
            i = automaton.continues(next) ? i + 1 : end[i];
        }
        states[from] = stateBefore;
        characters[from] = charactersBefore;
    }

    /** The state after a node's byte, or {@link Automaton#NONE}; it is put down for the nodes below, with the characters begun so far. */
    private int step(int node, Automaton automaton, boolean counts) {
        int at = depth[node];
        int next = automaton.next(states[at - 1], label[node] & 0xff);
        if (next != Automaton.NONE) {
            boolean begins = counts && states[at - 1] == Strings.CONTENT && next != Strings.END;
            states[at] = next;
            characters[at] = characters[at - 1] + (begins ? 1 : 0);
        }
        return next;
    }

    private static void set(long[] bits, int id) {
        bits[id >> 6] |= 1L << id;
    }

    /** What all tokens do within a terminal, from where a text stands in it. */
    private TerminalTokens tokens(Frame frame) {
        Automaton automaton = frame.automaton;
        boolean counts = frame.counts();
        long key = Rule.mix(automaton.key, frame.state * 2L + (counts ? 1 : 0));
        TerminalTokens known = remembered.get(key);
        if (known != null) {
            return known;
        }
        TerminalTokens.Builder found = new TerminalTokens.Builder(size);
        states[0] = frame.state;
        characters[0] = 0;
        for (int i = 0; i < label.length; ) {
            int next = step(i, automaton, counts);
            if (next == Automaton.NONE) {
                i = end[i];
                continue;
            }
            int count = characters[depth[i]];
            boolean continues = automaton.continues(next);
            if (continues) {
                for (int k = first[i]; k < first[i + 1]; k++) {
                    found.addToken(automaton.distance(next), count, sorted[k]);
                }
            }
            if (automaton.accepts(next)) {
                found.addEnd(i, count);
            }
            i = continues ? i + 1 : end[i];
        }
        TerminalTokens tokens = found.build();
        rememberedBytes += tokens.size();
        if (rememberedBytes > MAX_REMEMBERED) {
            remembered.clear();
            rememberedBytes = tokens.size();
        }
        remembered.put(key, tokens);
        return tokens;
    }
}
