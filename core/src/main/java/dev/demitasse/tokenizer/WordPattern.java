package dev.demitasse.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression in the subset that pre-tokenizers use, with the meaning of Hugging Face tokenizers' engine (Oniguruma): alternatives
 * of character sets with greedy quantifiers ({@code ?}, {@code *}, {@code +}, <code>{n}</code>, <code>{n,m}</code>), groups with or without
 * {@code ?}, {@code (?i:…)}, {@code (?!\S)}, {@code (?<!\s)} and {@code $}. Not {@code java.util.regex}: on TeaVM it rejects Unicode classes, or silently
 * matches other text.
 */
final class WordPattern {
    private static final int NO_MATCH = -1;
    private static final char LONG_S = 'ſ';

    /**
     * A part of an alternative.
     *
     * @param set characters to repeat, or that must not be next to the position; null for a group, and for the end of the text
     * @param min minimum number of repetitions; {@link #NOT_AFTER} or {@link #NOT_BEFORE} if the position must not be after, or before, a
     *     character of the set
     * @param group alternatives; null for other parts
     */
    private record Part(@Nullable CharSet set, int min, int max, Part @Nullable [][] group) {
        static final int NOT_BEFORE = -1;
        static final int NOT_AFTER = -2;
    }

    private static final int ASCII = 0x80;

    private final Part[][] alternatives;
    /** Alternatives that may begin with a character, a bit each: by character of ASCII, and by class of other characters. */
    private final int[] startsByAscii = new int[ASCII];

    private final int[] startsByClass = new int[UnicodeClasses.COUNT];

    private WordPattern(Part[][] alternatives) {
        this.alternatives = alternatives;
        for (int i = 0; i < alternatives.length; i++) {
            Part[] alternative = alternatives[i];
            for (int c = 0; c < ASCII; c++) {
                int character = c;
                startsByAscii[c] |= mayStart(alternative, set -> set.contains(character)) ? 1 << i : 0;
            }
            for (int k = 0; k < UnicodeClasses.COUNT; k++) {
                int kind = k;
                startsByClass[k] |= mayStart(alternative, set -> set.mayContain(kind)) ? 1 << i : 0;
            }
        }
    }

    /** Returns whether the text of an alternative may begin with a character. */
    private static boolean mayStart(Part[] parts, Predicate<CharSet> hasCharacter) {
        for (Part part : parts) {
            if (part.group != null) {
                for (Part[] alternative : part.group) {
                    if (mayStart(alternative, hasCharacter)) {
                        return true;
                    }
                }
            } else if (part.set != null && part.min >= 0 && hasCharacter.test(part.set)) {
                return true;
            }
            if (part.min > 0) {
                return false;
            }
        }
        return false;
    }

    /**
     * Compiles an expression.
     *
     * @throws IllegalArgumentException if it has something else
     */
    static WordPattern of(String expression) {
        return new Parser(expression).parse();
    }

    /**
     * Returns the end of the match that begins at {@code at}.
     *
     * @param start start of the text, and {@code limit} its end: other characters make no difference
     * @param at of a character
     * @return a number not above {@code at} if there is none; an empty one does not count
     */
    int end(String text, int start, int limit, int at) {
        int c = text.codePointAt(at);
        int starts = c < ASCII ? startsByAscii[c] : startsByClass[UnicodeClasses.of(c)];
        Matcher matcher = new Matcher(text, start, limit);
        for (int i = 0; i < alternatives.length; i++) {
            int end = (starts >> i & 1) == 0 ? NO_MATCH : matcher.rest(alternatives[i], 0, at);
            if (end != NO_MATCH) {
                return end;
            }
        }
        return NO_MATCH;
    }

    /** Matches by backtracking. Repetitions are loops, so that the depth of the stack is bounded by the expression. */
    private record Matcher(String text, int start, int limit) {
        /** Returns the end of the parts from index {@code next} on. */
        private int rest(Part[] parts, int next, int from) {
            if (next == parts.length) {
                return from;
            }
            Part part = parts[next];
            if (part.group != null) {
                return group(part.group, part.min, parts, next, from);
            }
            if (part.set == null) {
                return from == limit ? rest(parts, next + 1, from) : NO_MATCH;
            }
            if (part.min < 0) {
                return isNextTo(part.set, part.min, from) ? NO_MATCH : rest(parts, next + 1, from);
            }
            return repetition(part.set, part, parts, next, from);
        }

        private boolean isNextTo(CharSet set, int side, int at) {
            return side == Part.NOT_BEFORE
                    ? at < limit && set.contains(text.codePointAt(at))
                    : at > start && set.contains(text.codePointBefore(at));
        }

        private int group(Part[][] group, int min, Part[] parts, int next, int from) {
            for (Part[] alternative : group) {
                int end = rest(alternative, 0, from);
                int rest = end == NO_MATCH ? NO_MATCH : rest(parts, next + 1, end);
                if (rest != NO_MATCH) {
                    return rest;
                }
            }
            return min == 0 ? rest(parts, next + 1, from) : NO_MATCH;
        }

