package dev.demitasse.json;

/** A text isn't JSON. The message says where, what was expected there and what was found. */
public final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int offset;

    /** @param offset index in {@code text} of the first character at fault; its length where the text ends too early */
    JsonException(String text, int offset, String problem) {
        super("JSON line " + line(text, offset) + ", column " + column(text, offset) + ": " + problem);
        this.offset = offset;
    }

    /** Index of the first character at fault, in UTF-16 units; the text's length where it ends too early. */
    public int offset() {
        return offset;
    }

    private static int line(String text, int offset) {
        int line = 1;
        for (int i = 0; i < offset; i++) {
            if (text.charAt(i) == '\n') {
                line++;
            }
        }
        return line;
    }

    private static int column(String text, int offset) {
        return offset - text.lastIndexOf('\n', offset - 1);
    }
}
