package dev.demitasse.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The regular expressions that JSON Schema recommends, and a little more, as a nondeterministic automaton over code
 * points: literals, classes, groups, alternation, quantifiers, anchors. Where dialects differ (what {@code \s} and
 * {@code .} are), only what matches in all of them does.
 */
final class Regex {
    private static final int MAX_STATES = 20_000;
    private static final int MAX_GROUPS = 50; // within one another

    /** An edge's kinds besides the index of a set of characters. */
    static final int EMPTY = -1;

    static final int AT_START = -2;
    static final int AT_END = -3;

    private static final int[] ALL = {0, 0xd7ff, 0xe000, 0x10ffff};
    private static final int[] DIGITS = {'0', '9'};
    private static final int[] WORD = {'0', '9', 'A', 'Z', '_', '_', 'a', 'z'};
    private static final int[] SPACE = {'\t', '\r', ' ', ' '};
    private static final int[] ANY_SPACE = {
        '\t', '\r', 0x1c, 0x20, 0x85, 0x85, 0xa0, 0xa0, 0x1680, 0x1680, 0x180e, 0x180e, 0x2000, 0x200a, 0x2028, 0x2029,
        0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff
    };
    private static final int[] LINE_ENDS = {'\n', '\n', '\r', '\r', 0x85, 0x85, 0x2028, 0x2029};

    private final String pattern;
    private int at;
    private int nesting;

    /** Sets of characters: pairs of first and last code point, in order. */
    final List<int[]> sets = new ArrayList<>();

    /** Of each state, pairs of an edge's kind and where it leads. */
    private final List<int[]> edges = new ArrayList<>();

    final int start;
    final int end;

    private Regex(String pattern) {
        this.pattern = pattern;
        int before = state();
        int first = state();
        int last = state();
        edge(before, set(ALL), before);
        edge(before, EMPTY, first);
        alternatives(first, last);
        if (at < pattern.length()) {
            throw unsupported("an unmatched )");
        }
        int after = state();
        edge(last, EMPTY, after);
        edge(after, set(ALL), after);
        start = before;
        end = after;
    }

    /**
     * Texts that hold a match anywhere.
     *
     * @throws IllegalArgumentException saying what is not supported or wrong
     */
    static Regex search(String pattern) {
        return new Regex(pattern);
    }

    int size() {
        return edges.size();
    }

    int[] edges(int state) {
        return edges.get(state);
    }

    private int state() {
        if (edges.size() == MAX_STATES) {
            throw new TooLargeException("needs an automaton of more than " + MAX_STATES + " states");
        }
        edges.add(new int[0]);
        return edges.size() - 1;
    }

    private void edge(int from, int kind, int to) {
        int[] old = edges.get(from);
        int[] grown = Arrays.copyOf(old, old.length + 2);
        grown[old.length] = kind;
        grown[old.length + 1] = to;
        edges.set(from, grown);
    }

    private int set(int[] ranges) {
        for (int i = Math.max(0, sets.size() - 8); i < sets.size(); i++) {
            if (Arrays.equals(sets.get(i), ranges)) {
                return i;
            }
        }
        sets.add(ranges);
        return sets.size() - 1;
    }

    private int peek() {
        return at < pattern.length() ? pattern.codePointAt(at) : -1;
    }

    private int read() {
        int c = peek();
        if (c < 0) {
            throw unsupported("an end too early");
        }
        at += Character.charCount(c);
        return c;
    }

    private boolean skip(String text) {
        if (!pattern.startsWith(text, at)) {
            return false;
        }
        at += text.length();
        return true;
    }

    private IllegalArgumentException unsupported(String what) {
        return new IllegalArgumentException(what + " at character " + at + " is not supported");
    }

    private void alternatives(int from, int to) {
        do {
            int at = from;
            while (peek() >= 0 && peek() != '|' && peek() != ')') {
                int next = state();
                quantified(at, next);
                at = next;
            }
            edge(at, EMPTY, to);
        } while (skip("|"));
    }

