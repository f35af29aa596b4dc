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
        /** The two braces that begin an output. */
        OUTPUT_START,
        OUTPUT_END,
        /** The brace and percent sign that begin a tag. */
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
