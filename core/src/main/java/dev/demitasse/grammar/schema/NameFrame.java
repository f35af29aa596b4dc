package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Frame;
import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.Stack;
import dev.demitasse.grammar.Terminal;
import dev.demitasse.grammar.automaton.Automaton;
import dev.demitasse.grammar.automaton.Key;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A position within a string that must differ from others: the name of a further member, or an element of a set. */
final class NameFrame extends Frame {
    private final Terminal strings;
    private final Taken taken;
    private final @Nullable Names at; // position in the taken names, or null if none of them begins like this
    private final @Nullable Path path; // the bytes read, or null if there are none
    private final Rest rest;

    /** The rest of an object after a name, which depends on the names that are taken. */
    interface Rest {
        Rule rest(Taken taken);

        long key();
    }

    /** The bytes read so far, as a linked list. */
    private record Path(@Nullable Path before, byte last, int length, long key) {
        static Path plus(@Nullable Path before, byte b) {
            return before == null
                    ? new Path(null, b, 1, Key.mix(b, 1))
                    : new Path(before, b, before.length + 1, Key.mix(before.key, b));
        }

        static byte[] bytes(@Nullable Path path) {
            byte[] bytes = new byte[path == null ? 0 : path.length];
            Path at = path;
            for (int i = bytes.length - 1; at != null; i--) {
                bytes[i] = at.last;
                at = at.before;
            }
            return bytes;
        }
    }

    /** The strings that are taken. A trie is built only if another string begins. Immutable. */
    static final class Taken {
        static final Taken NONE = new Taken(List.of());

        final long key;
        private final @Nullable Taken before;
        private final List<byte[]> added;
        private final Map<Long, Names> names = new HashMap<>(); // by the key of the automaton

        /** Creates a set of strings, without quotes. */
        Taken(List<byte[]> strings) {
            before = null;
            added = strings;
            key = 0;
        }

        private Taken(Taken before, @Nullable Path path) {
            this.before = before;
            added = List.of(Path.bytes(path));
            key = before.key + (path == null ? 1 : path.key);
        }

        /** Returns those that an automaton accepts. */
        Names names(Automaton automaton) {
            Names known = names.get(automaton.key());
            if (known == null) {
                known = before == null ? Names.none(automaton) : before.names(automaton);
                for (byte[] string : added) {
                    known = known.with(string);
                }
                names.put(automaton.key(), known);
            }
            return known;
        }
    }

    private NameFrame(Terminal strings, int state, Taken taken, @Nullable Names at, @Nullable Path path, Rest rest) {
        super(strings, state);
        this.strings = strings;
        this.taken = taken;
        this.at = at;
        this.path = path;
        this.rest = rest;
    }

    /** Returns the start of a string of a terminal of JSON strings, which must be in their unique form. */
    static NameFrame start(Terminal strings, Taken taken, Rest rest) {
        return new NameFrame(strings, 0, taken, null, null, rest);
    }

    @Override
    protected long key() {
        return Key.mix(Key.mix(rest.key(), automaton.key()), Key.mix(state, path == null ? 0 : path.key));
    }

    @Override
    protected @Nullable NameFrame next(int b) {
        int next = automaton.next(state, b);
        if (next == Automaton.NONE || automaton.accepts(next) && at != null && at.taken) {
            return null;
        }
        if (state == 0) {
            return new NameFrame(strings, next, taken, taken.names(automaton), null, rest);
        }
        if (automaton.accepts(next)) {
            return new NameFrame(strings, next, taken, null, path, rest);
        }
        return new NameFrame(strings, next, taken, at == null ? null : at.child(b), Path.plus(path, (byte) b), rest);
    }

    @Override
    public long distance() {
        return state == 0 ? 1 + taken.names(automaton).distance : at == null ? strings.distance(state) : at.distance;
    }

    /**
     * Returns what follows the name if it ends here.
     *
     * @param below a stack with the rest of the object at its top, for any names that are taken
     */
    @Override
    protected Stack afterEnd(Stack below) {
        return below.withTop(rest.rest(new Taken(taken, path)));
    }

    @Override
    protected long detour() {
        return taken.names(automaton).detour + strings.maxDistance(); // the distance of names is in bytes
    }

    @Override
    protected @Nullable NameFrame next(byte[] token, int from, int to) {
        NameFrame frame = this;
        for (int i = from; i < to && frame != null; i++) {
            frame = frame.next(token[i] & 0xff);
        }
        return frame;
    }

    @Override
    protected @Nullable Stack afterEnd(Stack below, int characters, byte[] token, int from, int to) {
        NameFrame end = next(token, from, to);
        return end == null ? null : end.afterEnd(below);
    }
}
