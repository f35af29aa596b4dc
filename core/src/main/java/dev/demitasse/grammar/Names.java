package dev.demitasse.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names that an object's further members can't have, as a trie of their bytes between the quotes. Immutable. */
final class Names {
    static final Names NONE = new Names(Strings.CONTENT, new byte[0], new Names[0], false);

    private final int state; // of Strings.NAME
    private final byte[] labels;
    private final Names[] children;

    /** Whether the name that ends here is one of them. */
    final boolean taken;

    /** Fewest bytes from here to the end of a name that is none of them, its quote included. */
    final long distance;

    /** How much longer than without any names taken that is, here or further on, at most. */
    final long detour;

    final long key;

    private Names(int state, byte[] labels, Names[] children, boolean taken) {
        this.state = state;
        this.labels = labels;
        this.children = children;
        this.taken = taken;
        distance = state == Strings.CONTENT && !taken ? 1 : around();
        long most = distance - Strings.NAME.distance(state);
        long sum = taken ? 1 : 0;
        for (int i = 0; i < children.length; i++) {
            most = Math.max(most, children[i].detour);
            sum += Rule.mix(labels[i], children[i].key);
        }
        detour = most;
        key = Rule.mix(sum, state);
    }

    /** The distance where one more byte must come before the quote. */
    private long around() {
        long least = Rule.NEVER;
        for (int b = 0; b < 256; b++) {
            int next = Strings.NAME.next(state, b);
            if (next != Automaton.NONE && next != Strings.END) {
                Names child = child(b);
                least = Math.min(least, 1 + (child == null ? Strings.NAME.distance(next) : child.distance));
            }
        }
        return least;
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

    /** These and one more, given as it stands between the quotes. One that no member can have changes nothing. */
    Names with(byte[] name) {
        List<Names> path = new ArrayList<>();
        int at = state;
        @Nullable Names known = this;
        for (byte b : name) {
            path.add(known == null ? new Names(at, new byte[0], new Names[0], false) : known);
            at = Strings.NAME.next(at, b & 0xff);
            if (at == Automaton.NONE || at == Strings.END) {
                return this;
            }
            known = known == null ? null : known.child(b & 0xff);
        }
        if (at != Strings.CONTENT) {
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
