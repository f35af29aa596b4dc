package dev.demitasse.grammar;

import dev.demitasse.json.JsonWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * From a JSON Schema (draft 2020-12) to a rule. What is compiled is always a set of schemas that hold together: {@code
 * allOf} and {@code $ref} add to the set, {@code anyOf} and {@code oneOf} make a choice of sets, and what is left is
 * combined keyword by keyword. Sets met before, as in recursive schemas, are the rule made then.
 */
final class SchemaCompiler {
    private static final int MAX_DEPTH = 100;
    private static final int MAX_VISITS = 3000;
    private static final int MAX_ONE_OF = 200;
    private static final int MAX_PROPERTIES = 1000;
    private static final int MAX_CHAIN = 100;
    private static final int MAX_DISCRIMINATOR_DEPTH = 3;

    private static final int NULL = 1;
    private static final int BOOLEAN = 2;
    private static final int INTEGER = 4;
    private static final int FRACTION = 8;
    private static final int STRING = 16;
    private static final int ARRAY = 32;
    private static final int OBJECT = 64;
    private static final int ANY = 127;

    private static final Set<String> ANNOTATIONS = Set.of(
            "title",
            "description",
            "default",
            "examples",
            "$schema",
            "$id",
            "$comment",
            "$defs",
            "definitions",
            "deprecated",
            "readOnly",
            "writeOnly");

    private final @Nullable Object root;
    private final Map<Object, Node> nodes = new IdentityHashMap<>();
    private final Map<List<Integer>, Reference> known = new HashMap<>();
    private final Map<List<Integer>, UnsatisfiableException> failed = new HashMap<>();
    private int visits;
    private int depth;

    /** A schema object and where it stands. */
    private static final class Node {
        final int number;
        final String path;
        final Map<?, ?> map;

        Node(int number, String path, Map<?, ?> map) {
            this.number = number;
            this.path = path;
            this.map = map;
        }

        String at(String keyword) {
            return path.isEmpty() ? keyword : path + "." + keyword;
        }

        long count(String keyword, long otherwise) {
            Object value = map.get(keyword);
            return value == null ? otherwise : Math.min(((Number) value).longValue(), Rule.NEVER);
        }
    }

    /** How a schema came into a set: from one that holds it without a value between them. */
    private record Chain(Node node, @Nullable Chain from, int length) {}

    private record Union(Node node, String keyword) {}

    /** Schemas that hold together. */
    private static final class Conjunction {
        final Map<Node, Chain> nodes;
        final List<Union> unions;

        Conjunction() {
            nodes = new LinkedHashMap<>();
            unions = new ArrayList<>();
        }

        Conjunction(Conjunction other) {
            nodes = new LinkedHashMap<>(other.nodes);
            unions = new ArrayList<>(other.unions);
        }

        List<Map<?, ?>> maps() {
            List<Map<?, ?>> maps = new ArrayList<>();
            nodes.keySet().forEach(node -> maps.add(node.map));
            return maps;
        }

