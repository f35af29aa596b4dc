package dev.demitasse.grammar;

import dev.demitasse.grammar.NumberRange.Decimal;
import dev.demitasse.grammar.NumberRange.Limit;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the keywords of a few schemas, all of which hold, leave of each type of value. */
final class SchemaTerms {
    /** Those that say something about a value by themselves. */
    static final Set<String> KEYWORDS = Set.of(
            "additionalProperties",
            "const",
            "enum",
            "exclusiveMaximum",
            "exclusiveMinimum",
            "format",
            "items",
            "maxItems",
            "maxLength",
            "maxProperties",
            "maximum",
            "minItems",
            "minLength",
            "minProperties",
            "minimum",
            "multipleOf",
            "pattern",
            "prefixItems",
            "properties",
            "required",
            "type",
            "uniqueItems");

    /** All that {@code type} can say; an integer is a number, too. */
    private static final List<String> TYPES =
            List.of("null", "boolean", "integer", "number", "string", "array", "object");

    private static final int MEMBER_COST = 30;

    private final List<JsonField> schemas;
    private final SchemaCompiler compiler;
    private final Budget budget;
    private final boolean lenient;

    SchemaTerms(List<JsonField> schemas, SchemaCompiler compiler, Budget budget, boolean lenient) {
        this.schemas = schemas;
        this.compiler = compiler;
        this.budget = budget;
        this.lenient = lenient;
    }

    /** Sees to it that each keyword has a value of the right kind, also where it says nothing about the type at hand. */
    static void check(JsonField schema) {
        for (String keyword : schema.object().keySet()) {
            JsonField field = schema.member(keyword);
            switch (keyword) {
                case "maxItems", "maxLength", "maxProperties", "minItems", "minLength", "minProperties" -> size(field);
                case "exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum" -> checked(field);
                case "multipleOf" -> {
                    if (checked(field).doubleValue() <= 0) {
                        throw field.isNot("a number above 0");
                    }
                }
                case "format", "pattern" -> field.string();
                case "enum", "prefixItems" -> field.elements();
                case "properties" -> field.object();
                case "required" -> {
                    for (JsonField name : field.elements()) {
                        name.string();
                    }
                }
                case "uniqueItems" -> {
                    if (!(field.value() instanceof Boolean)) {
                        throw field.isNot("true or false");
                    }
                }
                case "additionalProperties", "items" -> SchemaCompiler.checkSchema(field);
                default -> {}
            }
        }
    }

    private static long size(JsonField field) {
        return Math.min(Rule.NEVER, field.integer(0, Long.MAX_VALUE));
    }

    /** The values of {@code enum} or {@code const}; null without either. */
    static @Nullable List<JsonField> values(JsonField schema) {
        if (!(schema.value() instanceof Map<?, ?> map)) {
            return null;
        }
        List<JsonField> values = map.containsKey("const") ? List.of(schema.member("const")) : null;
        if (!map.containsKey("enum")) {
            return values;
        }
        List<JsonField> listed = schema.member("enum").elements();
        if (values == null) {
            return listed;
        }
        List<JsonField> both = new ArrayList<>();
        for (JsonField value : listed) {
            if (equal(value.value(), values.get(0).value())) {
                both.add(value);
            }
        }
        return both;
    }

    static boolean hasComposite(List<JsonField> values) {
        for (JsonField value : values) {
            if (value.value() instanceof Map || value.value() instanceof List) {
                return true;
            }
        }
        return false;
    }

    /** A schema without composite values for which just this value is valid. */
    static JsonField equalTo(JsonField value) {
        Map<String, @Nullable Object> schema = new LinkedHashMap<>();
        if (value.value() instanceof Map) {
            Map<String, @Nullable Object> properties = new LinkedHashMap<>();
            for (String name : value.object().keySet()) {
                properties.put(name, constant(value.member(name).value()));
            }
            schema.put("type", "object");
            schema.put("properties", properties);
            schema.put("required", new ArrayList<>(properties.keySet()));
            schema.put("additionalProperties", false);
        } else if (value.value() instanceof List) {
            List<Object> items = new ArrayList<>();
            for (JsonField element : value.elements()) {
                items.add(constant(element.value()));
            }
            schema.put("type", "array");
            schema.put("prefixItems", items);
            schema.put("minItems", (long) items.size());
            schema.put("maxItems", (long) items.size());
        } else {
            schema.put("const", value.value());
        }
        return new JsonField(value.path(), schema);
    }

