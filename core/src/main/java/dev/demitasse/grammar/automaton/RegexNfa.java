package dev.demitasse.grammar.automaton;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compiles a regular expression to an automaton over the bytes of JSON strings: Thompson's construction (1968). */
final class RegexNfa extends Nfa {
    /** Ranges of code points that stand for themselves in JSON: low, high, number of continuation bytes in UTF-8. */
    private static final int[][] UNESCAPED = {
        {0x20, '!', 0},
        {'#', '[', 0},
        {']', 0x7f, 0},
        {0x80, 0x7ff, 1},
        {0x800, 0xd7ff, 2},
        {0xe000, 0xffff, 2},
        {0x10000, 0x3ffff, 3},
        {0xc0000, Character.MAX_CODE_POINT, 3} // Utf8.isSupported excludes the planes between
    };

    private final boolean lenient;

    /** A place in a text at which a part of an expression is matched. */
    private enum Position {
        START,
        LATER,
        /** At the start or later. */
        ANY
    }

    /**
     * Creates an automaton without states.
     *
     * @param lenient whether to accept texts that match in at least one engine instead of in all
     */
    RegexNfa(boolean lenient, Budget budget) {
        super(budget);
        this.lenient = lenient;
    }

    /** Returns an automaton of JSON strings, with quotes, that contain a match. */
    Dfa search(Regex.Node node) {
        int start = state();
        int before = state();
        edge(start, '"', '"', before);
        characters(CodePoints.ALL, before, before);
        int last = anyText(build(node, before, List.of(), Position.ANY));
        Subset first = new Subset(new int[] {start});
        return determined(
                first,
                (subset, b) -> {
                    if (subset.equals(first)) {
                        return b == '"' ? closure(new int[] {before}, AT_START) : null;
                    }
                    return step(subset, b);
                },
                last);
    }

    /** Returns an automaton of what may follow a position: parts of an expression, then any text and the closing quote. */
    private Dfa following(List<Regex.Node> parts, Position position) {
        int start = state();
        int last = anyText(sequence(parts, start, List.of(), position));
        Subset first = closure(new int[] {start}, position == Position.START ? AT_START : EMPTY);
        return determined(first, this::step, last);
    }

    /** Adds a state that reads any text, and returns it. */
    private int anyText(int after) {
        int rest = state();
        empty(after, rest);
        characters(CodePoints.ALL, rest, rest);
        return rest;
    }

    /**
     * Adds the states of an expression after a state, and returns the last one.
     *
     * @param rest what follows the expression; null if it is repeated, so that this depends
     */
    private int build(Regex.Node node, int from, @Nullable List<Regex.Node> rest, Position position) {
        budget.spend(1);
        if (node instanceof Regex.Characters characters) {
            int to = state();
            characters(characters.set(), from, to);
            return to;
        }
        if (node instanceof Regex.Sequence sequence) {
            return sequence(sequence.parts(), from, rest, position);
        }
        if (node instanceof Regex.Alternatives alternatives) {
            int to = state();
            for (Regex.Node part : alternatives.parts()) {
                int start = state();
                empty(from, start);
                empty(build(part, start, rest, position), to);
            }
            return to;
        }
        if (node instanceof Regex.Repeat repeat) {
            return repeat(repeat, from, rest, position);
        }
        if (node instanceof Regex.Lookahead) {
            return sequence(List.of(node), from, rest, position);
        }
        int to = state();
        int kind = ((Regex.Anchor) node).start() ? AT_START : AT_END;
        edge(from, kind, kind, to);
        return to;
    }

    private int sequence(List<Regex.Node> parts, int from, @Nullable List<Regex.Node> rest, Position position) {
        int at = from;
        Position here = position;
        for (int i = 0; i < parts.size(); i++) {
            Regex.Node part = parts.get(i);
            List<Regex.Node> following = following(parts, i + 1, rest);
            if (part instanceof Regex.Lookahead lookahead) {
                if (following == null) {
                    throw new IllegalArgumentException("has a lookahead that is repeated, which is not supported");
                }
                embed(after(lookahead, following, here), at);
                return state(); // nothing leads on: the embedded automaton reads the closing quote
            }
            at = build(part, at, following, here);
            if (part instanceof Regex.Anchor anchor) {
                here = anchor.start() ? Position.START : here;
            } else if (!Regex.mayBeEmpty(part)) {
                here = Position.LATER;
            } else if (here == Position.START) {
                here = Position.ANY;
            }
        }
        return at;
    }

    private static @Nullable List<Regex.Node> following(
            List<Regex.Node> parts, int from, @Nullable List<Regex.Node> rest) {
        if (rest == null) {
            return null;
        }
        List<Regex.Node> following = new ArrayList<>(parts.subList(from, parts.size()));
        following.addAll(rest);
        return following;
    }

