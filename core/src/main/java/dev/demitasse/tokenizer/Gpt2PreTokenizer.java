package dev.demitasse.tokenizer;

/**
 * GPT-2's pattern, built into {@code ByteLevel} of Hugging Face tokenizers:
 *
 * <pre>{@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}</pre>
 *
 * With {@code digitsApart} each numeric character is first cut off as a piece of its own, as
 * {@code Digits(individual_digits=True)} before {@code ByteLevel} does in SmolLM's {@code tokenizer.json}.
 */
final class Gpt2PreTokenizer extends PreTokenizer {
    private final boolean digitsApart;

    Gpt2PreTokenizer(boolean digitsApart) {
        this.digitsApart = digitsApart;
    }

    @Override
    int kind(int codePoint) {
        return digitsApart ? UnicodeClasses.of(codePoint) : super.kind(codePoint);
    }

    @Override
    int end(String text, int start, int limit) {
        int first = text.codePointAt(start);
        if (isApart(kind(first))) {
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
            if (kind != UnicodeClasses.SPACE && !isApart(kind)) {
                return skip(kind, text, body, limit);
            }
        }
        int end = skip(UnicodeClasses.SPACE, text, start, limit);
        boolean cutOff = end < limit && isApart(kind(text.codePointAt(end)));
        return cutOff ? end : leaveLastSpace(start, end, limit);
    }

    private boolean isApart(int kind) {
        return digitsApart && (kind == UnicodeClasses.NUMBER || kind == UnicodeClasses.NEW_NUMBER);
    }
}
