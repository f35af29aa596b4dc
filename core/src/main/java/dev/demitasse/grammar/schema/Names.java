package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.automaton.Automaton;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.JsonStrings;
import dev.demitasse.grammar.automaton.Key;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names that further members of an object can't have, as a trie of the bytes between their quotes. Immutable. */
final class Names {
    static final Names NONE = new Names(JsonStrings.CONTENT, new byte[0], new Names[0], false);

    private final int state; // of JsonStrings.NAME
    private final byte[] labels;
    private final Names[] children;

    /** Whether the name that ends here is in the set. */
    final boolean taken;

    /** Minimum number of bytes from here to the end of a name that is not in the set, including its quote. */
    final long distance;

    /** Maximum difference, here and below, between {@link #distance} and the distance without this set. */
    final long detour;

    final long key;

    private Names(int state, byte[] labels, Names[] children, boolean taken) {
        this.state = state;
        this.labels = labels;
        this.children = children;
        this.taken = taken;
        distance = state == JsonStrings.CONTENT && !taken ? 1 : distanceWithByte();
        long max = distance - JsonStrings.NAME.distance(state);
        long sum = taken ? 1 : 0;
        for (int i = 0; i < children.length; i++) {
            max = Math.max(max, children[i].detour);
            sum += Key.mix(labels[i], children[i].key);
        }
        detour = max;
        key = Key.mix(sum, state);
    }

    /** Returns the distance if at least one more byte must precede the quote. */
    private long distanceWithByte() {
        long min = Distance.NEVER;
        for (int b = 0; b < 256; b++) {
            int next = JsonStrings.NAME.next(state, b);
            if (next != Automaton.NONE && next != JsonStrings.END) {
                Names child = child(b);
                min = Math.min(min, 1 + (child == null ? JsonStrings.NAME.distance(next) : child.distance));
            }
        }
        return min;
    }

    @Nullable
    Names child(int b) {
        for (int i = 0; i < labels.length; i++) {
            if ((labels[i] & 0xff) == b) {
                return children[i];
            }
        }
        return null;
    }

    /**
     * Returns this set with one more name. A name that no member can have changes nothing.
     *
     * @param name the bytes between the quotes
     */
    Names with(byte[] name) {
        List<Names> path = new ArrayList<>();
        int at = state;
        @Nullable Names known = this;
        for (byte b : name) {
            path.add(known == null ? new Names(at, new byte[0], new Names[0], false) : known);
            at = JsonStrings.NAME.next(at, b & 0xff);
            if (at == Automaton.NONE || at == JsonStrings.END) {
                return this;
            }
            known = known == null ? null : known.child(b & 0xff);
        }
        if (at != JsonStrings.CONTENT) {
            return this;
        }
        Names made = known == null
                ? new Names(at, new byte[0], new Names[0], true)
                : new Names(at, known.labels, known.children, true);
        for (int i = name.length - 1; i >= 0; i--) {
            made = path.get(i).with(name[i], made);
        }
        return made;
    }

    private Names with(byte label, Names child) {
        int i = 0;
        while (i < labels.length && labels[i] != label) {
            i++;
        }
        byte[] newLabels = Arrays.copyOf(labels, Math.max(labels.length, i + 1));
        Names[] newChildren = Arrays.copyOf(children, newLabels.length);
        newLabels[i] = label;
        newChildren[i] = child;
        return new Names(state, newLabels, newChildren, taken);
    }
}
