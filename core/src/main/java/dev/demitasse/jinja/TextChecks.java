package dev.demitasse.jinja;

/** The methods of Python's {@code str} that check all characters. */
final class TextChecks {
    private TextChecks() {}

    static boolean check(String name, String text) {
        switch (name) {
            case "islower":
                return LetterCase.isAll(text, false);
            case "isupper":
                return LetterCase.isAll(text, true);
            case "istitle":
                return LetterCase.isTitle(text);
            case "isascii", "isprintable":
                return all(name, text);
            case "isidentifier":
                return !text.isEmpty() && !Characters.isDecimal(text.codePointAt(0)) && all(name, text);
            default:
                return !text.isEmpty() && all(name, text);
        }
    }

    private static boolean all(String name, String text) {
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (!holds(name, c)) {
                return false;
            }
            i += Character.charCount(c);
        }
        return true;
    }

    private static boolean holds(String name, int c) {
        return switch (name) {
            case "isascii" -> c < 0x80;
            case "isspace" -> Characters.isSpace(c);
            case "isalpha" -> Character.isLetter(c);
            case "isalnum" -> Character.isLetter(c) || Characters.isNumeric(c);
            case "isprintable" -> Characters.isPrintable(c);
            case "isdecimal" -> Characters.isDecimal(c);
            case "isidentifier" -> c == '_' || Character.isLetter(c) || Characters.isDecimal(c);
            default -> {
                // Superscripts are digits, fractions and some ideographs are numeric: tables that are not here.
                if (c >= 0x80 && !Characters.isDecimal(c) && (Characters.isNumeric(c) || Characters.isIdeograph(c))) {
                    throw new EvaluationException(name + " is not supported for \"" + Characters.toString(c) + "\"");
                }
                yield Characters.isDecimal(c);
            }
        };
    }
}
