package dev.demitasse.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Splits, joins, strips and replaces parts of texts, as the methods of Python's {@code str} do. */
final class TextSplit {
    private TextSplit() {}

    /**
     * Splits a text.
     *
     * @param separator null to split at white space
     * @param max limit of the number of cuts; none if it is negative
     */
    static List<Object> split(String text, @Nullable String separator, long max, Limits limits) {
        limits.makeText(text.length());
        if (separator == null) {
            return splitWords(text, max, limits);
        }
        List<Object> parts = new ArrayList<>();
        int position = 0;
        for (int at : cuts(text, separator, max, limits)) {
            parts.add(text.substring(position, at));
            position = at + separator.length();
        }
        parts.add(text.substring(position));
        limits.steps(parts.size());
        return parts;
    }

    private static List<Integer> cuts(String text, String separator, long max, Limits limits) {
        if (separator.isEmpty()) {
            throw new EvaluationException("split with an empty separator");
        }
        int count = max < 0 ? Integer.MAX_VALUE : (int) Math.min(Integer.MAX_VALUE, max);
        return TextSearch.find(text, separator, 0, count, limits);
    }

    private static List<Object> splitWords(String text, long max, Limits limits) {
        List<Object> parts = new ArrayList<>();
        int position = 0;
        while (true) {
            while (position < text.length() && Characters.isSpace(text.charAt(position))) {
                position++;
            }
            if (position == text.length()) {
                return parts;
            }
            limits.step();
            int end = position;
            while (end < text.length() && (parts.size() == max || !Characters.isSpace(text.charAt(end)))) {
                end++;
            }
            parts.add(text.substring(position, end));
            position = end;
        }
    }

    /** Splits a text from its end, as {@code rsplit} does. */
    static List<Object> splitFromEnd(String text, @Nullable String separator, long max, Limits limits) {
        if (max < 0 && separator == null) {
            return split(text, null, max, limits);
        }
        limits.makeText(2L * text.length());
        String reversed = new StringBuilder(text).reverse().toString();
        String mark = separator == null
                ? null
                : new StringBuilder(separator).reverse().toString();
        List<Object> parts = split(reversed, mark, max, limits);
        parts.replaceAll(part -> new StringBuilder((String) part).reverse().toString());
        Collections.reverse(parts);
        return parts;
    }

    static Tuple partition(String text, String separator, boolean last, Limits limits) {
        if (separator.isEmpty()) {
            throw new EvaluationException("partition with an empty separator");
        }
        limits.makeText(text.length());
        int at = last
                ? TextSearch.lastIndexOf(text, separator, text.length(), limits)
                : TextSearch.indexOf(text, separator, 0, limits);
        if (at < 0) {
            return new Tuple(last ? List.of("", "", text) : List.of(text, "", ""));
        }
        return new Tuple(List.of(text.substring(0, at), separator, text.substring(at + separator.length())));
    }

    static List<Object> lines(String text, boolean keepEnds, Limits limits) {
        limits.makeText(text.length());
        List<Object> lines = new ArrayList<>();
        int start = 0;
        while (start < text.length()) {
            limits.step();
            int end = start;
            while (end < text.length() && !Characters.isLineEnd(text.charAt(end))) {
                end++;
            }
            int next = Math.min(text.length(), text.startsWith("\r\n", end) ? end + 2 : end + 1);
            lines.add(text.substring(start, keepEnds ? next : end));
            start = next;
        }
        return lines;
    }

    /**
     * Joins parts.
     *
     * @param onlyTexts whether parts must be texts, as for the method {@code join}; the filter takes all values
     */
    static String join(String separator, List<?> parts, boolean onlyTexts, Limits limits) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            Object part = parts.get(i);
            limits.step();
            out.append(i == 0 ? "" : separator).append(onlyTexts ? Values.plainText(part) : Values.text(part, limits));
            if (out.length() > Limits.MAX_LENGTH) {
                break; // makeText fails
            }
        }
        limits.makeText(out.length());
        return out.toString();
    }

    /**
     * Removes characters from the ends of a text.
     *
     * @param characters the characters to remove, or null to remove white space
     */
    static String strip(String text, @Nullable String characters, boolean left, boolean right, Limits limits) {
        limits.makeText(text.length());
        int start = 0;
        int end = text.length();
        while (left && start < end && strips(text.codePointAt(start), characters, limits)) {
            start += Character.charCount(text.codePointAt(start));
        }
        while (right && end > start && strips(text.codePointBefore(end), characters, limits)) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(start, end);
    }

    private static boolean strips(int c, @Nullable String characters, Limits limits) {
        if (characters == null) {
            return Characters.isSpace(c);
        }
        limits.step();
        limits.read(characters.length());
        return characters.indexOf(c) >= 0;
    }

    /**
     * Replaces parts of a text.
     *
     * @param max limit of the number of replacements; none if it is negative
     */
    static String replace(String text, String old, String replacement, long max, Limits limits) {
        int count = max < 0 ? Integer.MAX_VALUE : (int) Math.min(Integer.MAX_VALUE, max);
        List<Integer> positions =
                old.isEmpty() ? boundaries(text, count, limits) : TextSearch.find(text, old, 0, count, limits);
        limits.makeText(text.length() + (long) positions.size() * (replacement.length() - old.length()));
        StringBuilder out = new StringBuilder();
        int position = 0;
        for (int at : positions) {
            out.append(text, position, at).append(replacement);
            position = at + old.length();
        }
        return out.append(text, position, text.length()).toString();
    }

    private static List<Integer> boundaries(String text, int max, Limits limits) {
        limits.makeList(text.length());
        List<Integer> boundaries = new ArrayList<>();
        for (int i = 0; i < text.length() && boundaries.size() < max; ) {
            boundaries.add(i);
            i += Character.charCount(text.codePointAt(i));
        }
        if (boundaries.size() < max) {
            boundaries.add(text.length());
        }
        return boundaries;
    }
}
