package dev.demitasse.jinja;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Jinja's filters on texts. */
final class TextFilters {
    private TextFilters() {}

    static @Nullable Object apply(String name, @Nullable Object value, Arguments arguments, Limits limits) {
        return switch (name) {
            case "upper", "lower", "title", "capitalize" -> {
                arguments.bind(0);
                Object marked = Values.marked(value, limits);
                String text = Values.plainText(marked);
                limits.makeText(text.length());
                yield MarkedText.changed(
                        marked,
                        switch (name) {
                            case "upper" -> LetterCase.upper(text);
                            case "lower" -> LetterCase.lower(text);
                            case "title" -> LetterCase.titleWords(text);
                            default -> LetterCase.capitalize(text);
                        });
            }
            case "string" -> {
                arguments.bind(0);
                yield Values.marked(value, limits);
            }
            case "trim" -> {
                Object characters = arguments.bind(0, "chars").get(0);
                yield TextSplit.strip(
                        Values.marked(value, limits),
                        characters == null ? null : Values.plainText(characters),
                        true,
                        true,
                        limits);
            }
            case "replace" -> {
                Arguments.Bound bound = arguments.bind(2, "old", "new", "count");
                yield TextSplit.replace(
                        Values.marked(value, limits),
                        Values.text(bound.get(0), limits),
                        Values.marked(bound.get(1), limits),
                        bound.get(2) == null ? -1 : bound.integer(2, -1),
                        limits);
            }
            case "center" ->
                MarkedText.spread(
                        Padding.pad(
                                "center",
                                Values.text(value, limits),
                                arguments.bind(0, "width").integer(0, 80),
                                " ",
                                limits),
                        value,
                        Arguments.NONE);
            case "format" -> format(value, arguments, limits);
            case "indent" -> indent(value, arguments, limits);
            case "truncate" -> truncate(value, arguments, limits);
            default -> wordCount(Values.text(value, limits), arguments, limits);
        };
    }

    private static Object format(@Nullable Object value, Arguments arguments, Limits limits) {
        boolean isNamed = !arguments.named().isEmpty();
        if (isNamed && !arguments.positional().isEmpty()) {
            throw new EvaluationException("format needs arguments either all by name or all by position");
        }
        return PercentFormat.format(
                Values.marked(value, limits), isNamed ? arguments.named() : new Tuple(arguments.positional()), limits);
    }

    private static Object indent(@Nullable Object value, Arguments arguments, Limits limits) {
        Arguments.Bound bound = arguments.bind(0, "width", "first", "blank");
        Object pad = Values.isText(bound.get(0)) ? bound.get(0) : Arithmetic.apply("*", " ", bound.get(0, 4L), limits);
        Object text = new TextBuilder().append(value).append("\n").toValue();
        List<Object> lines = TextSplit.lines(text, false, limits);
        TextBuilder out = new TextBuilder();
        for (int i = 0; i < lines.size(); i++) {
            Object line = lines.get(i);
            boolean isIndented = i == 0
                    ? bound.isTrue(1)
                    : bound.isTrue(2) || !Values.plainText(line).isEmpty();
            out.append(i == 0 ? "" : "\n").append(isIndented ? pad : "").append(line);
            if (out.length() > Limits.MAX_LENGTH) {
                break; // makeText fails
            }
        }
        limits.makeText(out.length());
        return out.toValue();
    }

    private static @Nullable Object truncate(@Nullable Object value, Arguments arguments, Limits limits) {
        Arguments.Bound bound = arguments.bind(0, "length", "killwords", "end", "leeway");
        long length = bound.integer(0, 255);
        String end = Values.plainText(bound.get(2, "..."));
        long leeway = bound.get(3) == null ? 5 : bound.integer(3, 5);
        long room = length - end.codePointCount(0, end.length());
        if (room < 0 || leeway < 0) {
            throw new EvaluationException("truncate to " + length + " characters, with a tolerance of " + leeway);
        }
        if (Filters.length(value, Arguments.NONE, limits) <= length + leeway) {
            return value;
        }
        String text = Values.plainText(value);
        limits.makeText(text.length());
        String kept = text.substring(0, text.offsetByCodePoints(0, (int) room));
        int space = kept.lastIndexOf(' ');
        int keptEnd = bound.isTrue(1) || space < 0 ? kept.length() : space;
        return new TextBuilder()
                .append(value, 0, keptEnd)
                .append(bound.get(2, "..."))
                .toValue();
    }

    private static long wordCount(String text, Arguments arguments, Limits limits) {
        arguments.bind(0);
        limits.read(4L * text.length());
        long count = 0;
        boolean inWord = false;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            boolean isWord = c == '_' || Character.isLetter(c) || Characters.isNumeric(c);
            count += isWord && !inWord ? 1 : 0;
            inWord = isWord;
            i += Character.charCount(c);
        }
        return count;
    }

    /** Splits a text at a character. Unlike {@code String.split} it takes no regular expression and keeps empty parts. */
    static List<String> parts(String text, char separator) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, start)) {
            parts.add(text.substring(start, at));
            start = at + 1;
        }
        parts.add(text.substring(start));
        return parts;
    }
}
