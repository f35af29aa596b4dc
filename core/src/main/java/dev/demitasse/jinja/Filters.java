package dev.demitasse.jinja;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Jinja's filters ({@code value | name}). Not supported are {@code random}, {@code urlize} and {@code wordwrap}. */
final class Filters {
    private static final Set<String> NAMES = Set.of(
            "abs",
            "attr",
            "batch",
            "capitalize",
            "center",
            "count",
            "d",
            "default",
            "dictsort",
            "e",
            "escape",
            "filesizeformat",
            "first",
            "float",
            "forceescape",
            "format",
            "groupby",
            "indent",
            "int",
            "items",
            "join",
            "last",
            "length",
            "list",
            "lower",
            "map",
            "max",
            "min",
            "pprint",
            "reject",
            "rejectattr",
            "replace",
            "reverse",
            "round",
            "safe",
            "select",
            "selectattr",
            "slice",
            "sort",
            "string",
            "striptags",
            "sum",
            "title",
            "tojson",
            "trim",
            "truncate",
            "unique",
            "upper",
            "urlencode",
            "wordcount",
            "xmlattr");

    private static final Set<String> UNSUPPORTED = Set.of("random", "urlize", "wordwrap");

    /** Filters that return a {@link Markup} for a Markup. */
    private static final Set<String> KEEP_MARKUP =
            Set.of("capitalize", "center", "indent", "lower", "string", "trim", "upper");

    /** Filters that treat a {@link Markup} as any text. */
    private static final Set<String> READ_MARKUP = Set.of(
            "attr",
            "batch",
            "count",
            "d",
            "default",
            "e",
            "escape",
            "first",
            "float",
            "forceescape",
            "int",
            "join",
            "last",
            "length",
            "list",
            "map",
            "pprint",
            "reject",
            "replace",
            "safe",
            "select",
            "slice",
            "sort",
            "title",
            "tojson",
            "unique",
            "urlencode",
            "wordcount");

    private Filters() {}

    /** Returns whether Jinja has a filter, whether or not it is supported here. */
    static boolean exists(@Nullable Object name) {
        return Keys.check(name) instanceof String text && (NAMES.contains(text) || UNSUPPORTED.contains(text));
    }

    static @Nullable Object apply(String name, @Nullable Object value, Arguments arguments, Limits limits) {
        if (!NAMES.contains(name)) {
            throw new EvaluationException("filter \"" + name + "\" is not supported");
        }
        if (value instanceof Markup markup && KEEP_MARKUP.contains(name)) {
            return Markup.of(dispatch(name, markup.plain(), arguments, limits));
        }
        if (value instanceof Markup && !READ_MARKUP.contains(name)) {
            throw EvaluationException.unsupported("filter \"" + name + "\"", value);
        }
        return dispatch(name, value, arguments, limits);
    }

    private static @Nullable Object dispatch(String name, @Nullable Object value, Arguments arguments, Limits limits) {
        return switch (name) {
            case "abs" -> NumberFilters.abs(value, arguments);
            case "int" -> NumberFilters.toInt(value, arguments, limits);
            case "float" -> NumberFilters.toFloat(value, arguments);
            case "round" -> NumberFilters.round(value, arguments);
            case "filesizeformat" -> NumberFilters.fileSize(value, arguments);
            case "attr" -> attribute(value, arguments, limits);
            case "default", "d" -> defaultTo(value, arguments);
            case "length", "count" -> length(value, arguments, limits);
            case "tojson" -> Json.write(value, arguments, limits);
            case "items" -> items(value, arguments, limits);
            case "pprint" -> prettyPrint(value, arguments, limits);
            case "batch" -> SequenceFilters.batch(value, arguments, limits);
            case "slice" -> SequenceFilters.slice(value, arguments, limits);
            case "dictsort" -> SortFilters.dictsort(value, arguments, limits);
            case "groupby" -> SortFilters.groupBy(value, arguments, limits);
            case "max" -> SortFilters.extreme(value, arguments, 1, limits);
            case "min" -> SortFilters.extreme(value, arguments, -1, limits);
            case "sort" -> SortFilters.sort(value, arguments, limits);
            case "unique" -> SortFilters.unique(value, arguments, limits);
            case "first" -> SequenceFilters.first(value, arguments, limits);
            case "last" -> SequenceFilters.last(value, arguments, limits);
            case "join" -> SequenceFilters.join(value, arguments, limits);
            case "list" -> SequenceFilters.list(value, arguments, limits);
            case "map" -> SequenceFilters.map(value, arguments, limits);
            case "select" -> SequenceFilters.select(value, arguments, true, limits);
            case "reject" -> SequenceFilters.select(value, arguments, false, limits);
            case "selectattr" -> SequenceFilters.selectAttribute(value, arguments, true, limits);
            case "rejectattr" -> SequenceFilters.selectAttribute(value, arguments, false, limits);
            case "reverse" -> SequenceFilters.reverse(value, arguments, limits);
            case "sum" -> SequenceFilters.sum(value, arguments, limits);
            case "escape", "e", "forceescape", "safe", "striptags", "urlencode", "xmlattr" ->
                HtmlFilters.apply(name, value, arguments, limits);
            default -> TextFilters.apply(name, value, arguments, limits);
        };
    }

    private static @Nullable Object attribute(@Nullable Object value, Arguments arguments, Limits limits) {
        String name = Values.plainText(arguments.bind(1, "name").get(0));
        return Access.ownAttribute(value, name, limits);
    }

    private static @Nullable Object defaultTo(@Nullable Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind(0, "default_value", "boolean");
        boolean isAbsent = value instanceof Undefined || (bound.isTrue(1) && !Values.isTrue(value));
        return isAbsent ? bound.get(0, "") : value;
    }

    static long length(@Nullable Object value, Arguments arguments, Limits limits) {
        arguments.bind(0);
        if (Values.isText(value)) {
            String text = Values.plainText(value);
            limits.read(text.length());
            return text.codePointCount(0, text.length());
        }
        if (value instanceof List<?> list) {
            return list.size();
        }
        if (value instanceof Map<?, ?> map) {
            return map.size();
        }
        if (value instanceof DictView view) {
            return view.elements().size();
        }
        if (value instanceof Loop loop) {
            return loop.length();
        }
        if (value instanceof Undefined) {
            return 0;
        }
        throw new EvaluationException(Values.typeName(value) + " has no length");
    }

    private static Object items(@Nullable Object value, Arguments arguments, Limits limits) {
        arguments.bind(0);
        if (value instanceof Map<?, ?> map) {
            limits.makeList(map.size());
            return new Iterator(Access.items(map));
        }
        if (value instanceof Undefined) {
            return new Iterator(List.of());
        }
        throw new EvaluationException("items needs a dict, not " + Values.typeName(value));
    }

    private static Object prettyPrint(@Nullable Object value, Arguments arguments, Limits limits) {
        arguments.bind(0);
        Object text = Repr.of(value, limits, true);
        if (Values.plainText(text).length() > 80 || value instanceof Namespace || value instanceof DictView) {
            throw new EvaluationException("pprint is not supported for values of more than one line");
        }
        return text;
    }
}
