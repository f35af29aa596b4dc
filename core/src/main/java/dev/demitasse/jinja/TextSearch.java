package dev.demitasse.jinja;

import java.util.ArrayList;
import java.util.List;

/** Finds a text in another in time linear in their lengths. */
final class TextSearch {
    /** Length from which the search by single characters could take too long. */
    private static final int MIN_TABLE_LENGTH = 8;

    private TextSearch() {}

    /** Returns the first position from {@code from} at which {@code text} has {@code part}; -1 if there is none. */
    static int indexOf(String text, String part, int from, Limits limits) {
        List<Integer> found = find(text, part, from, 1, limits);
        return found.isEmpty() ? -1 : found.get(0);
    }

    /** Returns the last position at which {@code text} has {@code part}, and which ends at or before {@code end}; or -1. */
    static int lastIndexOf(String text, String part, int end, Limits limits) {
        String reversed = new StringBuilder(text.substring(0, end)).reverse().toString();
        limits.makeText(end);
        // The reversal keeps surrogate pairs in order, in both texts.
        int at = indexOf(reversed, new StringBuilder(part).reverse().toString(), 0, limits);
        return at < 0 ? -1 : end - at - part.length();
    }

    /** Returns the first {@code max} positions of {@code part}, from left to right and without overlaps. */
    static List<Integer> find(String text, String part, int from, int max, Limits limits) {
        List<Integer> found = new ArrayList<>();
        int position = from;
        if (part.length() < MIN_TABLE_LENGTH) {
            while (found.size() < max) {
                int at = text.indexOf(part, position);
                limits.read(2L * ((at < 0 ? text.length() : at) - position));
                limits.step();
                if (at < 0) {
                    break;
                }
                found.add(at);
                position = at + part.length();
            }
            return found;
        }
        limits.read(8L * part.length());
        int[] borders = borders(part);
        int matched = 0;
        for (; position < text.length() && found.size() < max; position++) {
            while (matched > 0 && part.charAt(matched) != text.charAt(position)) {
                matched = borders[matched - 1];
            }
            if (part.charAt(matched) == text.charAt(position)) {
                matched++;
            }
            if (matched == part.length()) {
                found.add(position + 1 - matched);
                limits.step();
                matched = 0;
            }
        }
        limits.read(8L * (position - from));
        return found;
    }

    /** Returns for each prefix the length of its longest proper prefix that is a suffix too (Knuth, Morris and Pratt, 1977). */
    private static int[] borders(String part) {
        int[] borders = new int[part.length()];
        int border = 0;
        for (int i = 1; i < part.length(); i++) {
            while (border > 0 && part.charAt(border) != part.charAt(i)) {
                border = borders[border - 1];
            }
            if (part.charAt(border) == part.charAt(i)) {
                border++;
            }
            borders[i] = border;
        }
        return borders;
    }
}