        boolean has(String keyword) {
            for (Node node : nodes.keySet()) {
                if (node.map.containsKey(keyword)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Nothing can satisfy a part of the schema, which matters only where that part must be. */
    private static final class UnsatisfiableException extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        UnsatisfiableException(String path, String why) {
            super(at(path) + " can't be satisfied: " + why);
        }
    }

    SchemaCompiler(@Nullable Object root) {
        this.root = root;
    }

    Rule compile() {
        List<Node> schemas = new ArrayList<>();
        add(root, "", schemas);
        return compile(schemas);
    }

    /** Adds what a schema demands: nothing for {@code true}. */
    private void add(@Nullable Object schema, String path, List<Node> schemas) {
        if (schema instanceof Boolean yes) {
            if (!yes) {
                throw new UnsatisfiableException(path, "it is false");
            }
        } else {
            schemas.add(node(schema, path));
        }
    }

    private Node node(@Nullable Object schema, String path) {
        if (!(schema instanceof Map<?, ?> map)) {
            throw wrong(at(path), schema, "an object, true or false");
        }
        Node node = nodes.get(map);
        if (node == null) {
            node = new Node(nodes.size(), path, map);
            SchemaKeywords.check(map, path, ANNOTATIONS);
            nodes.put(map, node);
        }
        return node;
    }

    private Rule compile(List<Node> schemas) {
        if (schemas.isEmpty()) {
            return Json.VALUE;
        }
        Set<Integer> numbers = new TreeSet<>();
        for (Node node : schemas) {
            numbers.add(node.number);
        }
        List<Integer> key = List.copyOf(numbers);
        UnsatisfiableException failure = failed.get(key);
        if (failure != null) {
            throw failure;
        }
        Reference reference = known.get(key);
        if (reference != null) {
            return reference;
        }
        if (++depth > MAX_DEPTH) {
            throw new IllegalArgumentException(at(schemas.get(0).path) + " is nested deeper than " + MAX_DEPTH);
        }
        Reference made = new Reference();
        known.put(key, made);
        try {
            Conjunction conjunction = new Conjunction();
            for (Node node : schemas) {
                visit(node, null, conjunction);
            }
            made.set(unions(conjunction));
        } catch (TooLargeException e) {
            throw new IllegalArgumentException(at(schemas.get(0).path) + " " + e.getMessage(), e);
        } catch (UnsatisfiableException e) {
            made.set(new Choice(List.of()));
            failed.put(key, e);
            throw e;
        } finally {
            depth--;
        }
        return made;
    }

    private void visit(Node node, @Nullable Chain from, Conjunction conjunction) {
        if (++visits > MAX_VISITS) {
            throw new IllegalArgumentException(at(node.path)
                    + ": the schema is too large: its parts combine in more than " + MAX_VISITS + " ways");
        }
        for (Chain chain = from; chain != null; chain = chain.from) {
            if (chain.node == node) {
                throw new IllegalArgumentException(
                        (from == null ? node : from.node).at("$ref") + " leads back to itself without a value between");
            }
        }
        Chain chain = new Chain(node, from, from == null ? 1 : from.length + 1);
        if (chain.length > MAX_CHAIN) {
            throw new IllegalArgumentException(node.path + " is reached by more than " + MAX_CHAIN + " references");
        }
        if (conjunction.nodes.putIfAbsent(node, chain) != null) {
            return;
        }
        Object reference = node.map.get("$ref");
        if (reference instanceof String pointer) {
            visitSchema(resolve(pointer, node.at("$ref")), pathOf(pointer), chain, conjunction);
        }
        if (node.map.get("allOf") instanceof List<?> all) {
            for (int i = 0; i < all.size(); i++) {
                visitSchema(all.get(i), node.at("allOf[" + i + "]"), chain, conjunction);
            }
        }
        for (String keyword : new String[] {"anyOf", "oneOf"}) {
            if (node.map.containsKey(keyword)) {
                conjunction.unions.add(new Union(node, keyword));
            }
        }
    }

    private void visitSchema(@Nullable Object schema, String path, Chain chain, Conjunction conjunction) {
        List<Node> schemas = new ArrayList<>();
        add(schema, path, schemas);
        for (Node node : schemas) {
            visit(node, chain, conjunction);
        }
    }

    private @Nullable Object resolve(String pointer, String path) {
        if (!pointer.equals("#") && !pointer.startsWith("#/")) {
            throw wrong(path, pointer, "# or begin with #/");
        }
        Object at = root;
        int start = 2;
        while (start <= pointer.length()) {
            int end = pointer.indexOf('/', start);
            end = end < 0 ? pointer.length() : end;
            String name = unescape(pointer.substring(start, end), path);
            if (at instanceof Map<?, ?> map && map.containsKey(name)) {
                at = map.get(name);
            } else if (at instanceof List<?> list && isIndex(name) && Integer.parseInt(name) < list.size()) {
                at = list.get(Integer.parseInt(name));
            } else {
                throw new IllegalArgumentException(path + " is \"" + pointer + "\", which isn't in the schema");
            }
            start = end + 1;
        }
        return at;
    }

    private static boolean isIndex(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return false;
            }
        }
        return !name.isEmpty() && name.length() < 9;
    }

