package dev.demitasse.jinja;

import dev.demitasse.json.PythonFloat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's {@code repr}. */
final class Repr {
    private final TextBuilder out = new TextBuilder();
    private final Limits limits;
    private final boolean sorted;

    private Repr(Limits limits, boolean sorted) {
        this.limits = limits;
        this.sorted = sorted;
    }

    static String of(@Nullable Object value, Limits limits) {
        return Values.plainText(of(value, limits, false));
    }

    /**
     * Returns Python's {@code repr(value)}.
     *
     * @param sorted whether to order dicts by their keys, as {@code pprint} does
     */
    static Object of(@Nullable Object value, Limits limits, boolean sorted) {
        Repr repr = new Repr(limits, sorted);
        repr.append(value);
        limits.makeText(repr.out.length());
        return repr.out.toValue();
    }

    private void append(@Nullable Object value) {
        if (value == null) {
            out.append("None");
        } else if (value instanceof Boolean bool) {
            out.append(bool ? "True" : "False");
        } else if (value instanceof Double number) {
            out.append(PythonFloat.repr(number));
        } else if (value instanceof Markup markup) {
            out.append("Markup(");
            quote(markup);
            out.append(')');
        } else if (Values.isText(value)) {
            quote(value);
        } else if (value instanceof Range || value instanceof Long) {
            out.append(value.toString());
        } else if (value instanceof List<?> list) {
            boolean tuple = list instanceof Tuple;
            elements(tuple ? "(" : "[", list, !tuple ? "]" : list.size() == 1 ? ",)" : ")");
        } else if (value instanceof Map<?, ?> map) {
            entries(map);
        } else if (value instanceof DictView view) {
            elements(view.type() + "([", view.elements(), "])");
        } else if (value instanceof Namespace namespace) {
            out.append("<Namespace ");
            entries(namespace.fields());
            out.append('>');
        } else if (value instanceof Undefined) {
            out.append("Undefined");
        } else if (value instanceof Macro || value instanceof Loop) {
            out.append(value.toString());
        } else {
            throw new EvaluationException("can't print a " + Values.typeName(value));
        }
    }

    private void elements(String start, List<?> elements, String end) {
        limits.enterValue();
        out.append(start);
        for (int i = 0; i < elements.size(); i++) {
            limits.step();
            out.append(i == 0 ? "" : ", ");
            append(elements.get(i));
        }
        out.append(end);
        limits.leave();
    }

    private void entries(Map<?, ?> map) {
        limits.enterValue();
        out.append('{');
        List<?> keys = Values.iterate(map, limits);
        Iterator<?> order = (sorted ? Sorting.sorted(keys, false, key -> key, limits) : keys).iterator();
        for (String separator = ""; order.hasNext(); separator = ", ") {
            Object key = order.next();
            out.append(separator);
            append(key);
            out.append(": ");
            append(map.get(Keys.check(key)));
        }
        out.append('}');
        limits.leave();
    }

    private void quote(Object value) {
        String text = Values.plainText(value);
        limits.makeText(text.length());
        int start = out.length();
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (c == quote) {
                        out.append('\\').append(quote);
                    } else if (Characters.isPrintable(c)) {
                        out.text().appendCodePoint(c);
                    } else {
                        escape(c);
                    }
                }
            }
        }
        out.append(quote);
        if (MarkedText.mayBeInput(value)) {
            out.mark(start, out.length());
        }
    }

    private void escape(int c) {
        out.append('\\').append(c < 0x100 ? 'x' : c < 0x10000 ? 'u' : 'U');
        for (int shift = c < 0x100 ? 4 : c < 0x10000 ? 12 : 28; shift >= 0; shift -= 4) {
            out.append(Character.forDigit(c >> shift & 15, 16));
        }
    }
}