    private void quantified(int from, int to) {
        int begin = at;
        int inner = state();
        edge(from, EMPTY, inner);
        int after = state();
        atom(inner, after);
        int end = at;
        int min = 1;
        int max = 1;
        int c = peek();
        if (c == '*' || c == '+' || c == '?') {
            at++;
            min = c == '+' ? 1 : 0;
            max = c == '?' ? 1 : -1;
        } else if (c == '{') {
            at++;
            min = count();
            max = skip(",") ? peek() == '}' ? -1 : count() : min;
            if (!skip("}") || max >= 0 && max < min) {
                throw unsupported("a quantifier that is not {n}, {n,} or {n,m}");
            }
        } else {
            edge(after, EMPTY, to);
            return;
        }
        skip("?"); // lazy or not, the language is the same
        if (peek() == '+' || peek() == '*' || peek() == '?' || peek() == '{') {
            throw unsupported("a quantifier after a quantifier");
        }
        int resume = at;
        if (min == 0) {
            edge(from, EMPTY, to);
        }
        int copies = Math.max(min, max);
        for (int i = 2; i <= copies; i++) {
            if (i > min) {
                edge(after, EMPTY, to);
            }
            int next = state();
            int nextAfter = state();
            edge(after, EMPTY, next);
            at = begin;
            atom(next, nextAfter);
            inner = next;
            after = nextAfter;
            if (at != end) {
                throw new IllegalStateException("an atom was read two ways");
            }
        }
        at = resume;
        if (max < 0) {
            edge(after, EMPTY, inner);
        }
        if (max == 0) {
            return; // what was read once may not come at all
        }
        edge(after, EMPTY, to);
    }

    private int count() {
        long count = 0;
        int begin = at;
        while (peek() >= '0' && peek() <= '9') {
            count = Math.min(count * 10 + read() - '0', MAX_STATES);
        }
        if (at == begin) {
            throw unsupported("a quantifier without a number");
        }
        return (int) count;
    }

    private void atom(int from, int to) {
        int c = peek();
        switch (c) {
            case '(' -> group(from, to);
            case '^', '$' -> {
                at++;
                edge(from, c == '^' ? AT_START : AT_END, to);
            }
            case '*', '+', '?', '{' -> throw unsupported("a quantifier of nothing");
            case '}', ']' -> throw unsupported("an unmatched " + (char) c);
            default -> edge(from, set(characters()), to);
        }
    }

    private void group(int from, int to) {
        at++;
        if (skip("?<") && peek() != '=' && peek() != '!') {
            while (peek() != '>') {
                read();
            }
            at++;
        } else if (at >= 3 && pattern.startsWith("(?<", at - 3) || pattern.startsWith("?", at) && !skip("?:")) {
            throw unsupported("a group with (?");
        }
        if (++nesting > MAX_GROUPS) {
            throw unsupported("nesting deeper than " + MAX_GROUPS);
        }
        alternatives(from, to);
        nesting--;
        if (!skip(")")) {
            throw unsupported("a group that doesn't end");
        }
    }

    private int[] characters() {
        int c = read();
        return switch (c) {
            case '.' -> without(LINE_ENDS);
            case '[' -> characterClass();
            case '\\' -> escape(false);
            default -> new int[] {checked(c), c};
        };
    }

    private int checked(int c) {
        if (c >= 0xd800 && c <= 0xdfff) {
            throw unsupported("half of a surrogate pair");
        }
        return c;
    }

