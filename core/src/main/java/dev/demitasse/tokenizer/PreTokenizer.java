package dev.demitasse.tokenizer;

/**
 * Cuts text into the pieces within which BPE may merge. Each pattern is a hand-written scanner equal to the regular
 * expression that its Javadoc shows, run by Hugging Face tokenizers.
 */
abstract class PreTokenizer {
    /**
     * End of the piece that begins at {@code start}; always after it.
     *
     * @param limit end of the text, after {@code start}
     */
    abstract int end(String text, int start, int limit);

    /** The class of a code point as the pattern sees it: one of {@link UnicodeClasses}. */
    int kind(int codePoint) {
        int kind = UnicodeClasses.of(codePoint);
        return kind == UnicodeClasses.NEW_NUMBER ? UnicodeClasses.OTHER : kind;
    }

    /** The first index from {@code start} on whose code point is not of a kind. */
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
     * {@code \s+(?!\S)|\s+}: a run of white space leaves its last character to the word that follows, if it has more.
     *
     * @param end of the run; all white space is in the basic plane
     */
    static int leaveLastSpace(int start, int end, int limit) {
        return end < limit && end - start > 1 ? end - 1 : end;
    }

    /**
     * {@code 's|'t|'re|'ve|'m|'ll|'d} at an apostrophe.
     *
     * @return its end, or {@code start} if there is none
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
