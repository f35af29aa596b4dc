package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.automaton.Automaton;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.Key;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Strings of an automaton that are taken, such as the names that further members of an object can't have: a trie of the
 * bytes between their quotes. Immutable.
 */
final class Names {
    private final Automaton automaton;
    private final int state;
    private final byte[] labels;
    private final Names[] children;

    /** Whether the name that ends here is in the set. */
    final boolean taken;

    /** Minimum number of bytes from here to the end of a name that is not in the set, including its quote. */
    final long distance;

    /** Maximum difference, here and below, between {@link #distance} and the distance without this set. */
    final long detour;

    final long key;

    private Names(Automaton automaton, int state, byte[] labels, Names[] children, boolean taken) {
        this.automaton = automaton;
        this.state = state;
        this.labels = labels;
        this.children = children;
        this.taken = taken;
        distance = mayEnd() && !taken ? 1 : distanceWithByte();
        long max = distance - automaton.distance(state);
        long sum = taken ? 1 : 0;
        for (int i = 0; i < children.length; i++) {
            max = Math.max(max, children[i].detour);
            sum += Key.mix(labels[i], children[i].key);
        }
        detour = max;
        key = Key.mix(sum, state);
    }

    /** Returns the empty set of strings of an automaton. */
    static Names none(Automaton automaton) {
        return new Names(automaton, automaton.next(0, '"'), new byte[0], new Names[0], false);
    }

    /** Returns whether a string may end here. */
    private boolean mayEnd() {
        int quoted = automaton.next(state, '"');
        return quoted != Automaton.NONE && automaton.accepts(quoted);
    }

    /** Returns the distance if at least one more byte must precede the quote. */
    private long distanceWithByte() {
        long min = Distance.NEVER;
        for (int b = 0; b < 256; b++) {
            int next = automaton.next(state, b);
            if (next != Automaton.NONE && !automaton.accepts(next)) {
                Names child = child(b);
                min = Math.min(min, 1 + (child == null ? automaton.distance(next) : child.distance));
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
     * Returns this set with one more name. A string that the automaton does not accept changes nothing.
     *
     * @param name the bytes between the quotes
     */
    Names with(byte[] name) {
        List<Names> path = new ArrayList<>();
        int at = state;
        @Nullable Names known = this;
        for (byte b : name) {
            path.add(known == null ? new Names(automaton, at, new byte[0], new Names[0], false) : known);
            at = automaton.next(at, b & 0xff);
            if (at == Automaton.NONE || automaton.accepts(at)) {
                return this;
            }
            known = known == null ? null : known.child(b & 0xff);
        }
        int quoted = automaton.next(at, '"');
        if (quoted == Automaton.NONE || !automaton.accepts(quoted)) {
            return this;
        }
        Names made = known == null
                ? new Names(automaton, at, new byte[0], new Names[0], true)
                : new Names(automaton, at, known.labels, known.children, true);
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
        return new Names(automaton, state, newLabels, newChildren, taken);
    }
}
