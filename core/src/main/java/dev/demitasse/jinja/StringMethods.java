package dev.demitasse.jinja;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The methods of Python's {@code str}. */
final class StringMethods {
    /** Methods of which a {@link Markup} returns a Markup. Others that return a text are not supported for it. */
    private static final Set<String> OF_MARKUP =
            Set.of("capitalize", "lower", "lstrip", "rstrip", "strip", "swapcase", "title", "upper");

    private static final Set<String> UNSUPPORTED = Set.of("encode", "format_map", "maketrans", "translate");

    private StringMethods() {}

    /** Returns a method bound to a text, or null if strings have no such method. */
    static @Nullable Function bind(@Nullable Object value, String name, Limits limits) {
        String text = Values.plainText(value);
        Object marked = value instanceof Markup markup ? markup.plain() : value;
        Function method = method(marked == null ? "" : marked, text, name, limits);
        boolean isRead = search(text, name, limits) != null || check(text, name, limits) != null;
        if (value instanceof Markup && method != null && !isRead) {
            if (!OF_MARKUP.contains(name)) {
                throw EvaluationException.unsupported("method \"" + name + "\"", value);
            }
            Function plain = method;
            method = arguments -> Markup.of(plain.call(arguments));
        }
        return method;
    }

    private static @Nullable Function method(Object value, String text, String name, Limits limits) {
        if (UNSUPPORTED.contains(name)) {
            throw new EvaluationException("method \"" + name + "\" is not supported");
        }
        Function method = search(text, name, limits);
        method = method != null ? method : split(value, name, limits);
        method = method != null ? method : change(value, text, name, limits);
        return method != null ? method : check(text, name, limits);
    }

    private static @Nullable Function search(String text, String name, Limits limits) {
        return switch (name) {
            case "find" -> arguments -> find(text, arguments, false, limits);
            case "rfind" -> arguments -> find(text, arguments, true, limits);
            case "index" -> arguments -> found(find(text, arguments, false, limits));
            case "rindex" -> arguments -> found(find(text, arguments, true, limits));
            case "count" -> arguments -> count(Part.of(text, arguments, limits), limits);
            case "startswith" -> arguments -> any(Part.of(text, arguments, limits), true);
            case "endswith" -> arguments -> any(Part.of(text, arguments, limits), false);
            default -> null;
        };
    }

    private static @Nullable Function split(Object value, String name, Limits limits) {
        return switch (name) {
            case "split", "rsplit" ->
                arguments -> {
                    Arguments.Bound bound = arguments.bind(0, "sep", "maxsplit");
                    String separator = bound.get(0) == null ? null : Values.plainText(bound.get(0));
                    long max = bound.integer(1, -1);
                    return name.equals("split")
                            ? TextSplit.split(value, separator, max, limits)
                            : TextSplit.splitFromEnd(value, separator, max, limits);
                };
            case "splitlines" ->
                arguments ->
                        TextSplit.lines(value, arguments.bind(0, "keepends").integer(0, 0) != 0, limits);
            case "partition", "rpartition" ->
                arguments -> TextSplit.partition(
                        value, checked(arguments.bindPositional(1, "sep").get(0)), name.equals("rpartition"), limits);
            case "join" ->
                arguments -> TextSplit.join(
                        value,
                        Values.iterate(arguments.bindPositional(1, "iterable").get(0), limits),
                        true,
                        limits);
            default -> null;
        };
    }

    private static @Nullable Function change(Object value, String text, String name, Limits limits) {
        return switch (name) {
            case "strip" -> arguments -> strip(value, arguments, true, true, limits);
            case "lstrip" -> arguments -> strip(value, arguments, true, false, limits);
            case "rstrip" -> arguments -> strip(value, arguments, false, true, limits);
            case "upper", "lower", "capitalize", "title", "swapcase", "casefold" ->
                arguments -> {
                    arguments.bind(0);
                    limits.makeText(text.length());
                    return MarkedText.changed(
                            value,
                            switch (name) {
                                case "upper" -> LetterCase.upper(text);
                                case "lower" -> LetterCase.lower(text);
                                case "capitalize" -> LetterCase.capitalize(text);
                                case "title" -> LetterCase.title(text);
                                case "swapcase" -> LetterCase.swapCase(text);
                                default -> LetterCase.caseFold(text);
                            });
                };
            case "replace" ->
                arguments -> {
                    Arguments.Bound bound = arguments.bindPositional(2, "old", "new", "count");
                    return TextSplit.replace(
                            value, Values.plainText(bound.get(0)), checked(bound.get(1)), bound.integer(2, -1), limits);
                };
            case "removeprefix", "removesuffix" ->
                arguments -> {
                    String part =
                            Values.plainText(arguments.bindPositional(1, "part").get(0));
                    limits.makeText(text.length());
                    if (name.equals("removeprefix")) {
                        return MarkedText.part(value, text.startsWith(part) ? part.length() : 0, text.length());
                    }
                    return MarkedText.part(value, 0, text.length() - (text.endsWith(part) ? part.length() : 0));
                };
            case "format" -> arguments -> StringFormat.format(value, arguments, limits);
            case "center", "ljust", "rjust", "zfill" ->
                arguments -> {
                    Arguments.Bound bound = name.equals("zfill")
                            ? arguments.bindPositional(1, "width")
                            : arguments.bindPositional(1, "width", "fillchar");
                    String fill =
                            name.equals("zfill") ? "0" : Values.plainText(bound.get(1 % bound.names().length, " "));
                    return MarkedText.spread(
                            Padding.pad(name, text, bound.integer(0, 0), fill, limits), value, arguments);
                };
            case "expandtabs" ->
                arguments -> MarkedText.spread(
                        Padding.expandTabs(text, arguments.bind(0, "tabsize").integer(0, 8), limits),
                        value,
                        Arguments.NONE);
            default -> null;
        };
    }