        private int repetition(CharSet set, Part part, Part[] parts, int next, int from) {
            int to = from;
            int count = 0;
            while (count < part.max && to < limit) {
                int c = text.codePointAt(to);
                if (!set.contains(c)) {
                    break;
                }
                to += Character.charCount(c);
                count++;
            }
            while (count >= part.min) {
                int end = rest(parts, next + 1, to);
                if (end != NO_MATCH || count == 0) {
                    return end;
                }
                to -= Character.charCount(text.codePointBefore(to));
                count--;
            }
            return NO_MATCH;
        }
    }

    /** Parses an expression by recursive descent. */
    private static final class Parser {
        private final String source;
        private int at;

        Parser(String source) {
            this.source = source;
        }

        WordPattern parse() {
            Part[][] alternatives = alternatives(false);
            if (at < source.length()) {
                throw unexpected();
            }
            return new WordPattern(alternatives);
        }

        private Part[][] alternatives(boolean ignoreCase) {
            List<Part[]> all = new ArrayList<>();
            do {
                List<Part> parts = new ArrayList<>();
                while (at < source.length() && source.charAt(at) != '|' && source.charAt(at) != ')') {
                    parts.add(part(ignoreCase));
                }
                all.add(parts.toArray(new Part[0]));
            } while (accept("|"));
            return all.toArray(new Part[0][]);
        }

        private Part part(boolean ignoreCase) {
            if (accept("(?!\\S)")) {
                return new Part(new CharSet(1 << UnicodeClasses.SPACE, new int[0], true), Part.NOT_BEFORE, 0, null);
            }
            if (accept("(?<!\\s)")) {
                return new Part(new CharSet(1 << UnicodeClasses.SPACE, new int[0], false), Part.NOT_AFTER, 0, null);
            }
            if (accept("$")) {
                return new Part(null, 0, 0, null);
            }
            boolean isCaseless = accept("(?i:");
            if (isCaseless || accept("(?:")) {
                Part[][] group = alternatives(isCaseless);
                require(")");
                return new Part(null, accept("?") ? 0 : 1, 1, group);
            }
            if ("(?*+{.^".indexOf(source.charAt(at)) >= 0) {
                throw unexpected();
            }
            CharSet set = set(ignoreCase);
            if (accept("?")) {
                return new Part(set, 0, 1, null);
            }
            if (accept("*")) {
                return new Part(set, 0, Integer.MAX_VALUE, null);
            }
            if (accept("+")) {
                return new Part(set, 1, Integer.MAX_VALUE, null);
            }
            if (accept("{")) {
                int min = number();
                int max = accept(",") ? number() : min;
                require("}");
                return new Part(set, min, max, null);
            }
            return new Part(set, 1, 1, null);
        }

        private CharSet set(boolean ignoreCase) {
            Members members = new Members();
            if (!accept("[")) {
                member(members, ignoreCase);
                return members.set(false);
            }
            boolean negated = accept("^");
            while (!accept("]")) {
                member(members, ignoreCase);
            }
            return members.set(negated);
        }

        /** Reads a character, a range, a property or an escape. */
        private void member(Members members, boolean ignoreCase) {
            if (accept("\\p{")) {
                int end = source.indexOf('}', at);
                members.classes |= CharSet.property(source.substring(at, end));
                at = end + 1;
                return;
            }
            if (accept("\\s")) {
                members.classes |= 1 << UnicodeClasses.SPACE;
                return;
            }
            int first = character();
            boolean isRange = at + 1 < source.length() && source.charAt(at) == '-' && source.charAt(at + 1) != ']';
            if (isRange) {
                at++;
            }
            members.add(first, isRange ? character() : first);
            if (ignoreCase && first >= 'a' && first <= 'z') {
                members.add(first + 'A' - 'a', first + 'A' - 'a');
                if (first == 's') {
                    members.add(LONG_S, LONG_S); // the only other character that folds to a letter of a contraction
                }
            }
        }

        private int character() {
            if (at == source.length()) {
                throw unexpected();
            }
            boolean isEscaped = accept("\\");
            int c = source.codePointAt(at);
            at += Character.charCount(c);
            if (!isEscaped) {
                return c;
            }
            return switch (c) {
                case 'r' -> '\r';
                case 'n' -> '\n';
                case 't' -> '\t';
                default -> {
                    if (c < ASCII && Character.isLetterOrDigit(c)) {
                        throw unexpected();
                    }
                    yield c;
                }
            };
        }

        private int number() {
            int value = 0;
            while (source.charAt(at) >= '0' && source.charAt(at) <= '9') {
                value = 10 * value + source.charAt(at++) - '0';
            }
            return value;
        }

        private boolean accept(String text) {
            boolean isNext = source.startsWith(text, at);
            at += isNext ? text.length() : 0;
            return isNext;
        }

        private void require(String text) {
            if (!accept(text)) {
                throw unexpected();
            }
        }

        private IllegalArgumentException unexpected() {
            return new IllegalArgumentException("at " + at + " of " + source);
        }
    }

    /** Collects the members of a set. */
    private static final class Members {
        private int classes;
        private final IntList ranges = new IntList();

        void add(int first, int last) {
            if (last < first) {
                throw new IllegalArgumentException("range from " + first + " to " + last);
            }
            ranges.add(first);
            ranges.add(last);
        }

        CharSet set(boolean negated) {
            return new CharSet(classes, ranges.toArray(), negated);
        }
    }
}
