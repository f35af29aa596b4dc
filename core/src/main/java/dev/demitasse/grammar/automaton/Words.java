package dev.demitasse.grammar.automaton;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** A finite set of texts, as a trie. */
public final class Words extends Automaton {
    private final byte[] label;
    private final int[] firstChild; // 0 if there is none
    private final int[] sibling; // 0 if there is none
    private final boolean[] accepting;
    private final int[] distances;

    private Words(byte[] label, int[] firstChild, int[] sibling, boolean[] accepting, int[] distances) {
        this.label = label;
        this.firstChild = firstChild;
        this.sibling = sibling;
        this.accepting = accepting;
        this.distances = distances;
    }

    /**
     * Returns the set of one text.
     *
     * @throws IllegalArgumentException as {@link Utf8#encode} does
     */
    public static Words of(String text) {
        return of(new byte[][] {Utf8.encode(text)});
    }

    public static Words of(Collection<byte[]> texts) {
        return of(texts.toArray(new byte[0][]));
    }

    private static Words of(byte[][] texts) {
        Arrays.sort(texts, Words::compare);
        int nodes = 1;
        for (int i = 0; i < texts.length; i++) {
            nodes += texts[i].length - shared(texts, i);
        }
        byte[] label = new byte[nodes];
        int[] firstChild = new int[nodes];
        int[] sibling = new int[nodes];
        boolean[] accepting = new boolean[nodes];
        int[] parent = new int[nodes];
        int made = 1;
        int at = 0;
        int depth = 0;
        for (int i = 0; i < texts.length; i++) {
            int shared = shared(texts, i);
            int before = 0;
            for (; depth > shared; depth--) {
                before = at;
                at = parent[at];
            }
            for (; depth < texts[i].length; depth++) {
                label[made] = texts[i][depth];
                parent[made] = at;
                if (before == 0) {
                    firstChild[at] = made;
                } else {
                    sibling[before] = made;
                }
                before = 0;
                at = made++;
            }
            accepting[at] = true;
        }
        int[] distance = new int[nodes];
        for (int i = nodes - 1; i >= 0; i--) {
            int min = Integer.MAX_VALUE;
            for (int child = firstChild[i]; child != 0; child = sibling[child]) {
                min = Math.min(min, distance[child] + 1);
            }
            distance[i] = accepting[i] ? 0 : min;
        }
        return new Words(label, firstChild, sibling, accepting, distance);
    }

    /** Returns the texts in ascending order. */
    public List<byte[]> texts() {
        List<byte[]> texts = new ArrayList<>();
        int[] parent = new int[label.length];
        for (int node = 0; node < label.length; node++) {
            for (int child = firstChild[node]; child != 0; child = sibling[child]) {
                parent[child] = node;
            }
            if (accepting[node]) {
                int length = 0;
                for (int at = node; at != 0; at = parent[at]) {
                    length++;
                }
                byte[] text = new byte[length];
                for (int at = node; at != 0; at = parent[at]) {
                    text[--length] = label[at];
                }
                texts.add(text);
            }
        }
        return texts;
    }

    /** Compares unsigned bytes. TeaVM lacks {@link Arrays#compareUnsigned}. */
    private static int compare(byte[] a, byte[] b) {
        int at = Arrays.mismatch(a, b);
        if (at < 0 || at == Math.min(a.length, b.length)) {
            return Integer.compare(a.length, b.length);
        }
        return Integer.compare(a[at] & 0xff, b[at] & 0xff);
    }

    /** Returns how many bytes a text shares with the previous one. */
    private static int shared(byte[][] texts, int index) {
        if (index == 0) {
            return 0;
        }
        int mismatch = Arrays.mismatch(texts[index - 1], texts[index]);
        return mismatch < 0 ? texts[index].length : mismatch;
    }

    @Override
    public int next(int state, int b) {
        for (int child = firstChild[state]; child != 0; child = sibling[child]) {
            if ((label[child] & 0xff) == b) {
                return child;
            }
        }
        return NONE;
    }

    @Override
    public boolean accepts(int state) {
        return accepting[state];
    }

    @Override
    public boolean continues(int state) {
        return firstChild[state] != 0;
    }

    @Override
    public int distance(int state) {
        return distances[state];
    }

    @Override
    public long distance() {
        return accepting[0] ? 0 : firstChild[0] == 0 ? Distance.NEVER : distances[0];
    }

    @Override
    public int size() {
        return accepting.length;
    }
}