    /** Returns an automaton of what may follow a lookahead: texts of the rest that the lookahead matches, or does not. */
    private Dfa after(Regex.Lookahead lookahead, List<Regex.Node> parts, Position position) {
        if (position == Position.ANY && (Regex.hasStartAnchor(lookahead) || Regex.hasStartAnchor(parts))) {
            throw new IllegalArgumentException("has a lookahead before an anchor ^, which is not supported");
        }
        Dfa rest = new RegexNfa(lenient, budget).following(parts, position);
        boolean isLenient = lookahead.negative() != lenient;
        Dfa seen = new RegexNfa(isLenient, budget).following(List.of(lookahead.part()), position);
        return lookahead.negative() ? rest.minus(seen, budget) : rest.and(seen, budget);
    }

    /** Adds an automaton that reads the rest of the text. */
    private void embed(Dfa rest, int from) {
        int[] states = new int[rest.size()];
        for (int i = 0; i < states.length; i++) {
            states[i] = rest.accepts(i) ? end : state();
        }
        empty(from, states[0]);
        for (int i = 0; i < states.length; i++) {
            for (int low = 0; low < 256; low++) {
                int to = rest.next(i, low);
                int high = low;
                while (high < 255 && rest.next(i, high + 1) == to) {
                    high++;
                }
                if (to != Automaton.NONE) {
                    edge(states[i], low, high, states[to]);
                }
                low = high;
            }
        }
    }

    private int repeat(Regex.Repeat repeat, int from, @Nullable List<Regex.Node> rest, Position position) {
        if (repeat.min() == 0 && repeat.max() == 1) {
            int start = state();
            empty(from, start);
            int end = build(repeat.part(), start, rest, position);
            empty(from, end);
            return end;
        }
        int at = from;
        for (int i = 0; i < repeat.min(); i++) {
            at = build(repeat.part(), at, null, Position.ANY);
        }
        int to = state();
        if (repeat.isUnbounded()) {
            int loop = state();
            empty(at, loop);
            empty(build(repeat.part(), loop, null, Position.ANY), loop);
            empty(loop, to);
            return to;
        }
        empty(at, to);
        for (int i = repeat.min(); i < repeat.max(); i++) {
            int start = state();
            empty(at, start);
            at = build(repeat.part(), start, null, Position.ANY);
            empty(at, to);
        }
        return to;
    }

    /** Adds edges for each character of a set, in the form in which it stands in a JSON string. */
    private void characters(CodePoints set, int from, int to) {
        int[] rest = {to, -1, -1, -1}; // rest[n]: the state from which n continuation bytes lead to `to`
        List<Integer> bounds = set.ranges(lenient).bounds();
        for (int i = 0; i < bounds.size(); i += 2) {
            int low = bounds.get(i);
            int high = bounds.get(i + 1);
            for (int c = low; c <= high && c <= '\\'; c++) {
                if (c < 0x20 || c == '"' || c == '\\') {
                    escaped((char) c, from, to);
                }
            }
            for (int[] range : UNESCAPED) {
                int min = Math.max(low, range[0]);
                int max = Math.min(high, range[1]);
                int more = range[2];
                if (min <= max) {
                    utf8(from, min, max, more, more == 0 ? 0 : 0xff00 >> more + 1 & 0xff, rest);
                }
            }
        }
    }

    private void escaped(char c, int from, int to) {
        String escape = JsonStrings.escaped(c);
        int at = from;
        for (int i = 0; i < escape.length(); i++) {
            int next = i + 1 == escape.length() ? to : state();
            edge(at, escape.charAt(i), escape.charAt(i), next);
            at = next;
        }
    }

    /**
     * Adds edges for the UTF-8 bytes of a range of code points.
     *
     * @param more the number of bytes after the next one
     * @param mark the high bits of the next byte
     */
    private void utf8(int from, int low, int high, int more, int mark, int[] rest) {
        int shift = 6 * more;
        int lowByte = low >> shift;
        int highByte = high >> shift;
        int mask = (1 << shift) - 1;
        if (lowByte == highByte && ((low & mask) != 0 || (high & mask) != mask)) {
            int next = state();
            edge(from, mark | lowByte, mark | lowByte, next);
            utf8(next, low & mask, high & mask, more - 1, 0x80, rest);
            return;
        }
        if ((low & mask) != 0) {
            utf8(from, low, low | mask, more, mark, rest);
            lowByte++;
        }
        if ((high & mask) != mask) {
            utf8(from, high & ~mask, high, more, mark, rest);
            highByte--;
        }
        if (lowByte <= highByte) {
            edge(from, mark | lowByte, mark | highByte, rest(more, rest));
        }
    }

    private int rest(int more, int[] rest) {
        if (rest[more] < 0) {
            rest[more] = state();
            edge(rest[more], 0x80, 0xbf, rest(more - 1, rest));
        }
        return rest[more];
    }
}