    private static @Nullable Function check(String text, String name, Limits limits) {
        return switch (name) {
            case "isalnum",
                    "isalpha",
                    "isascii",
                    "isdecimal",
                    "isdigit",
                    "isidentifier",
                    "islower",
                    "isnumeric",
                    "isprintable",
                    "isspace",
                    "istitle",
                    "isupper" ->
                arguments -> {
                    arguments.bind(0);
                    limits.read(4L * text.length());
                    return TextChecks.check(name, text);
                };
            default -> null;
        };
    }

    /** The arguments of a search: what to find, and the part of the text between {@code start} and {@code end}. */
    private record Part(@Nullable Object wanted, String text, int start, boolean isValid) {
        static Part of(String text, Arguments arguments, Limits limits) {
            Arguments.Bound bound = arguments.bindPositional(1, "sub", "start", "end");
            limits.read(text.length());
            int size = text.codePointCount(0, text.length());
            long start = bound.get(1) == null ? 0 : fromEnd(bound.integer(1, 0), size);
            long end = bound.get(2) == null ? size : Math.min(size, fromEnd(bound.integer(2, 0), size));
            if (start > size || start > end) {
                return new Part(bound.get(0), "", 0, false);
            }
            int first = text.offsetByCodePoints(0, (int) start);
            int last = text.offsetByCodePoints(first, (int) (end - start));
            return new Part(bound.get(0), text.substring(first, last), (int) start, true);
        }

        private static long fromEnd(long index, int size) {
            return index < 0 ? Math.max(0, index + size) : index;
        }
    }

    private static long find(String text, Arguments arguments, boolean last, Limits limits) {
        Part part = Part.of(text, arguments, limits);
        String wanted = Values.plainText(part.wanted());
        if (!part.isValid()) {
            return -1;
        }
        String in = part.text();
        int at = last
                ? TextSearch.lastIndexOf(in, wanted, in.length(), limits)
                : TextSearch.indexOf(in, wanted, 0, limits);
        return at < 0 ? -1 : part.start() + in.codePointCount(0, at);
    }

    private static long found(long at) {
        if (at < 0) {
            throw new EvaluationException("the text is not found");
        }
        return at;
    }

    private static long count(Part part, Limits limits) {
        String wanted = Values.plainText(part.wanted());
        if (!part.isValid()) {
            return 0;
        }
        String in = part.text();
        return wanted.isEmpty()
                ? in.codePointCount(0, in.length()) + 1L
                : TextSearch.find(in, wanted, 0, Integer.MAX_VALUE, limits).size();
    }

    private static boolean any(Part part, boolean atStart) {
        if (part.wanted() instanceof Tuple several) {
            boolean found = false;
            for (Object wanted : several) {
                found |= starts(part, Values.plainText(wanted), atStart);
            }
            return found;
        }
        return starts(part, Values.plainText(part.wanted()), atStart);
    }

    private static boolean starts(Part part, String wanted, boolean atStart) {
        return part.isValid()
                && (atStart ? part.text().startsWith(wanted) : part.text().endsWith(wanted));
    }

    /** Returns an argument that must be a text. */
    private static Object checked(@Nullable Object argument) {
        return argument instanceof MarkedText ? argument : Values.plainText(argument);
    }

    private static Object strip(Object value, Arguments arguments, boolean left, boolean right, Limits limits) {
        Object characters = arguments.bindPositional(0, "chars").get(0);
        return TextSplit.strip(value, characters == null ? null : Values.plainText(characters), left, right, limits);
    }
}
