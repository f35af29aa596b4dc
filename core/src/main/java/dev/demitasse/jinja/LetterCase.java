package dev.demitasse.jinja;

import java.util.Locale;

/** Upper, lower and title case, as Python and Jinja define them. */
final class LetterCase {
    private LetterCase() {}

    static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        String first = text.substring(0, Character.charCount(text.codePointAt(0)));
        return titleCase(first) + lower(text).substring(lower(first).length());
    }

    /** Returns a character in title case, which differs from upper case for ligatures. */
    private static String titleCase(String character) {
        String upper = upper(character);
        String title = Characters.toString(Character.toTitleCase(character.codePointAt(0)));
        if (upper.length() == character.length() || !title.equals(character)) {
            return title;
        }
        return Characters.isCased(upper.charAt(0)) ? upper.substring(0, 1) + lower(upper.substring(1)) : upper;
    }

    /** Returns what the method {@code title} does: a word begins after any character without case. */
    static String title(String text) {
        StringBuilder out = new StringBuilder();
        boolean inWord = false;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            String character = Characters.toString(c);
            i += character.length();
            boolean isFinal = i == text.length() || !Characters.isCased(text.codePointAt(i));
            out.append(!inWord ? titleCase(character) : c == 'Σ' && isFinal ? "ς" : lower(character));
            inWord = Characters.isCased(c);
        }
        return out.toString();
    }

    /** Returns what the filter {@code title} does: a word begins after white space, a hyphen or an opening bracket only. */
    static String titleWords(String text) {
        StringBuilder out = new StringBuilder();
        int start = 0;
        while (start < text.length()) {
            int end = start;
            boolean inWord = !separates(text.charAt(start));
            while (end < text.length() && separates(text.charAt(end)) != inWord) {
                end++;
            }
            int first = start + Character.charCount(text.codePointAt(start));
            out.append(upper(text.substring(start, first)));
            out.append(first < end ? lower(text.substring(first, end)) : "");
            start = Math.max(first, end);
        }
        return out.toString();
    }

    private static boolean separates(char c) {
        return Characters.isSpace(c) || "-({[<".indexOf(c) >= 0;
    }

    static String swapCase(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            String character = Characters.toString(c);
            if (c == 'Σ') {
                throw new EvaluationException("swapcase is not supported for \"Σ\"");
            }
            boolean isTitle = Character.isTitleCase(c);
            out.append(isTitle ? character : Character.isUpperCase(c) ? lower(character) : upper(character));
            i += character.length();
        }
        return out.toString();
    }

    /** Returns a text for comparison without case. */
    static String caseFold(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); ) {
            String character = Characters.toString(text.codePointAt(i));
            out.append(character.equals("\u0131") ? character : lower(upper(character)));
            i += character.length();
        }
        return out.toString();
    }

    /** Returns whether a text has letters with case, and all of them are of this case. */
    static boolean isAll(String text, boolean upper) {
        boolean found = false;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (Characters.isCased(c)) {
                if (upper ? !Character.isUpperCase(c) : !Character.isLowerCase(c)) {
                    return false;
                }
                found = true;
            }
            i += Character.charCount(c);
        }
        return found;
    }

    /** Returns whether {@code str.istitle} holds: upper case only follows, and lower case never follows, no case. */
    static boolean isTitle(String text) {
        boolean inWord = false;
        boolean found = false;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (Characters.isCased(c)) {
                if (Characters.isUpper(c) == inWord) {
                    return false;
                }
                found = true;
            }
            inWord = Characters.isCased(c);
            i += Character.charCount(c);
        }
        return found;
    }
}