    private static String unescape(String name, String path) {
        if (name.indexOf('%') >= 0) {
            throw new IllegalArgumentException(path + " has a percent sign, which is not supported");
        }
        return name.replace("~1", "/").replace("~0", "~");
    }

    private static String pathOf(String pointer) {
        return pointer.equals("#") ? "" : pointer.substring(2).replace('/', '.');
    }

    /** Makes a choice of each {@code anyOf} and {@code oneOf}. */
    private Rule unions(Conjunction conjunction) {
        if (conjunction.unions.isEmpty()) {
            return typed(conjunction);
        }
        Union union = conjunction.unions.remove(0);
        List<?> alternatives = (List<?>) union.node.map.get(union.keyword);
        List<Rule> rules = new ArrayList<>();
        List<Conjunction> made = new ArrayList<>();
        UnsatisfiableException failure = null;
        Chain chain = conjunction.nodes.get(union.node);
        for (int i = 0; alternatives != null && chain != null && i < alternatives.size(); i++) {
            try {
                Conjunction with = new Conjunction(conjunction);
                visitSchema(alternatives.get(i), union.node.at(union.keyword + "[" + i + "]"), chain, with);
                if (union.keyword.equals("oneOf")) {
                    checkDisjoint(union, made, with, i);
                }
                rules.add(unions(with));
            } catch (UnsatisfiableException e) {
                failure = e;
            }
        }
        if (failure != null && rules.isEmpty()) {
            throw failure;
        }
        return rules.size() == 1 ? rules.get(0) : new Choice(rules);
    }

    private void checkDisjoint(Union union, List<Conjunction> before, Conjunction alternative, int index) {
        if (index == MAX_ONE_OF) {
            throw new IllegalArgumentException(
                    union.node.at(union.keyword) + " has more than " + MAX_ONE_OF + " alternatives; use anyOf or enum");
        }
        for (Conjunction other : before) {
            if (!disjoint(other, alternative, 0)) {
                throw new IllegalArgumentException(union.node.at(union.keyword + "[" + index + "]")
                        + " may hold together with another alternative; make them differ by type, or by const in a"
                        + " required property, or use anyOf");
            }
        }
        before.add(alternative);
    }

    private boolean disjoint(Conjunction a, Conjunction b, int nesting) {
        int common = types(a) & types(b);
        if (common == 0) {
            return true;
        }
        Set<Object> valuesA = values(a);
        Set<Object> valuesB = values(b);
        if (valuesA != null && valuesB != null) {
            valuesA.retainAll(valuesB);
            return valuesA.isEmpty();
        }
        if (common != OBJECT || nesting == MAX_DISCRIMINATOR_DEPTH) {
            return false;
        }
        Set<String> requiredA = required(a);
        Set<String> requiredB = required(b);
        for (String name : requiredA) {
            if (forbids(b, name) || requiredB.contains(name) && disjointMembers(a, b, name, nesting)) {
                return true;
            }
        }
        for (String name : requiredB) {
            if (forbids(a, name)) {
                return true;
            }
        }
        return false;
    }

    private boolean disjointMembers(Conjunction a, Conjunction b, String name, int nesting) {
        Conjunction memberA = new Conjunction();
        Conjunction memberB = new Conjunction();
        try {
            for (Node node : member(a, name)) {
                visit(node, null, memberA);
            }
            for (Node node : member(b, name)) {
                visit(node, null, memberB);
            }
        } catch (UnsatisfiableException e) {
            return true;
        }
        return disjoint(memberA, memberB, nesting + 1);
    }

    private static boolean forbids(Conjunction conjunction, String name) {
        for (Node node : conjunction.nodes.keySet()) {
            Map<?, ?> properties = properties(node);
            Object schema = properties.containsKey(name) ? properties.get(name) : node.map.get("additionalProperties");
            if (Boolean.FALSE.equals(schema)) {
                return true;
            }
        }
        return false;
    }

