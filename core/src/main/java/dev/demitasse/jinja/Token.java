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

    /**
     * Returns the value of an {@link Kind#INTEGER}.
     *
     * @throws TemplateException if it needs more than 64 bits
     */
    long integer() {
        String digits = LetterCase.lower(text.replace("_", ""));
        int radix = digits.startsWith("0x") ? 16 : digits.startsWith("0o") ? 8 : digits.startsWith("0b") ? 2 : 10;
        try {
            return Long.parseLong(radix == 10 ? digits : digits.substring(2), radix);
        } catch (NumberFormatException e) {
            throw new TemplateException(line, "number " + text + " is out of range");
        }
    }

    /** Returns the value of a {@link Kind#FLOAT}. */
    double real() {
        return Double.parseDouble(text.replace("_", ""));
    }
}