    private static Map<String, @Nullable Object> constant(@Nullable Object value) {
        Map<String, @Nullable Object> schema = new LinkedHashMap<>();
        schema.put("const", value);
        return schema;
    }

    private static boolean equal(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Number x && b instanceof Number y) {
            return decimal(x).compareTo(decimal(y)) == 0;
        }
        return a == null ? b == null : a.equals(b);
    }

    private static BigDecimal decimal(Number number) {
        return new BigDecimal(number.toString());
    }

    /** One rule for each type, at most. */
    List<Rule> rules() {
        List<JsonField> values = scalars();
        Set<String> types = types(values != null);
        List<Rule> rules = new ArrayList<>();
        if (values != null) {
            List<byte[]> words = new ArrayList<>();
            words(values, types, words);
            rules.add(Words.of(words));
            return rules;
        }
        if (types.contains("string")) {
            rules.add(string());
        }
        if (types.contains("integer")) {
            rules.add(number(!types.contains("number")));
        }
        if (types.contains("boolean")) {
            rules.add(Json.BOOLEAN);
        }
        if (types.contains("null")) {
            rules.add(Json.NULL);
        }
        if (types.contains("array")) {
            rules.add(array());
        }
        if (types.contains("object")) {
            rules.add(object());
        }
        return rules;
    }

    /** @param listed whether the values are, so that nothing need be guessed */
    private Set<String> types(boolean listed) {
        Set<String> all = new LinkedHashSet<>(TYPES);
        boolean given = false;
        for (JsonField schema : schemas) {
            JsonField field = schema.member("type");
            if (!field.isPresent()) {
                continue;
            }
            List<JsonField> named = field.value() instanceof List ? field.elements() : List.of(field);
            Set<String> types = new LinkedHashSet<>();
            for (JsonField type : named) {
                if (!TYPES.contains(type.string())) {
                    throw type.isNot("a type: " + String.join(", ", TYPES));
                }
                types.add(type.string());
            }
            if (types.contains("number")) {
                types.add("integer");
            }
            all.retainAll(types);
            given = true;
        }
        Set<String> spokenOf = spokenOf();
        if (!given && !listed && !lenient && !spokenOf.isEmpty()) {
            return spokenOf;
        }
        return all;
    }

    /**
     * The types that keywords are about. Where a schema names no type, one that speaks of members means an object, though
     * any string would be valid, too.
     */
    private Set<String> spokenOf() {
        Set<String> types = new LinkedHashSet<>();
        for (JsonField schema : schemas) {
            for (String keyword : schema.object().keySet()) {
                switch (keyword) {
                    case "exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf" ->
                        types.addAll(List.of("integer", "number"));
                    case "format", "maxLength", "minLength", "pattern" -> types.add("string");
                    case "items", "maxItems", "minItems", "prefixItems", "uniqueItems" -> types.add("array");
                    case "additionalProperties", "maxProperties", "minProperties", "properties", "required" ->
                        types.add("object");
                    default -> {}
                }
            }
        }
        return types;
    }

    /** The values that every schema lists; null if none lists any. Those that aren't scalars are no matter here. */
    private @Nullable List<JsonField> scalars() {
        List<JsonField> common = null;
        for (JsonField schema : schemas) {
            List<JsonField> values = values(schema);
            if (values == null || hasComposite(values)) {
                continue;
            }
            if (common == null) {
                common = values;
                continue;
            }
            budget.spend((long) common.size() * values.size());
            List<JsonField> both = new ArrayList<>();
            for (JsonField value : common) {
                for (JsonField other : values) {
                    if (equal(value.value(), other.value())) {
                        both.add(value);
                        break;
                    }
                }
            }
            common = both;
        }
        return common;
    }

    private void words(List<JsonField> values, Set<String> types, List<byte[]> words) {
        Dfa strings = null;
        for (JsonField field : values) {
            Object value = field.value();
            if (value instanceof String text) {
                budget.spend(10 + text.length());
                if (types.contains("string")) {
                    if (strings == null) {
                        strings = described();
                    }
                    int length = text.codePointCount(0, text.length());
                    byte[] json = json(text, field);
                    if (length >= minLength() && length <= maxLength() && strings.matches(json)) {
                        words.add(json);
                    }
                }
            } else if (value instanceof Number number) {
                budget.spend(50);
                if (types.contains("integer") && isAllowed(decimal(number), !types.contains("number"))) {
                    words.add(Strings.utf8(JsonWriter.write(number, -1)));
                }
            } else if (types.contains(value == null ? "null" : "boolean")) {
                words.add(Strings.utf8(String.valueOf(value)));
            }
        }
    }

    private static byte[] json(String text, JsonField field) {
        try {
            return Strings.json(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(field.path() + ": " + e.getMessage(), e);
        }
    }

    // Strings

    private long minLength() {
        return greatest("minLength");
    }

    private long maxLength() {
        return least("maxLength");
    }

    /** The greatest of what the schemas say of a least number; 0 if they don't. */
    private long greatest(String keyword) {
        long greatest = 0;
        for (JsonField schema : schemas) {
            JsonField field = schema.member(keyword);
            if (field.isPresent()) {
                greatest = Math.max(greatest, size(field));
            }
        }
        return greatest;
    }

    private long least(String keyword) {
        long least = Rule.NEVER;
        for (JsonField schema : schemas) {
            JsonField field = schema.member(keyword);
            if (field.isPresent()) {
                least = Math.min(least, size(field));
            }
        }
        return least;
    }

    private Rule string() {
        long min = minLength();
        long max = maxLength();
        if (min > max) {
            return Json.NOTHING;
        }
        Dfa strings = described();
        if (strings != Strings.TEXT && (min > 0 || max < Rule.NEVER)) {
            try {
                return Strings.limited(strings, min, max, budget);
            } catch (TooLargeException e) {
                throw tooLarge(" has a pattern or format and a length, which together ", e);
            }
        }
        if (strings != Strings.TEXT) {
            return strings;
        }
        return min == 0 && max == Rule.NEVER ? Json.STRING : new Text(min, max);
    }

    /** All strings of the schemas' patterns and formats. */
    private Dfa described() {
        Dfa all = Strings.TEXT;
        for (JsonField schema : schemas) {
            JsonField pattern = schema.member("pattern");
            if (pattern.isPresent()) {
                all = both(all, pattern(pattern));
            }
            JsonField format = schema.member("format");
            if (format.isPresent()) {
                Dfa known = lenient ? null : Formats.of(format.string());
                all = known == null ? all : both(all, known);
            }
        }
        return all;
    }

    private Dfa both(Dfa all, Dfa more) {
        return all == Strings.TEXT ? more : all.and(more, budget);
    }

    private Dfa pattern(JsonField field) {
        try {
            return Regex.search(field.string(), lenient, budget);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(field.path() + " " + e.getMessage(), e);
        }
    }

    // Numbers

    private IllegalArgumentException tooLarge(String what, TooLargeException problem) {
        return new IllegalArgumentException(schemas.get(0).path() + what + problem.getMessage(), problem);
    }

    private Rule number(boolean whole) {
        try {
            return numbers(whole);
        } catch (TooLargeException e) {
            throw tooLarge(" has a multipleOf that ", e);
        }
    }

    private Rule numbers(boolean whole) {
        Limit low = limit("minimum", "exclusiveMinimum", 1);
        Limit high = limit("maximum", "exclusiveMaximum", -1);
        List<Decimal> units = units();
        if (low == null && high == null && units.isEmpty()) {
            return whole ? Json.INTEGER : Json.NUMBER;
        }
        Dfa all = null;
        for (Decimal unit : units) {
            int fraction = unit.fraction();
            int modulus = unit.count(fraction);
            Dfa multiples = NumberRange.of(low, high, whole ? 0 : fraction, modulus, fraction, budget);
            all = all == null ? multiples : all.and(multiples, budget);
        }
        if (all == null) {
            all = NumberRange.of(low, high, whole ? 0 : NumberRange.MAX_DIGITS, 1, 0, budget);
        }
        if (all.isEmpty() && mayHold(low, high)) {
            if (lenient) {
                return Json.NUMBER;
            }
            throw new IllegalArgumentException(
                    schemas.get(0).path() + " has limits between which there is no number of at most "
                            + NumberRange.MAX_DIGITS + " digits; others are not supported");
        }
        return all;
    }

    /** Whether there may be numbers between the limits, though maybe of more digits than are supported. */
    private static boolean mayHold(@Nullable Limit low, @Nullable Limit high) {
        if (low == null || high == null) {
            return true;
        }
        boolean small = low.value().isSmall() && high.value().isSmall();
        int order = low.value().compare(high.value());
        return !small && (order < 0 || order == 0 && low.allowed() && high.allowed());
    }

    /** @param direction 1 for the greatest of limits below, -1 for the least of those above */
    private @Nullable Limit limit(String inclusive, String exclusive, int direction) {
        Limit found = null;
        for (JsonField schema : schemas) {
            for (String keyword : new String[] {inclusive, exclusive}) {
                JsonField field = schema.member(keyword);
                if (!field.isPresent()) {
                    continue;
                }
                Limit limit = new Limit(Decimal.of(checked(field)), keyword.equals(inclusive));
                int order = found == null ? 1 : direction * limit.value().compare(found.value());
                if (found == null || order > 0 || order == 0 && !limit.allowed()) {
                    found = limit;
                }
            }
        }
        return found;
    }

    private static Number checked(JsonField field) {
        if (field.value() instanceof Number number && Double.isFinite(number.doubleValue())) {
            return number;
        }
        throw field.isNot("a number");
    }

    private List<Decimal> units() {
        List<Decimal> units = new ArrayList<>();
        for (JsonField schema : schemas) {
            JsonField field = schema.member("multipleOf");
            if (field.isPresent()) {
                Decimal unit = Decimal.of(checked(field));
                if (unit.count(unit.fraction()) == 0) {
                    throw field.isNot("a number of few digits, as far as is supported");
                }
                units.add(unit);
            }
        }
        return units;
    }

    private boolean isAllowed(BigDecimal value, boolean whole) {
        if (whole && value.stripTrailingZeros().scale() > 0) {
            return false;
        }
        for (JsonField schema : schemas) {
            if (compare(value, schema.member("minimum"), 0) < 0
                    || compare(value, schema.member("exclusiveMinimum"), 1) <= 0
                    || compare(value, schema.member("maximum"), 0) > 0
                    || compare(value, schema.member("exclusiveMaximum"), -1) >= 0) {
                return false;
            }
            JsonField unit = schema.member("multipleOf");
            if (unit.isPresent() && value.remainder(decimal(checked(unit))).signum() != 0) {
                return false;
            }
        }
        return true;
    }

    private static int compare(BigDecimal value, JsonField limit, int absent) {
        return limit.isPresent() ? value.compareTo(decimal(checked(limit))) : absent;
    }

    // Arrays

    private Rule array() {
        long min = greatest("minItems");
        long max = least("maxItems");
        int first = 0;
        boolean says = min > 0 || max < Rule.NEVER;
        JsonField different = null;
        for (JsonField schema : schemas) {
            JsonField unique = schema.member("uniqueItems");
            if (Boolean.TRUE.equals(unique.value()) && max > 1 && !lenient) {
                different = unique;
            }
            JsonField prefix = schema.member("prefixItems");
            if (prefix.isPresent()) {
                first = Math.max(first, prefix.elements().size());
            }
            says |= prefix.isPresent() || schema.member("items").isPresent();
        }
        if (min > max) {
            return Json.NOTHING;
        }
        if (different != null) {
            if (first > 0) {
                throw new IllegalArgumentException(different.path() + " is not supported together with prefixItems");
            }
            return new UniqueArray(item(0), min, max, different.path());
        }
        if (!says) {
            return Json.ARRAY;
        }
        List<Rule> prefix = new ArrayList<>();
        for (int i = 0; i < first && i < max; i++) {
            prefix.add(item(i));
        }
        return new ArrayRule(prefix, item(first), min, max);
    }

    private Rule item(int index) {
        List<JsonField> all = new ArrayList<>();
        for (JsonField schema : schemas) {
            JsonField prefix = schema.member("prefixItems");
            List<JsonField> first = prefix.isPresent() ? prefix.elements() : List.of();
            budget.spend(MEMBER_COST + first.size());
            JsonField items = index < first.size() ? first.get(index) : schema.member("items");
            if (items.isPresent() || index < first.size()) {
                all.add(items);
            }
        }
        return compiler.ruleOf(all);
    }

    // Objects

    private Rule object() {
        long min = greatest("minProperties");
        long max = least("maxProperties");
        Set<String> required = new LinkedHashSet<>();
        Set<String> names = new LinkedHashSet<>();
        boolean saysOthers = false;
        for (JsonField schema : schemas) {
            JsonField list = schema.member("required");
            if (list.isPresent()) {
                for (JsonField name : list.elements()) {
                    required.add(name.string());
                }
            }
            JsonField properties = schema.member("properties");
            if (properties.isPresent()) {
                names.addAll(properties.object().keySet());
            }
            saysOthers |= schema.member("additionalProperties").isPresent();
        }
        names.addAll(required);
        if (!saysOthers && names.isEmpty() && min == 0 && max == Rule.NEVER) {
            return Json.OBJECT;
        }
        if (min > max) {
            return Json.NOTHING;
        }
        List<ObjectRule.Member> members = new ArrayList<>();
        // Where a schema has declared members and says nothing of others there are none, though they would be valid.
        boolean mayHaveOthers = lenient || saysOthers || names.isEmpty() || min > 0;
        Rule other = mayHaveOthers ? member(null) : Json.NOTHING;
        Names taken = Names.NONE;
        for (String name : names) {
            byte[] json = name(name);
            if (other != Json.NOTHING) {
                byte[] bare = new byte[json.length - 2];
                System.arraycopy(json, 1, bare, 0, bare.length);
                budget.spend(MEMBER_COST + 20L * bare.length);
                taken = taken.with(bare);
            }
            Words key = Words.of(List.of(withColon(json)));
            members.add(new ObjectRule.Member(key, member(name), required.contains(name)));
        }
        return new ObjectRule(members, other == Json.NOTHING ? null : other, taken, min, max);
    }

    private byte[] name(String name) {
        try {
            return Strings.json(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(schemas.get(0).path() + ": property " + name + ": " + e.getMessage(), e);
        }
    }

    private static byte[] withColon(byte[] json) {
        byte[] key = new byte[json.length + 1];
        System.arraycopy(json, 0, key, 0, json.length);
        key[json.length] = ':';
        return key;
    }

    /** The rule of a member by its name, or of those without a declared one (null). */
    private Rule member(@Nullable String name) {
        List<JsonField> all = new ArrayList<>();
        for (JsonField schema : schemas) {
            budget.spend(MEMBER_COST);
            JsonField properties = schema.member("properties");
            if (name != null && properties.isPresent() && properties.object().containsKey(name)) {
                all.add(properties.member(name));
            } else if (schema.member("additionalProperties").isPresent()) {
                all.add(schema.member("additionalProperties"));
            }
        }
        return compiler.ruleOf(all);
    }
}
