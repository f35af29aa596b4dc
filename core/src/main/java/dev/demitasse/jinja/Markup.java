package dev.demitasse.jinja;

import org.jspecify.annotations.Nullable;

/** A text whose HTML is escaped: the result of the filters {@code escape} and {@code safe}. Text added to it is escaped. */
record Markup(String text) {
    /** Returns the text of a value as HTML: unchanged if it is a {@link Markup}, otherwise escaped. */
    static Markup escape(@Nullable Object value, Limits limits) {
        return value instanceof Markup markup ? markup : escapeText(Values.text(value, limits), limits);
    }

    static Markup escapeText(String text, Limits limits) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&#34;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c);
            }
        }
        limits.makeText(out.length());
        return new Markup(out.toString());
    }
}