    /** @param negated whether the class that holds it is, so that it must be what any dialect takes it for */
    private int[] escape(boolean negated) {
        int c = read();
        return switch (c) {
            case 'd' -> DIGITS;
            case 'D' -> without(DIGITS);
            case 'w' -> WORD;
            case 'W' -> without(WORD);
            case 's' -> negated ? ANY_SPACE : SPACE;
            case 'S' -> without(negated ? SPACE : ANY_SPACE);
            case 'n' -> one('\n');
            case 'r' -> one('\r');
            case 't' -> one('\t');
            case 'f' -> one('\f');
            case 'v' -> one(0x0b);
            case '0' -> one(0);
            case 'x' -> one(hex(2));
            case 'u' -> unit();
            default -> {
                if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '1' && c <= '9') {
                    throw unsupported("\\" + (char) c);
                }
                yield one(checked(c));
            }
        };
    }

    private int[] unit() {
        int c = hex(4);
        if (c >= 0xd800 && c <= 0xdbff && skip("\\u")) {
            int low = hex(4);
            if (low >= 0xdc00 && low <= 0xdfff) {
                return one(Character.toCodePoint((char) c, (char) low));
            }
        }
        return one(checked(c));
    }

    private int hex(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int c = read();
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw unsupported("an escape without its hexadecimal digits");
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private static int[] one(int c) {
        return new int[] {c, c};
    }

    private int[] characterClass() {
        boolean negated = skip("^");
        List<int[]> parts = new ArrayList<>();
        while (!skip("]")) {
            if (pattern.startsWith("[", at) || pattern.startsWith("&&", at)) {
                throw unsupported("an unescaped [ or && in a class"); // means other things in other dialects
            }
            int[] low = classAtom(negated);
            boolean isOne = low.length == 2 && low[0] == low[1];
            if (peek() == '-' && !pattern.startsWith("-]", at)) {
                at++;
                int[] high = classAtom(negated);
                if (!isOne || high.length != 2 || high[0] != high[1] || high[0] < low[0]) {
                    throw unsupported("a range without two characters in order");
                }
                parts.add(new int[] {low[0], high[0]});
            } else {
                parts.add(low);
            }
        }
        int[] union = union(parts);
        return negated ? without(union) : intersect(union, ALL);
    }

    private int[] classAtom(boolean negated) {
        int c = read();
        if (c == '\\') {
            return skip("b") ? one('\b') : skip("-") ? one('-') : escape(negated);
        }
        return one(checked(c));
    }

    private static int[] union(List<int[]> parts) {
        List<int[]> ranges = new ArrayList<>();
        for (int[] part : parts) {
            for (int i = 0; i < part.length; i += 2) {
                ranges.add(new int[] {part[i], part[i + 1]});
            }
        }
        ranges.sort((a, b) -> Integer.compare(a[0], b[0]));
        int[] union = new int[2 * ranges.size()];
        int length = 0;
        for (int[] range : ranges) {
            if (length > 0 && range[0] <= union[length - 1] + 1) {
                union[length - 1] = Math.max(union[length - 1], range[1]);
            } else {
                union[length++] = range[0];
                union[length++] = range[1];
            }
        }
        return Arrays.copyOf(union, length);
    }

    private static int[] without(int[] ranges) {
        int[] rest = new int[ranges.length + 2];
        int length = 0;
        int next = 0;
        for (int i = 0; i < ranges.length; i += 2) {
            if (ranges[i] > next) {
                rest[length++] = next;
                rest[length++] = ranges[i] - 1;
            }
            next = ranges[i + 1] + 1;
        }
        if (next <= 0x10ffff) {
            rest[length++] = next;
            rest[length++] = 0x10ffff;
        }
        return intersect(Arrays.copyOf(rest, length), ALL);
    }

    private static int[] intersect(int[] a, int[] b) {
        int[] both = new int[a.length + b.length];
        int length = 0;
        for (int i = 0, k = 0; i < a.length && k < b.length; ) {
            int low = Math.max(a[i], b[k]);
            int high = Math.min(a[i + 1], b[k + 1]);
            if (low <= high) {
                both[length++] = low;
                both[length++] = high;
            }
            if (a[i + 1] < b[k + 1]) {
                i += 2;
            } else {
                k += 2;
            }
        }
        return Arrays.copyOf(both, length);
    }
}
