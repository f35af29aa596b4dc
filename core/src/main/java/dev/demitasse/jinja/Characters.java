package dev.demitasse.jinja;

/** Python's classes of characters. */
final class Characters {
    private Characters() {}

    /** Returns the string of one code point. TeaVM lacks {@code Character.toString(int)}. */
    static String toString(int codePoint) {
        return String.valueOf(Character.toChars(codePoint));
    }

    /** Returns whether a character is in a block of ideographs. TeaVM lacks {@code Character.isIdeographic}. */
    static boolean isIdeograph(int c) {
        return (c >= 0x3006 && c <= 0x303A)
                || (c >= 0x3400 && c <= 0x9FFF)
                || (c >= 0xF900 && c <= 0xFAFF)
                || (c >= 0x16FE0 && c <= 0x1B2FF)
                || (c >= 0x20000 && c <= 0x3FFFF);
    }

    /** Returns whether {@code str.isspace} holds for a character. */
    static boolean isSpace(int c) {
        return c == ' '
                || (c >= '\t' && c <= '\r')
                || (c >= 0x1C && c <= 0x1F)
                || c == 0x85
                || c == 0xA0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200A)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202F
                || c == 0x205F
                || c == 0x3000;
    }

    /** Returns whether a character ends a line for {@code str.splitlines}. */
    static boolean isLineEnd(int c) {
        return (c >= '\n' && c <= '\r') || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    static boolean isPrintable(int c) {
        if (c < 0x7F) {
            return c >= ' ';
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            default -> true;
        };
    }

    static boolean isCased(int c) {
        return isUpper(c) || Character.isLowerCase(c);
    }

    /** Returns whether a character is in upper case or in title case. */
    static boolean isUpper(int c) {
        return Character.isUpperCase(c) || Character.isTitleCase(c);
    }

    static boolean isDecimal(int c) {
        return Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER;
    }

    /** Returns whether {@code str.isnumeric} holds, except for ideographs. */
    static boolean isNumeric(int c) {
        int type = Character.getType(c);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }
}
