package dev.demitasse.jinja;

/**
 * A token of a template.
 *
 * @param text the output text, the name, the operator, the digits of a number or the value of a string
 */
record Token(Kind kind, String text, int line) {
    enum Kind {
        /** Text outside of tags. */
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
