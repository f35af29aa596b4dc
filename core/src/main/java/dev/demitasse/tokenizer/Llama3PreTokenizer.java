package dev.demitasse.tokenizer;

/**
 * Splits by the pattern of Llama 3 ({@code maxDigits} 3) and Qwen 2 ({@code maxDigits} 1) in {@code tokenizer.json}:
 *
 * <pre>{@code (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+
 *     |\s+(?!\S)|\s+}</pre>
 */
final class Llama3PreTokenizer extends PreTokenizer {
    private final int maxDigits;

    Llama3PreTokenizer(int maxDigits) {
        this.maxDigits = maxDigits;
    }

    @Override
    int end(String text, int start, int limit) {
        int first = text.codePointAt(start);
        int kind = kind(first);
        if (first == '\'') {
            int end = contraction(text, start, limit, true);
            if (end > start) {
                return end;
            }
        }
        if (kind == UnicodeClasses.LETTER) {
            return skip(UnicodeClasses.LETTER, text, start, limit);
        }
        if (kind == UnicodeClasses.NUMBER) {
            return number(text, start, limit);
        }
        int second = start + Character.charCount(first);
        int secondKind = second < limit ? kind(text.codePointAt(second)) : UnicodeClasses.SPACE;
        if (secondKind == UnicodeClasses.LETTER && !isNewline(first)) {
            return skip(UnicodeClasses.LETTER, text, second, limit);
        }
        if (kind == UnicodeClasses.OTHER || (first == ' ' && secondKind == UnicodeClasses.OTHER)) {
            return skipNewlines(text, skip(UnicodeClasses.OTHER, text, second, limit), limit);
        }
        return whiteSpace(text, start, limit);
    }

    private int number(String text, int start, int limit) {
        int end = start;
        for (int digits = 0; digits < maxDigits && end < limit; digits++) {
            int codePoint = text.codePointAt(end);
            if (kind(codePoint) != UnicodeClasses.NUMBER) {
                break;
            }
            end += Character.charCount(codePoint);
        }
        return end;
    }

    /** Returns the end of {@code \s*[\r\n]+|\s+(?!\S)|\s+}, which is after the last newline of the white space if it has one. */
    private int whiteSpace(String text, int start, int limit) {
        int end = skip(UnicodeClasses.SPACE, text, start, limit);
        for (int i = end; i > start; i--) {
            if (isNewline(text.charAt(i - 1))) {
                return i;
            }
        }
        return leaveLastSpace(start, end, limit);
    }

    private static int skipNewlines(String text, int start, int limit) {
        int i = start;
        while (i < limit && isNewline(text.charAt(i))) {
            i++;
        }
        return i;
    }

    private static boolean isNewline(int codePoint) {
        return codePoint == '\n' || codePoint == '\r';
    }
}
