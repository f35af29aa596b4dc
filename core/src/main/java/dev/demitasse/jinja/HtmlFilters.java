package dev.demitasse.jinja;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jinja's filters that make or read HTML and URLs. */
final class HtmlFilters {
    private HtmlFilters() {}

    static @Nullable Object apply(String name, @Nullable Object value, Arguments arguments, Limits limits) {
        return switch (name) {
            case "xmlattr" -> MarkedText.spread(attributes(value, arguments, limits), value, Arguments.NONE);
            case "urlencode" -> MarkedText.spread(urlEncode(value, arguments, limits), value, Arguments.NONE);
            case "striptags" ->
                MarkedText.spread(stripTags(Values.text(value, limits), arguments, limits), value, Arguments.NONE);
            case "safe" -> {
                arguments.bind(0);
                yield Markup.of(Values.marked(value, limits));
            }
            case "forceescape" -> {
                arguments.bind(0);
                yield Markup.escapeText(Values.marked(value, limits), limits);
            }
            default -> {
                arguments.bind(0);
                yield Markup.escape(value, limits);
            }
        };
    }

    private static String attributes(@Nullable Object value, Arguments arguments, Limits limits) {
        Arguments.Bound bound = arguments.bind(0, "autospace");
        if (!(value instanceof Map<?, ?> map)) {
            throw new EvaluationException("xmlattr needs a dict, not " + Values.typeName(value));
        }
        StringBuilder out = new StringBuilder();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            limits.step();
            if (entry.getValue() == null || entry.getValue() instanceof Undefined) {
                continue;
            }
            String key = Values.plainText(entry.getKey());
            for (int i = 0; i < key.length(); i++) {
                if (" \t\n\r\f\u000B/>=".indexOf(key.charAt(i)) >= 0) {
                    throw new EvaluationException("\"" + key + "\" is not the name of an attribute");
                }
            }
            out.append(out.length() > 0 ? " " : "")
                    .append(Markup.escapeText(key, limits).text())
                    .append("=\"")
                    .append(Markup.escape(entry.getValue(), limits).text())
                    .append('"');
        }
        boolean hasSpace = out.length() > 0 && Values.isTrue(bound.get(0, true));
        return hasSpace ? " " + out : out.toString();
    }

    private static String urlEncode(@Nullable Object value, Arguments arguments, Limits limits) {
        arguments.bind(0);
        boolean isOne = Values.isText(value) || value == null || Values.isNumber(value);
        if (isOne) {
            return quote(Values.text(value, limits), false, limits);
        }
        List<?> pairs = value instanceof Map<?, ?> map ? Access.items(map) : Values.iterate(value, limits);
        List<Object> parts = new ArrayList<>();
        for (Object pair : pairs) {
            List<?> both = Values.iterate(pair, limits);
            if (both.size() != 2) {
                throw new EvaluationException("urlencode needs pairs");
            }
            parts.add(quote(Values.text(both.get(0), limits), true, limits)
                    + "="
                    + quote(Values.text(both.get(1), limits), true, limits));
        }
        return Values.plainText(TextSplit.join("&", parts, true, limits));
    }

    private static String quote(String text, boolean isQuery, Limits limits) {
        limits.makeText(9L * text.length());
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            boolean isPlain = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9');
            if (isPlain || "_.-~".indexOf(b) >= 0 || (b == '/' && !isQuery)) {
                out.append((char) b);
            } else if (b == ' ' && isQuery) {
                out.append('+');
            } else {
                out.append('%')
                        .append(LetterCase.upper(
                                Integer.toString((b & 0xFF) + 0x100, 16).substring(1)));
            }
        }
        return out.toString();
    }

    /** Removes comments and tags, and joins words by single spaces. */
    private static String stripTags(String text, Arguments arguments, Limits limits) {
        arguments.bind(0);
        if (text.indexOf('&') >= 0) {
            throw new EvaluationException("striptags is not supported for texts with \"&\"");
        }
        String plain = without(without(text, "<!--", "-->", limits), "<", ">", limits);
        return Values.plainText(TextSplit.join(" ", TextSplit.split(plain, null, -1, limits), true, limits));
    }

    private static String without(String text, String start, String end, Limits limits) {
        limits.makeText(text.length());
        StringBuilder out = new StringBuilder();
        int position = 0;
        for (int at = text.indexOf(start); at >= 0; at = text.indexOf(start, position)) {
            int close = text.indexOf(end, at);
            if (close < 0) {
                break;
            }
            out.append(text, position, at);
            position = close + end.length();
        }
        return out.append(text, position, text.length()).toString();
    }
}
