package dev.demitasse.json;

/** Thrown if a text is not JSON. The message names the position, the expected and the actual text. */
public final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int offset;

    /**
     * Creates an exception whose message names the position.
     *
     * @param offset index of the first invalid character; the length of {@code text} if it ends too early
     */
    JsonException(String text, int offset, String problem) {
        super("JSON line " + line(text, offset) + ", column " + column(text, offset) + ": " + problem);
        this.offset = offset;
    }

    /** Returns the index of the first invalid character, in UTF-16 units; the text's length if it ends too early. */
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
