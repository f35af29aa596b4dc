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
    static List<Object> split(Object value, @Nullable String separator, long max, Limits limits) {
        String text = Values.plainText(value);
        limits.makeText(text.length());
        if (separator == null) {
            return splitWords(value, text, max, limits);
        }
        List<Object> parts = new ArrayList<>();
        int position = 0;
        for (int at : cuts(text, separator, max, limits)) {
            parts.add(MarkedText.part(value, position, at));
            position = at + separator.length();
        }
        parts.add(MarkedText.part(value, position, text.length()));
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

    private static List<Object> splitWords(Object value, String text, long max, Limits limits) {
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
            parts.add(MarkedText.part(value, position, end));
            position = end;
        }
    }

    /** Splits a text from its end, as {@code rsplit} does. */
    static List<Object> splitFromEnd(Object value, @Nullable String separator, long max, Limits limits) {
        if (max < 0 && separator == null) {
            return split(value, null, max, limits);
        }
        String text = Values.plainText(value);
        limits.makeText(2L * text.length());
        String reversed = new StringBuilder(text).reverse().toString();
        String mark = separator == null
                ? null
                : new StringBuilder(separator).reverse().toString();
        List<Object> parts = split(reversed, mark, max, limits);
        parts.replaceAll(part -> new StringBuilder((String) part).reverse().toString());
        Collections.reverse(parts);
        if (!MarkedText.mayBeInput(value)) {
            return parts;
        }
        // The parts from the end on, each before the separator.
        int end = text.length();
        for (int i = parts.size() - 1; i >= 0; i--) {
            String part = (String) parts.get(i);
            int start = text.lastIndexOf(part, end - part.length());
            parts.set(i, MarkedText.part(value, start, start + part.length()));
            end = separator == null ? start : Math.max(0, start - separator.length());
        }
        return parts;
    }

    static Tuple partition(Object value, Object separatorValue, boolean last, Limits limits) {
        String text = Values.plainText(value);
        String separator = Values.plainText(separatorValue);
        if (separator.isEmpty()) {
            throw new EvaluationException("partition with an empty separator");
        }
        limits.makeText(text.length());
        int at = last
                ? TextSearch.lastIndexOf(text, separator, text.length(), limits)
                : TextSearch.indexOf(text, separator, 0, limits);
        if (at < 0) {
            return new Tuple(last ? List.of("", "", value) : List.of(value, "", ""));
        }
        return new Tuple(List.of(
                MarkedText.part(value, 0, at),
                separatorValue,
                MarkedText.part(value, at + separator.length(), text.length())));
    }

    static List<Object> lines(Object value, boolean keepEnds, Limits limits) {
        String text = Values.plainText(value);
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
            lines.add(MarkedText.part(value, start, keepEnds ? next : end));
            start = next;
        }
        return lines;
    }

    /**
     * Joins parts.
     *
     * @param onlyTexts whether parts must be texts, as for the method {@code join}; the filter takes all values
     */
    static Object join(Object separator, List<?> parts, boolean onlyTexts, Limits limits) {
        TextBuilder out = new TextBuilder();
        for (int i = 0; i < parts.size(); i++) {
            Object part = parts.get(i);
            limits.step();
            out.append(i == 0 ? "" : separator).append(onlyTexts ? part : Values.marked(part, limits));
            if (out.length() > Limits.MAX_LENGTH) {
                break; // makeText fails
            }
        }
        limits.makeText(out.length());
        return out.toValue();
    }

    /**
     * Removes characters from the ends of a text.
     *
     * @param characters the characters to remove, or null to remove white space
     */
    static Object strip(Object value, @Nullable String characters, boolean left, boolean right, Limits limits) {
        String text = Values.plainText(value);
        limits.makeText(text.length());
        int start = 0;
        int end = text.length();
        while (left && start < end && strips(text.codePointAt(start), characters, limits)) {
            start += Character.charCount(text.codePointAt(start));
        }
        while (right && end > start && strips(text.codePointBefore(end), characters, limits)) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return MarkedText.part(value, start, end);
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
    static Object replace(Object value, String old, Object replacement, long max, Limits limits) {
        String text = Values.plainText(value);
        int count = max < 0 ? Integer.MAX_VALUE : (int) Math.min(Integer.MAX_VALUE, max);
        List<Integer> positions =
                old.isEmpty() ? boundaries(text, count, limits) : TextSearch.find(text, old, 0, count, limits);
        limits.makeText(text.length()
                + (long) positions.size() * (Values.plainText(replacement).length() - old.length()));
        TextBuilder out = new TextBuilder();
        int position = 0;
        for (int at : positions) {
            out.append(value, position, at).append(replacement);
            position = at + old.length();
        }
        return out.append(value, position, text.length()).toValue();
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