    private static Map<?, ?> properties(Node node) {
        return node.map.get("properties") instanceof Map<?, ?> properties ? properties : Map.of();
    }

    private static Set<String> required(Conjunction conjunction) {
        Set<String> required = new LinkedHashSet<>();
        for (Node node : conjunction.nodes.keySet()) {
            if (node.map.get("required") instanceof List<?> names) {
                names.forEach(name -> required.add((String) name));
            }
        }
        return required;
    }

    private static int types(Conjunction conjunction) {
        int types = ANY;
        for (Node node : conjunction.nodes.keySet()) {
            Object type = node.map.get("type");
            if (type instanceof List<?> list) {
                int some = 0;
                for (Object name : list) {
                    some |= type((String) name);
                }
                types &= some;
            } else if (type != null) {
                types &= type((String) type);
            }
        }
        return types;
    }

    private static int type(@Nullable String name) {
        return name == null
                ? 0
                : switch (name) {
                    case "null" -> NULL;
                    case "boolean" -> BOOLEAN;
                    case "integer" -> INTEGER;
                    case "number" -> INTEGER | FRACTION;
                    case "string" -> STRING;
                    case "array" -> ARRAY;
                    default -> OBJECT;
                };
    }

    private static int typeOf(@Nullable Object value) {
        if (value == null) {
            return NULL;
        }
        if (value instanceof Boolean) {
            return BOOLEAN;
        }
        if (value instanceof Number) {
            return normal(value) instanceof Long ? INTEGER : FRACTION;
        }
        return value instanceof String ? STRING : value instanceof List<?> ? ARRAY : OBJECT;
    }

    /** The values that {@code const} and {@code enum} leave; null if there are neither. In place of JSON's null: NULL. */
    private static @Nullable Set<Object> values(Conjunction conjunction) {
        Set<Object> values = null;
        for (Node node : conjunction.nodes.keySet()) {
            List<?> some = null;
            if (node.map.get("enum") instanceof List<?> list) {
                some = list;
            }
            for (int i = 0; i < 2; i++) {
                if (i == 1) {
                    some = node.map.containsKey("const") ? Arrays.asList(node.map.get("const")) : null;
                }
                if (some != null) {
                    Set<Object> these = new LinkedHashSet<>();
                    for (Object value : some) {
                        these.add(normal(value));
                    }
                    if (values != null) {
                        these.retainAll(values);
                    }
                    values = these;
                }
            }
        }
        return values;
    }

    private static final Object JSON_NULL = new Object();

