package dev.demitasse.grammar;

import org.jspecify.annotations.Nullable;

/** The name of a further member of an object, in quotes. None may be there twice. */
final class NameFrame extends Frame {
    private final Taken taken;
    private final @Nullable Names at; // null where no taken name begins like this
    private final @Nullable Path path; // null where there are no bytes yet
    private final Rest rest;

    /** What comes after a name: a rule that depends on which ones are taken then. */
    interface Rest {
        Rule rest(Taken taken);

        long key();
    }

    /** Bytes read so far. */
    private record Path(@Nullable Path before, byte last, int length, long key) {
        static Path plus(@Nullable Path before, byte b) {
            return before == null
                    ? new Path(null, b, 1, Rule.mix(b, 1))
                    : new Path(before, b, before.length + 1, Rule.mix(before.key, b));
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

    /** Names that are taken. They become a trie only where another name begins. Immutable. */
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
        super(Strings.NAME, state, 0, Rule.NEVER);
        this.taken = taken;
        this.at = at;
        this.path = path;
        this.rest = rest;
    }

    static NameFrame start(Taken taken, Rest rest) {
        return new NameFrame(0, taken, null, null, rest);
    }

    @Override
    long key() {
        return Rule.mix(rest.key(), Rule.mix(state, path == null ? 0 : path.key));
    }

    @Override
    @Nullable
    NameFrame next(int b) {
        int next = automaton.next(state, b);
        if (next == Automaton.NONE || next == Strings.END && at != null && at.taken) {
            return null;
        }
        if (state == 0) {
            return new NameFrame(next, taken, taken.names(), null, rest);
        }
        if (next == Strings.END) {
            return new NameFrame(next, taken, null, path, rest);
        }
        return new NameFrame(next, taken, at == null ? null : at.child(b), Path.plus(path, (byte) b), rest);
    }

    @Override
    long distance() {
        return state == 0 ? 1 + taken.names().distance : at == null ? automaton.distance(state) : at.distance;
    }

    /** @param below whose top stands for the rest of the object, whatever names are taken */
    @Override
    Stack after(Stack below) {
        return below.withTop(rest.rest(new Taken(taken, path)));
    }

    @Override
    long detour() {
        return taken.names().detour;
    }

    @Override
    @Nullable
    NameFrame after(byte[] token, int from, int to) {
        NameFrame frame = this;
        for (int i = from; i < to && frame != null; i++) {
            frame = frame.next(token[i] & 0xff);
        }
        return frame;
    }

    @Override
    @Nullable
    Stack after(Stack below, int characters, byte[] token, int from, int to) {
        NameFrame end = after(token, from, to);
        return end == null ? null : end.after(below);
    }
}
