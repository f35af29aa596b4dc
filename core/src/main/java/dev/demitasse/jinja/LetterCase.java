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
        return text.isEmpty() ? text : upper(text.substring(0, 1)) + lower(text.substring(1));
    }

    /** Returns what the method {@code title} does: a word begins after any character that is not a letter. */
    static String title(String text) {
        StringBuilder out = new StringBuilder();
        boolean inWord = false;
        for (int i = 0; i < text.length(); i++) {
            String c = text.substring(i, i + 1);
            out.append(inWord ? lower(c) : upper(c));
            inWord = Character.isLetter(text.charAt(i));
        }
        return out.toString();
    }

    /** Returns what the filter {@code title} does: a word begins after white space, a hyphen or an opening bracket only. */
    static String titleWords(String text) {
        StringBuilder out = new StringBuilder();
        boolean inWord = false;
        for (int i = 0; i < text.length(); i++) {
            String c = text.substring(i, i + 1);
            out.append(inWord ? lower(c) : upper(c));
            inWord = !StringMethods.isSpace(text.charAt(i)) && "-({[<".indexOf(text.charAt(i)) < 0;
        }
        return out.toString();
    }
}