    /** A value such that values that JSON Schema takes for equal are. */
    private static Object normal(@Nullable Object value) {
        if (value == null) {
            return JSON_NULL;
        }
        if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1L << 53) {
            return number.longValue();
        }
        if (value instanceof List<?> list) {
            List<Object> normal = new ArrayList<>();
            for (Object element : list) {
                normal.add(normal(element));
            }
            return normal;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> normal = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                normal.put(entry.getKey(), normal(entry.getValue()));
            }
            return normal;
        }
        return value;
    }

    private static String at(String path) {
        return path.isEmpty() ? "the schema" : path;
    }

    private static String pathOf(Conjunction conjunction) {
        return conjunction.nodes.keySet().iterator().next().path;
    }

    private Rule typed(Conjunction conjunction) {
        int types = types(conjunction);
        if (types == 0) {
            throw new UnsatisfiableException(pathOf(conjunction), "no type is left");
        }
        Set<Object> values = values(conjunction);
        if (values == null) {
            return ofTypes(conjunction, types);
        }
        int left = types;
        values.removeIf(value -> (typeOf(value == JSON_NULL ? null : value) & left) == 0);
        if (!values.isEmpty() && SchemaKeywords.constrains(conjunction.maps())) {
            Automaton others = new Automaton(ofTypes(conjunction, types), Dfa.allBytes(), null);
            values.removeIf(value -> !others.matches(compact(value)));
        }
        if (values.isEmpty()) {
            throw new UnsatisfiableException(pathOf(conjunction), "no value of enum or const is left");
        }
        List<String> simple = new ArrayList<>();
        List<Rule> rules = new ArrayList<>();
        for (Object value : values) {
            if (value instanceof List<?> || value instanceof Map<?, ?>) {
                rules.add(constant(value));
            } else {
                simple.add(compact(value));
            }
        }
        if (!simple.isEmpty()) {
            rules.add(Dfa.literals(simple));
        }
        return rules.size() == 1 ? rules.get(0) : new Choice(rules);
    }

    private static Rule constant(Object value) {
        if (value instanceof List<?> list) {
            List<Rule> parts = new ArrayList<>();
            for (Object element : list) {
                parts.add(constant(element));
            }
            return Json.array(parts, null, parts.size(), parts.size());
        }
        if (value instanceof Map<?, ?> map) {
            List<ObjectRule.Member> members = new ArrayList<>();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                members.add(new ObjectRule.Member(key((String) entry.getKey()), constant(entry.getValue()), true));
            }
            return Json.object(members, null, true);
        }
        return Dfa.literal(compact(value));
    }

    private static String compact(Object value) {
        if (value instanceof List<?> list) {
            StringBuilder out = new StringBuilder("[");
            for (Object element : list) {
                out.append(out.length() == 1 ? "" : ",").append(compact(element));
            }
            return out.append(']').toString();
        }
        if (value instanceof Map<?, ?> map) {
            StringBuilder out = new StringBuilder("{");
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(out.length() == 1 ? "" : ",").append(compact(entry.getKey()));
                out.append(':').append(compact(entry.getValue()));
            }
            return out.append('}').toString();
        }
        return JsonWriter.write(value == JSON_NULL ? null : value, -1);
    }

    private static Rule key(String name) {
        return Json.key(JsonWriter.write(name, -1) + ":");
    }

    private Rule ofTypes(Conjunction conjunction, int allowed) {
        int types = allowed;
        if (!conjunction.has("type")) {
            int implied = SchemaKeywords.impliedTypes(conjunction.maps());
            types = implied == 0 ? allowed : implied;
        }
        List<Rule> rules = new ArrayList<>();
        UnsatisfiableException failure = null;
        for (int type = 1; type <= OBJECT; type <<= 1) {
            if ((types & type) == 0 || type == INTEGER && (types & FRACTION) != 0) {
                continue;
            }
            try {
                rules.add(ofType(conjunction, type));
            } catch (UnsatisfiableException e) {
                failure = e;
            }
        }
        if (rules.isEmpty() && failure != null) {
            throw failure;
        }
        return rules.size() == 1 ? rules.get(0) : new Choice(rules);
    }

    private Rule ofType(Conjunction conjunction, int type) {
        return switch (type) {
            case NULL -> Json.NULL;
            case BOOLEAN -> Json.BOOLEAN;
            case INTEGER, FRACTION -> number(conjunction, type == INTEGER);
            case STRING -> string(conjunction);
            case ARRAY -> array(conjunction);
            default -> object(conjunction);
        };
    }

    private static Rule number(Conjunction conjunction, boolean integer) {
        NumberRange.Limit low = null;
        NumberRange.Limit high = null;
        NumberRange.Decimal unit = null;
        for (Node node : conjunction.nodes.keySet()) {
            low = tighter(low, node.map.get("minimum"), true, 1);
            low = tighter(low, node.map.get("exclusiveMinimum"), false, 1);
            high = tighter(high, node.map.get("maximum"), true, -1);
            high = tighter(high, node.map.get("exclusiveMaximum"), false, -1);
            if (node.map.get("multipleOf") instanceof Number multiple) {
                NumberRange.Decimal decimal = NumberRange.Decimal.of(multiple);
                if (unit != null && !unit.equals(decimal)) {
                    throw new IllegalArgumentException(node.at("multipleOf") + ": two of them are not supported");
                }
                if (decimal.whole() > 6
                        || decimal.fraction() > 6
                        || decimal.digits().length() > 6) {
                    throw new IllegalArgumentException(
                            node.at("multipleOf") + " is " + multiple + "; more than 6 digits are not supported");
                }
                unit = decimal;
            }
        }
        if (low == null && high == null && unit == null) {
            return integer ? NumberRange.any(true) : Json.NUMBER;
        }
        int modulus = 1;
        if (unit != null) {
            int power = unit.fraction();
            modulus = Integer.parseInt(unit.digits());
            for (int i = unit.digits().length(); i < unit.point(); i++) {
                modulus *= 10;
            }
            Dfa numbers = NumberRange.of(low, high, integer ? 0 : power, modulus, power);
            return satisfiable(numbers, conjunction);
        }
        return satisfiable(NumberRange.of(low, high, integer ? 0 : NumberRange.MAX_DIGITS, 1, 0), conjunction);
    }

    private static Rule satisfiable(Dfa dfa, Conjunction conjunction) {
        if (dfa.isEmpty()) {
            throw new UnsatisfiableException(
                    pathOf(conjunction), "no value is left (of at most 15 digits, if a number)");
        }
        return dfa;
    }

    private static NumberRange.@Nullable Limit tighter(
            NumberRange.@Nullable Limit limit, @Nullable Object value, boolean allowed, int sign) {
        if (!(value instanceof Number number)) {
            return limit;
        }
        NumberRange.Limit other = new NumberRange.Limit(NumberRange.Decimal.of(number), allowed);
        if (limit == null) {
            return other;
        }
        int order = sign * other.value().compare(limit.value());
        return order > 0 || order == 0 && !allowed ? other : limit;
    }

    private static Rule string(Conjunction conjunction) {
        long min = 0;
        long max = Rule.NEVER;
        List<Regex> patterns = new ArrayList<>();
        for (Node node : conjunction.nodes.keySet()) {
            min = Math.max(min, node.count("minLength", 0));
            max = Math.min(max, node.count("maxLength", Rule.NEVER));
            if (node.map.get("pattern") instanceof String pattern) {
                try {
                    patterns.add(Regex.search(pattern));
                } catch (TooLargeException e) {
                    throw new IllegalArgumentException(node.at("pattern") + " " + e.getMessage(), e);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(
                            node.at("pattern") + " is " + JsonWriter.write(pattern, -1) + ": " + e.getMessage(), e);
                }
            }
            String format = node.map.get("format") instanceof String name ? Formats.pattern(name) : null;
            if (format != null) {
                patterns.add(Regex.search(format));
            }
        }
        if (min > max) {
            throw new UnsatisfiableException(pathOf(conjunction), "minLength is above maxLength");
        }
        if (patterns.isEmpty()) {
            return new Text(min, max);
        }
        Terminal matching = Texts.matching(patterns, min, max);
        if (matching == null) {
            throw new UnsatisfiableException(pathOf(conjunction), "no text is left");
        }
        return matching;
    }

    private Rule array(Conjunction conjunction) {
        long min = 0;
        long max = Rule.NEVER;
        int prefix = 0;
        for (Node node : conjunction.nodes.keySet()) {
            min = Math.max(min, node.count("minItems", 0));
            max = Math.min(max, node.count("maxItems", Rule.NEVER));
            prefix = Math.max(prefix, node.map.get("prefixItems") instanceof List<?> list ? list.size() : 0);
        }
        if (min > max) {
            throw new UnsatisfiableException(pathOf(conjunction), "minItems is above maxItems");
        }
        List<Rule> first = new ArrayList<>();
        for (int i = 0; i < prefix && i < max; i++) {
            Rule element = element(conjunction, i, min);
            if (element == null) {
                return Json.array(first, null, min, max);
            }
            first.add(element);
        }
        boolean more = max > prefix && (prefix == 0 || min > prefix || conjunction.has("items"));
        return Json.array(first, more ? element(conjunction, prefix, min) : null, min, max);
    }

    /** The rule of an array's element; null if there may be none and none is needed. */
    private @Nullable Rule element(Conjunction conjunction, int index, long min) {
        try {
            List<Node> schemas = new ArrayList<>();
            for (Node node : conjunction.nodes.keySet()) {
                if (node.map.get("prefixItems") instanceof List<?> list && index < list.size()) {
                    add(list.get(index), node.at("prefixItems[" + index + "]"), schemas);
                } else if (node.map.containsKey("items")) {
                    add(node.map.get("items"), node.at("items"), schemas);
                }
            }
            return compile(schemas);
        } catch (UnsatisfiableException e) {
            if (index < min) {
                throw e;
            }
            return null;
        }
    }

    private List<Node> member(Conjunction conjunction, String name) {
        List<Node> schemas = new ArrayList<>();
        for (Node node : conjunction.nodes.keySet()) {
            Map<?, ?> properties = properties(node);
            if (properties.containsKey(name)) {
                add(properties.get(name), node.at("properties." + name), schemas);
            } else if (node.map.containsKey("additionalProperties")) {
                add(node.map.get("additionalProperties"), node.at("additionalProperties"), schemas);
            }
        }
        return schemas;
    }

    private Rule object(Conjunction conjunction) {
        Set<String> names = new LinkedHashSet<>();
        long min = 0;
        long max = Rule.NEVER;
        for (Node node : conjunction.nodes.keySet()) {
            properties(node).keySet().forEach(name -> names.add((String) name));
            min = Math.max(min, node.count("minProperties", 0));
            max = Math.min(max, node.count("maxProperties", Rule.NEVER));
        }
        Set<String> required = required(conjunction);
        names.addAll(required);
        if (names.size() > MAX_PROPERTIES) {
            throw new TooLargeException("has more than " + MAX_PROPERTIES + " properties");
        }
        List<ObjectRule.Member> members = new ArrayList<>();
        for (String name : names) {
            try {
                Rule value = compile(member(conjunction, name));
                members.add(new ObjectRule.Member(key(name), value, required.contains(name)));
            } catch (UnsatisfiableException e) {
                if (required.contains(name)) {
                    throw e;
                }
            }
        }
        ObjectRule.Member other = other(conjunction, names);
        if (min > Math.max(1, required.size())) {
            throw new IllegalArgumentException(at(pathOf(conjunction))
                    + ": minProperties above 1 and above the number of required ones is not supported");
        }
        if (max < required.size()) {
            throw new UnsatisfiableException(pathOf(conjunction), "more properties are required than maxProperties");
        }
        if (max < members.size() || max != Rule.NEVER && members.isEmpty() && other != null) {
            throw new IllegalArgumentException(
                    at(pathOf(conjunction)) + ": maxProperties below the number of properties is not supported");
        }
        if (min > 0 && members.isEmpty() && other == null) {
            throw new UnsatisfiableException(pathOf(conjunction), "minProperties is above the number of properties");
        }
        return Json.object(members, max == Rule.NEVER ? other : null, min == 0);
    }

    /** What members that no schema declares are; null where there are none. */
    private ObjectRule.@Nullable Member other(Conjunction conjunction, Set<String> names) {
        if (!names.isEmpty() && !conjunction.has("additionalProperties")) {
            return null; // allowed, but no one has said what they are
        }
        try {
            List<Node> schemas = new ArrayList<>();
            for (Node node : conjunction.nodes.keySet()) {
                if (node.map.containsKey("additionalProperties")) {
                    add(node.map.get("additionalProperties"), node.at("additionalProperties"), schemas);
                }
            }
            Rule name = names.isEmpty() ? Json.STRING : Texts.except(names);
            return new ObjectRule.Member(new Sequence(name, Json.COLON), compile(schemas), false);
        } catch (UnsatisfiableException e) {
            return null;
        }
    }

    private static IllegalArgumentException wrong(String path, @Nullable Object value, String expected) {
        return SchemaKeywords.wrong(path, value, expected);
    }
}
