package dev.demitasse.chat;

/**
 * A piece of template source.
 *
 * @param text the text, name, operator, number's digits or string's value
 */
record Token(Kind kind, String text, int line) {
    enum Kind {
        /** Output as is. */
        TEXT,
        /** {@code &#123;&#123;}. */
        OUTPUT_START,
        OUTPUT_END,
        /** {@code {%}. */
        TAG_START,
        TAG_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind kind, String text) {
        return this.kind == kind && this.text.equals(text);
    }
}
