package dev.demitasse.jinja;

import org.jspecify.annotations.Nullable;

/**
 * A text whose HTML is escaped: the result of the filters {@code escape} and {@code safe}. Text added to it is escaped.
 *
 * @param inputs as in {@link MarkedText}
 */
record Markup(String text, int[] inputs) {
    /** Returns a text as Markup, with its marks. */
    static Markup of(@Nullable Object text) {
        return new Markup(Values.plainText(text), MarkedText.inputs(text));
    }

    /** Returns the text without its meaning as HTML. */
    Object plain() {
        return MarkedText.of(text, inputs);
    }

    /** Returns the text of a value as HTML: unchanged if it is a {@link Markup}, otherwise escaped. */
    static Markup escape(@Nullable Object value, Limits limits) {
        return value instanceof Markup markup ? markup : escapeText(Values.marked(value, limits), limits);
    }

    static Markup escapeText(Object text, Limits limits) {
        String plain = Values.plainText(text);
        TextBuilder out = new TextBuilder();
        for (int i = 0; i < plain.length(); i++) {
            switch (plain.charAt(i)) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&#34;");
                case '\'' -> out.append("&#39;");
                default -> out.append(text, i, i + 1);
            }
        }
        limits.makeText(out.length());
        return of(out.toValue());
    }
}
