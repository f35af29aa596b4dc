package dev.demitasse.tokenizer;

/**
 * Splits text into words, within which BPE may merge. Each subclass is a hand-written scanner that is equivalent to the regular
 * expression in its Javadoc, as Hugging Face tokenizers run it.
 */
abstract class PreTokenizer {
    /**
     * Returns the end of the word that begins at {@code start}, always after it.
     *
     * @param limit end of the text, after {@code start}
     */
    abstract int end(String text, int start, int limit);

    /** Returns the class of a code point for the pattern: one of {@link UnicodeClasses}. */
    int kind(int codePoint) {
        int kind = UnicodeClasses.of(codePoint);
        return kind == UnicodeClasses.NEW_NUMBER ? UnicodeClasses.OTHER : kind;
    }

    /** Returns the first index from {@code start} on whose code point is of another kind. */
    final int skip(int kind, String text, int start, int limit) {
        int i = start;
        while (i < limit) {
            int codePoint = text.codePointAt(i);
            if (kind(codePoint) != kind) {
                break;
            }
            i += Character.charCount(codePoint);
        }
        return i;
    }

    /**
     * Returns the end of {@code \s+(?!\S)|\s+}: white space of several characters leaves the last one to the word that follows.
     *
     * @param end of the white space, which is all in the basic plane
     */
    static int leaveLastSpace(int start, int end, int limit) {
        return end < limit && end - start > 1 ? end - 1 : end;
    }

    /**
     * Returns the end of {@code 's|'t|'re|'ve|'m|'ll|'d} at an apostrophe; {@code start} if there is no match.
     */
    static int contraction(String text, int start, int limit, boolean ignoreCase) {
        char first = letter(text, start + 1, limit, ignoreCase);
        char second = letter(text, start + 2, limit, ignoreCase);
        return switch (first) {
            case 's', 't', 'm', 'd' -> start + 2;
            case 'r', 'v' -> second == 'e' ? start + 3 : start;
            case 'l' -> second == 'l' ? start + 3 : start;
            default -> start;
        };
    }

    private static char letter(String text, int index, int limit, boolean ignoreCase) {
        if (index >= limit) {
            return 0;
        }
        char c = text.charAt(index);
        if (!ignoreCase) {
            return c;
        }
        // The long s is the only character outside ASCII whose case folds to one of these letters.
        return c == 'ſ' ? 's' : c >= 'A' && c <= 'Z' ? (char) (c + 'a' - 'A') : c;
    }
}
