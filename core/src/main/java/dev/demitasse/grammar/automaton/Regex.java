package dev.demitasse.grammar.automaton;

import java.util.ArrayList;
import java.util.List;

/**
 * A regular expression of ECMA-262 without back references, lookbehind and word boundaries: a subset
 * that describes regular languages and on which engines agree.
 */
public final class Regex {
    private static final int MAX_NESTING = 100;
    private static final int MAX_COUNT = 100_000;
    private static final int UNBOUNDED = -1;

    /** A part of an expression. */
    sealed interface Node {}

    record Characters(CodePoints set) implements Node {}

    record Sequence(List<Node> parts) implements Node {}

    record Alternatives(List<Node> parts) implements Node {}

    /**
     * A repetition.
     *
     * @param max {@link #UNBOUNDED} if there is no maximum
     */
    record Repeat(Node part, int min, int max) implements Node {
        boolean isUnbounded() {
            return max == UNBOUNDED;
        }
    }

    /** A condition on the text that follows. */
    record Lookahead(Node part, boolean negative) implements Node {}

    /** The start or the end of the text. */
    record Anchor(boolean start) implements Node {}

    private final String pattern;
    private final Budget budget;
    private int at;

    private Regex(String pattern, Budget budget) {
        this.pattern = pattern;
        this.budget = budget;
    }

    /**
     * Compiles an expression to an automaton of JSON strings, with quotes, that contain a match.
     *
     * @param lenient whether to accept texts that match in at least one engine instead of in all
     * @throws IllegalArgumentException if the expression is malformed or not supported; the message says where
     */
    public static Dfa search(String pattern, boolean lenient, Budget budget) {
        Regex regex = new Regex(pattern, budget);
        Node node = regex.alternatives(0);
        if (regex.at < pattern.length()) {
            throw regex.unsupported("an unmatched closing parenthesis");
        }
        return new RegexNfa(lenient, budget).search(node);
    }

    /** Returns whether an expression contains the anchor of the start. */
    static boolean hasStartAnchor(Node node) {
        if (node instanceof Sequence sequence) {
            return hasStartAnchor(sequence.parts);
        }
        if (node instanceof Alternatives alternatives) {
            return hasStartAnchor(alternatives.parts);
        }
        if (node instanceof Repeat repeat) {
            return hasStartAnchor(repeat.part);
        }
        if (node instanceof Lookahead lookahead) {
            return hasStartAnchor(lookahead.part);
        }
        return node instanceof Anchor anchor && anchor.start;
    }

    static boolean hasStartAnchor(List<Node> nodes) {
        for (Node node : nodes) {
            if (hasStartAnchor(node)) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether an expression can match without reading a character. */
    static boolean mayBeEmpty(Node node) {
        if (node instanceof Sequence sequence) {
            boolean allMayBe = true;
            for (Node part : sequence.parts) {
                allMayBe &= mayBeEmpty(part);
            }
            return allMayBe;
        }
        if (node instanceof Alternatives alternatives) {
            boolean oneMayBe = false;
            for (Node part : alternatives.parts) {
                oneMayBe |= mayBeEmpty(part);
            }
            return oneMayBe;
        }
        if (node instanceof Repeat repeat) {
            return repeat.min == 0 || mayBeEmpty(repeat.part);
        }
        return !(node instanceof Characters);
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
                max = UNBOUNDED;
            }
            case '+' -> {
                min = 1;
                max = UNBOUNDED;
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
                    max = peek() == '}' ? UNBOUNDED : count();
                }
                if (peek() != '}' || max != UNBOUNDED && max < min) {
                    throw unsupported("this quantifier");
                }
            }
            default -> {
                return atom;
            }
        }
        if (atom instanceof Anchor || atom instanceof Lookahead) {
            throw unsupported("a quantifier after an anchor or a lookahead");
        }
        at++;
        if (peek() == '?') {
            at++; // a lazy quantifier: it matches the same texts
        }
        if (peek() == '*' || peek() == '+' || peek() == '?' || peek() == '{') {
            throw unsupported("a quantifier after a quantifier");
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
            throw unsupported("a quantifier without a number");
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
                throw unsupported("a quantifier without an expression");
            }
            default -> new Characters(CodePoints.of(c, c));
        };
    }

    private Node group(int depth) {
        int kind = ':';
        if (peek() == '?') {
            at++;
            kind = peek();
            at++;
            if (kind == '<' && peek() != '=' && peek() != '!') {
                while (peek() != '>') {
                    if (peek() < 0) {
                        throw unsupported("an unterminated group name");
                    }
                    at++;
                }
                at++;
            } else if (kind != ':' && kind != '=' && kind != '!') {
                at -= 2;
                throw unsupported("this kind of group");
            }
        }
        Node node = alternatives(depth + 1);
        if (peek() != ')') {
            throw unsupported("an unclosed group");
        }
        at++;
        return kind == '=' || kind == '!' ? new Lookahead(node, kind == '!') : node;
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

    /** Returns the character of a set of one, or -1 for other sets. */
    private static int single(CodePoints set) {
        List<Integer> bounds = set.ranges(true).bounds();
        return bounds.size() == 2 && bounds.get(0).equals(bounds.get(1)) ? bounds.get(0) : -1;
    }

    private CodePoints escape(boolean inSet) {
        int c = next();
        if (c == 'p' || c == 'P') {
            CodePoints property = property();
            return c == 'p' ? property : property.not();
        }
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
        if (character == c && letter || c > 0x7f) {
            at--;
            throw unsupported(inSet ? "this escape in a set" : "this escape");
        }
        return CodePoints.of(character, character);
    }

    private CodePoints property() {
        int end = peek() == '{' ? pattern.indexOf('}', at) : -1;
        CodePoints set = end < 0 ? null : UnicodeSets.of(pattern.substring(at + 1, end));
        if (set == null) {
            at--;
            throw unsupported("this Unicode property");
        }
        at = end + 1;
        return set;
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
            throw unsupported("an unexpected end");
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
