package dev.demitasse.grammar;

import java.util.ArrayList;
import java.util.List;

/**
 * A regular expression of ECMA-262, as far as it describes a regular language and engines agree: no references back, no
 * looking ahead or behind, no properties of Unicode.
 */
final class Regex {
    private static final int MAX_NESTING = 100;
    private static final int MAX_COUNT = 100_000;
    private static final int INFINITE = -1;

    /** A part of an expression. */
    sealed interface Node {}

    record Characters(CodePoints set) implements Node {}

    record Sequence(List<Node> parts) implements Node {}

    record Alternatives(List<Node> parts) implements Node {}

    /** @param max -1 for any number */
    record Repeat(Node part, int min, int max) implements Node {
        boolean endless() {
            return max == INFINITE;
        }
    }

    /** The text's start or end. */
    record Anchor(boolean start) implements Node {}

    private final String pattern;
    private final Budget budget;
    private int at;

    private Regex(String pattern, Budget budget) {
        this.pattern = pattern;
        this.budget = budget;
    }

    /**
     * JSON strings, in quotes, with a match somewhere in them.
     *
     * @param lenient to accept what matches for any engine instead of for all
     * @throws IllegalArgumentException saying what is wrong or not supported, and where
     */
    static Dfa search(String pattern, boolean lenient, Budget budget) {
        Regex regex = new Regex(pattern, budget);
        Node node = regex.alternatives(0);
        if (regex.at < pattern.length()) {
            throw regex.unsupported("a closing bracket without an opening one");
        }
        return new Nfa(lenient, budget).search(node);
    }

    private Node alternatives(int depth) {
        if (depth > MAX_NESTING) {
            throw unsupported("nesting deeper than " + MAX_NESTING);
        }
        List<Node> parts = new ArrayList<>();
        parts.add(sequence(depth));
        while (peek() == '|') {
            at++;
            parts.add(sequence(depth));
        }
        return parts.size() == 1 ? parts.get(0) : new Alternatives(parts);
    }

    private Node sequence(int depth) {
        List<Node> parts = new ArrayList<>();
        while (at < pattern.length() && peek() != '|' && peek() != ')') {
            budget.spend(10);
            parts.add(quantified(atom(depth)));
        }
        return new Sequence(parts);
    }

    private Node quantified(Node atom) {
        int min;
        int max;
        switch (peek()) {
            case '*' -> {
                min = 0;
                max = INFINITE;
            }
            case '+' -> {
                min = 1;
                max = INFINITE;
            }
            case '?' -> {
                min = 0;
                max = 1;
            }
            case '{' -> {
                at++;
                min = count();
                max = min;
                if (peek() == ',') {
                    at++;
                    max = peek() == '}' ? INFINITE : count();
                }
                if (peek() != '}' || max != INFINITE && max < min) {
                    throw unsupported("this number of repetitions");
                }
            }
            default -> {
                return atom;
            }
        }
        if (atom instanceof Anchor) {
            throw unsupported("repetition of an anchor");
        }
        at++;
        if (peek() == '?') {
            at++; // the shortest match first: the same texts
        }
        if (peek() == '*' || peek() == '+' || peek() == '?' || peek() == '{') {
            throw unsupported("repetition of a repetition");
        }
        return new Repeat(atom, min, max);
    }

    private int count() {
        int start = at;
        int count = 0;
        while (peek() >= '0' && peek() <= '9') {
            count = count * 10 + peek() - '0';
            at++;
            if (count > MAX_COUNT) {
                throw unsupported("more than " + MAX_COUNT + " repetitions");
            }
        }
        if (at == start) {
            throw unsupported("a brace without a number");
        }
        return count;
    }

    private Node atom(int depth) {
        int c = next();
        return switch (c) {
            case '^' -> new Anchor(true);
            case '$' -> new Anchor(false);
            case '.' -> new Characters(CodePoints.NO_LINE_END);
            case '(' -> group(depth);
            case '[' -> new Characters(set());
            case '\\' -> new Characters(escape(false));
            case '*', '+', '?', '{' -> {
                at--;
                throw unsupported("repetition of nothing");
            }
            default -> new Characters(CodePoints.of(c, c));
        };
    }

