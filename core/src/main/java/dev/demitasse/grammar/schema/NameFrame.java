package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Frame;
import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.Stack;
import dev.demitasse.grammar.automaton.Automaton;
import dev.demitasse.grammar.automaton.JsonStrings;
import dev.demitasse.grammar.automaton.Key;
import org.jspecify.annotations.Nullable;

/** A position within the name of a further member of an object. Names are distinct. */
final class NameFrame extends Frame {
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

    /** The names that are taken. The trie is built only if another name begins. Immutable. */
    static final class Taken {
        final long key;
        private final @Nullable Taken before;
        private final @Nullable Path path;
        private @Nullable Names names;

        Taken(Names names) {
            this.names = names;
            before = null;
            path = null;
            key = 0;
        }

        private Taken(Taken before, @Nullable Path path) {
            this.before = before;
            this.path = path;
            key = before.key + (path == null ? 1 : path.key);
        }

        Names names() {
            Names known = names;
            if (known == null) {
                known = before == null ? Names.NONE : before.names().with(Path.bytes(path));
                names = known;
            }
            return known;
        }
    }

    private NameFrame(int state, Taken taken, @Nullable Names at, @Nullable Path path, Rest rest) {
        super(Json.NAME, state);
        this.taken = taken;
        this.at = at;
        this.path = path;
        this.rest = rest;
    }

    static NameFrame start(Taken taken, Rest rest) {
        return new NameFrame(0, taken, null, null, rest);
    }

    @Override
    protected long key() {
        return Key.mix(rest.key(), Key.mix(state, path == null ? 0 : path.key));
    }

    @Override
    protected @Nullable NameFrame next(int b) {
        int next = automaton.next(state, b);
        if (next == Automaton.NONE || next == JsonStrings.END && at != null && at.taken) {
            return null;
        }
        if (state == 0) {
            return new NameFrame(next, taken, taken.names(), null, rest);
        }
        if (next == JsonStrings.END) {
            return new NameFrame(next, taken, null, path, rest);
        }
        return new NameFrame(next, taken, at == null ? null : at.child(b), Path.plus(path, (byte) b), rest);
    }

    @Override
    public long distance() {
        return state == 0 ? 1 + taken.names().distance : at == null ? automaton.distance(state) : at.distance;
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
        return taken.names().detour;
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
