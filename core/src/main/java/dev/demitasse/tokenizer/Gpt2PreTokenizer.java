package dev.demitasse.tokenizer;

/**
 * Splits by GPT-2's pattern, which is {@code ByteLevel} in Hugging Face tokenizers:
 *
 * <pre>{@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}</pre>
 *
 * With {@code splitsDigits}, each numeric character is a word of its own, like {@code Digits(individual_digits=True)} before
 * {@code ByteLevel} in SmolLM's {@code tokenizer.json}.
 */
final class Gpt2PreTokenizer extends PreTokenizer {
    private final boolean splitsDigits;

    Gpt2PreTokenizer(boolean splitsDigits) {
        this.splitsDigits = splitsDigits;
    }

    @Override
    int kind(int codePoint) {
        return splitsDigits ? UnicodeClasses.of(codePoint) : super.kind(codePoint);
    }

    @Override
    int end(String text, int start, int limit) {
        int first = text.codePointAt(start);
        if (isSplitDigit(kind(first))) {
            return start + Character.charCount(first);
        }
        if (first == '\'') {
            int end = contraction(text, start, limit, false);
            if (end > start) {
                return end;
            }
        }
        int body = first == ' ' ? start + 1 : start;
        if (body < limit) {
            int kind = kind(text.codePointAt(body));
            if (kind != UnicodeClasses.SPACE && !isSplitDigit(kind)) {
                return skip(kind, text, body, limit);
            }
        }
        int end = skip(UnicodeClasses.SPACE, text, start, limit);
        boolean cutOff = end < limit && isSplitDigit(kind(text.codePointAt(end)));
        return cutOff ? end : leaveLastSpace(start, end, limit);
    }

    private boolean isSplitDigit(int kind) {
        return splitsDigits && (kind == UnicodeClasses.NUMBER || kind == UnicodeClasses.NEW_NUMBER);
    }
}