    private Node group(int depth) {
        if (peek() == '?') {
            at++;
            int kind = peek();
            at++;
            if (kind == '<' && peek() != '=' && peek() != '!') {
                while (peek() != '>') {
                    if (peek() < 0) {
                        throw unsupported("a group's name without an end");
                    }
                    at++;
                }
                at++;
            } else if (kind != ':') {
                at -= 2;
                throw unsupported("this kind of group");
            }
        }
        Node node = alternatives(depth + 1);
        if (peek() != ')') {
            throw unsupported("an opening bracket without a closing one");
        }
        at++;
        return node;
    }

    private CodePoints set() {
        boolean negated = peek() == '^';
        if (negated) {
            at++;
        }
        if (peek() == ']') {
            throw unsupported("an empty set");
        }
        CodePoints all = null;
        while (peek() != ']') {
            budget.spend(20);
            CodePoints part = member();
            if (peek() == '-' && at + 1 < pattern.length() && pattern.charAt(at + 1) != ']') {
                int low = single(part);
                at++;
                int high = single(member());
                if (low < 0 || high < low) {
                    throw unsupported("this range");
                }
                part = CodePoints.of(low, high);
            }
            all = all == null ? part : all.or(part);
        }
        at++;
        if (all == null) {
            throw unsupported("an empty set");
        }
        return negated ? all.not() : all;
    }

    private CodePoints member() {
        int c = next();
        if (c == '\\') {
            return escape(true);
        }
        if (c == '[' || c == '&' && peek() == '&') {
            at--;
            throw unsupported("a set within a set");
        }
        return CodePoints.of(c, c);
    }

    /** The character if it is but one; -1 otherwise. */
    private static int single(CodePoints set) {
        List<Integer> bounds = set.ranges(true).bounds();
        return bounds.size() == 2 && bounds.get(0).equals(bounds.get(1)) ? bounds.get(0) : -1;
    }

    private CodePoints escape(boolean inSet) {
        int c = next();
        CodePoints set =
                switch (c) {
                    case 'd' -> CodePoints.DIGITS;
                    case 'D' -> CodePoints.DIGITS.not();
                    case 'w' -> CodePoints.WORD;
                    case 'W' -> CodePoints.WORD.not();
                    case 's' -> CodePoints.SPACE;
                    case 'S' -> CodePoints.SPACE.not();
                    default -> null;
                };
        if (set != null) {
            return set;
        }
        int character =
                switch (c) {
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 't' -> '\t';
                    case 'f' -> '\f';
                    case 'v' -> 0x0b;
                    case 'x' -> hex(2);
                    case 'u' -> unicode();
                    default -> c;
                };
        boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
        if (character == c && letter || c == '_' || c > 0x7f) {
            at--;
            throw unsupported(inSet ? "this escape in a set" : "this escape");
        }
        return CodePoints.of(character, character);
    }

    private int unicode() {
        if (peek() == '{') {
            at++;
            int end = pattern.indexOf('}', at);
            if (end <= at || end > at + 6) {
                throw unsupported("this escape");
            }
            int c = hex(end - at);
            at++;
            if (c > Character.MAX_CODE_POINT) {
                throw unsupported("this escape");
            }
            return c;
        }
        int unit = hex(4);
        if (Character.isHighSurrogate((char) unit) && pattern.startsWith("\\u", at)) {
            at += 2;
            int low = hex(4);
            if (Character.isLowSurrogate((char) low)) {
                return Character.toCodePoint((char) unit, (char) low);
            }
            throw unsupported("half a surrogate pair");
        }
        return unit;
    }

    private int hex(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = peek() < 128 ? Character.digit(peek(), 16) : -1;
            if (digit < 0) {
                throw unsupported("an escape without its digits");
            }
            value = value << 4 | digit;
            at++;
        }
        return value;
    }

    private int next() {
        if (at == pattern.length()) {
            throw unsupported("an expression that ends too early");
        }
        int c = pattern.codePointAt(at);
        at += Character.charCount(c);
        return c;
    }

    private int peek() {
        return at < pattern.length() ? pattern.charAt(at) : -1;
    }

    private IllegalArgumentException unsupported(String what) {
        return new IllegalArgumentException("has " + what + " at index " + at + ", which is not supported");
    }
}
