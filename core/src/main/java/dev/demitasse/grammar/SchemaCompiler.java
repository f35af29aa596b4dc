package dev.demitasse.grammar;

import dev.demitasse.json.JsonField;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * From a JSON Schema to rules. A rule stands for all schemas of a set at once, so {@code allOf} and keywords beside
 * {@code $ref} or {@code anyOf} are but larger sets, and recursive schemas come back to sets already known.
 */
final class SchemaCompiler {
    private static final int MAX_RULES = 20_000;
    private static final int MAX_REFERENCES = 200; // one leading to the next
    private static final long RULE_COST = 300;
    private static final long ITEM_COST = 150;

    /** Says nothing about which values are valid. Keywords for references lead to nothing that isn't looked up. */
    private static final Set<String> ANNOTATIONS = Set.of(
            "$anchor",
            "$comment",
            "$defs",
            "$id",
            "$schema",
            "contentEncoding",
            "contentMediaType",
            "contentSchema",
            "default",
            "definitions",
            "deprecated",
            "description",
            "example",
            "examples",
            "readOnly",
            "title",
            "writeOnly");

    private static final Set<String> APPLICATORS = Set.of("$ref", "allOf", "anyOf", "oneOf");

    /** A part of a schema's meaning. */
    private enum Part {
        ALL,
        /** Without references and combinations. */
        OWN,
        ANY_OF,
        ONE_OF,
        /** {@code enum} or {@code const} with values that are arrays or objects. */
        VALUES
    }

    /** @param number of a schema, see {@link Node} */
    private record Item(int number, Part part) {}

    /** A schema, at the place where it was found first. */
    private static final class Node {
        final JsonField field;
        final boolean never; // the schema false
        final List<Part> parts = new ArrayList<>();
        final List<Integer> all = new ArrayList<>(); // schemas that hold besides
        final List<Integer> alternatives = new ArrayList<>(); // of VALUES
        boolean read;

        Node(JsonField field) {
            this.field = field;
            never = Boolean.FALSE.equals(field.value());
        }

        Map<String, @Nullable Object> map() {
            return field.value() instanceof Boolean ? Map.of() : field.object();
        }
    }

    private final JsonField root;
    private final Budget budget;
    private final List<Node> nodes;
    private final Map<Object, Integer> numbers;

    /** Whether to accept what may be valid (to prove that nothing is) instead of what is. */
    private final boolean lenient;

    private final Map<Set<Item>, Choice> rules = new HashMap<>();
    private final ArrayDeque<Runnable> pending = new ArrayDeque<>();
    private @Nullable SchemaCompiler overlaps;

    SchemaCompiler(@Nullable Object schema) {
        root = new JsonField("schema", schema);
        budget = new Budget();
        nodes = new ArrayList<>();
        numbers = new IdentityHashMap<>();
        lenient = false;
    }

    /** Works on the same schemas, to find out whether several can hold at once. */
    private SchemaCompiler(SchemaCompiler strict) {
        root = strict.root;
        budget = strict.budget;
        nodes = strict.nodes;
        numbers = strict.numbers;
        lenient = true;
    }

    Rule compile() {
        Rule rule = measured(List.of(new Item(number(root), Part.ALL)));
        if (rule.distance >= Rule.NEVER) {
            throw error("schema", "can't be satisfied: no JSON text is valid against it");
        }
        if (Stack.push(rule, Stack.END) == null) {
            throw error("schema", "needs arrays and objects nested deeper than " + Stack.MAX_DEPTH);
        }
        return rule;
    }

    private Rule measured(List<Item> items) {
        Rule rule = rule(items);
        try {
            while (!pending.isEmpty()) {
                pending.removeFirst().run();
            }
            Distances.find(rule, budget);
        } catch (TooLargeException e) {
            throw error("schema", e.getMessage());
        }
        return rule;
    }

    private static IllegalArgumentException error(String path, @Nullable String problem) {
        return new IllegalArgumentException(path + " " + problem);
    }

    // Schemas

    private int number(JsonField field) {
        checkSchema(field);
        Object value = field.value();
        Integer known = numbers.get(value);
        if (known == null) {
            known = nodes.size();
            numbers.put(value, known);
            nodes.add(new Node(field));
        }
        return known;
    }

    static void checkSchema(JsonField field) {
        if (!(field.value() instanceof Map) && !(field.value() instanceof Boolean)) {
            throw field.isNot("a schema: an object, true or false");
        }
    }

    private Node node(int number) {
        Node node = nodes.get(number);
        if (!node.read) {
            node.read = true;
            read(node);
        }
        return node;
    }

    private void read(Node node) {
        Map<String, @Nullable Object> map = node.map();
        boolean own = node.never;
        for (String keyword : map.keySet()) {
            budget.spend(1);
            if (keyword.equals("$id") && node.field != root) {
                throw error(node.field.path() + ".$id", "is supported at the root only");
            }
            boolean says = SchemaTerms.KEYWORDS.contains(keyword);
            if (says && map.get(keyword) == null && !keyword.equals("const")) {
                throw error(node.field.path() + "." + keyword, "is null");
            }
            own |= says;
            if (!says && !ANNOTATIONS.contains(keyword) && !APPLICATORS.contains(keyword)) {
                throw error(node.field.path() + "." + keyword, "is not supported");
            }
        }
        if (own && !node.never) {
            SchemaTerms.check(node.field);
        }
        if (own) {
            node.parts.add(Part.OWN);
        }
        if (map.containsKey("$ref")) {
            node.all.add(number(target(node.field.member("$ref"))));
        }
        if (map.containsKey("allOf")) {
            node.all.addAll(schemas(node.field.member("allOf")));
        }
        if (map.containsKey("anyOf")) {
            node.parts.add(Part.ANY_OF);
        }
        if (map.containsKey("oneOf")) {
            node.parts.add(Part.ONE_OF);
        }
        List<JsonField> values = SchemaTerms.values(node.field);
        if (values != null && SchemaTerms.hasComposite(values)) {
            node.parts.add(Part.VALUES);
            for (JsonField value : values) {
                budget.spend(RULE_COST);
                node.alternatives.add(number(SchemaTerms.equalTo(value)));
            }
        }
    }

    private List<Integer> schemas(JsonField list) {
        List<Integer> numbers = new ArrayList<>();
        for (JsonField element : list.elements()) {
            numbers.add(number(element));
        }
        if (numbers.isEmpty()) {
            throw list.isNot("a list that is not empty");
        }
        return numbers;
    }

    private JsonField target(JsonField reference) {
        String pointer = reference.string();
        if (!pointer.equals("#") && !pointer.startsWith("#/")) {
            throw reference.isNot("a reference within the schema, such as #/$defs/name");
        }
        JsonField at = root;
        for (String part : parts(pointer, reference)) {
            JsonField next = null;
            if (at.value() instanceof Map<?, ?> map && map.containsKey(part)) {
                next = at.member(part);
            } else if (at.value() instanceof List<?> list && isIndex(part, list.size())) {
                next = at.elements().get(Integer.parseInt(part));
            }
            if (next == null) {
                throw error(reference.path(), "is " + pointer + ", which is not there");
            }
            at = next;
        }
        return at;
    }

    private static boolean isIndex(String part, int size) {
        if (part.isEmpty() || part.length() > 9 || part.length() > 1 && part.charAt(0) == '0') {
            return false;
        }
        for (int i = 0; i < part.length(); i++) {
            if (part.charAt(i) < '0' || part.charAt(i) > '9') {
                return false;
            }
        }
        return Integer.parseInt(part) < size;
    }

    /** The parts of a JSON pointer (RFC 6901) in a URI's fragment. */
    private static List<String> parts(String pointer, JsonField reference) {
        List<String> parts = new ArrayList<>();
        for (int start = 2; start <= pointer.length(); ) {
            int slash = pointer.indexOf('/', start);
            int end = slash < 0 ? pointer.length() : slash;
            String part = Strings.percentDecoded(pointer.substring(start, end));
            if (part == null) {
                throw reference.isNot("a JSON pointer");
            }
            parts.add(part.replace("~1", "/").replace("~0", "~"));
            start = end + 1;
        }
        return parts;
    }

    // Rules

    /** The rule of values for which all of a few schemas hold. */
    private Rule rule(List<Item> items) {
        Set<Item> set = new LinkedHashSet<>();
        for (Item item : items) {
            Node node = nodes.get(item.number);
            if (node.never) {
                return Json.NOTHING;
            }
            if (!Boolean.TRUE.equals(node.field.value())) {
                set.add(item);
            }
        }
        if (set.isEmpty()) {
            return Json.VALUE;
        }
        Choice known = rules.get(set);
        if (known != null) {
            return known;
        }
        budget.spend(RULE_COST + ITEM_COST * set.size());
        if (rules.size() == MAX_RULES) {
            throw new TooLargeException("needs more than " + MAX_RULES + " rules");
        }
        Choice made = new Choice(new ArrayList<>());
        rules.put(set, made);
        pending.add(() -> made.parts.addAll(alternatives(set)));
        return made;
    }

    Rule ruleOf(List<JsonField> schemas) {
        List<Item> items = new ArrayList<>();
        for (JsonField schema : schemas) {
            items.add(new Item(number(schema), Part.ALL));
        }
        return rule(items);
    }

    private List<Rule> alternatives(Set<Item> items) {
        Set<Item> parts = new LinkedHashSet<>();
        Set<Integer> done = new HashSet<>();
        for (Item item : items) {
            if (item.part == Part.ALL) {
                flatten(item.number, parts, done, new LinkedHashSet<>());
            } else {
                parts.add(item);
            }
        }
        List<Item> rest = new ArrayList<>();
        Item choice = null;
        for (Item part : parts) {
            if (choice == null && part.part != Part.OWN) {
                choice = part;
            } else {
                rest.add(part);
            }
        }
        if (choice == null) {
            List<JsonField> schemas = new ArrayList<>();
            for (Item part : rest) {
                if (node(part.number).never) {
                    return List.of();
                }
                schemas.add(node(part.number).field);
            }
            try {
                return new SchemaTerms(schemas, this, budget, lenient).rules();
            } catch (TooLargeException e) {
                throw error(schemas.get(0).path(), e.getMessage());
            }
        }
        Node node = node(choice.number);
        List<Integer> options =
                switch (choice.part) {
                    case ANY_OF -> schemas(node.field.member("anyOf"));
                    case ONE_OF -> schemas(node.field.member("oneOf"));
                    default -> node.alternatives;
                };
        if (choice.part == Part.ONE_OF && !lenient) {
            checkOneHolds(node.field.member("oneOf"), options, rest);
        }
        Set<Rule> alternatives = new LinkedHashSet<>();
        for (int option : options) {
            alternatives.add(rule(with(rest, option)));
        }
        return new ArrayList<>(alternatives);
    }

    private static List<Item> with(List<Item> items, int... schemas) {
        List<Item> all = new ArrayList<>(items);
        for (int schema : schemas) {
            all.add(new Item(schema, Part.ALL));
        }
        return all;
    }

    /** @param path the schemas that led here */
    private void flatten(int number, Set<Item> parts, Set<Integer> done, Set<Integer> path) {
        Node node = node(number);
        if (path.size() > MAX_REFERENCES) {
            throw error(node.field.path(), "is reached over more than " + MAX_REFERENCES + " references");
        }
        if (!path.add(number)) {
            throw error(node.field.path(), "refers to itself, with nothing in between");
        }
        if (done.add(number)) {
            budget.spend(10);
            for (Part part : node.parts) {
                parts.add(new Item(number, part));
            }
            for (int other : node.all) {
                flatten(other, parts, done, path);
            }
        }
        path.remove(number);
    }

    /** Sees to it that of {@code oneOf} no two can hold for the same value. */
    private void checkOneHolds(JsonField list, List<Integer> options, List<Item> rest) {
        SchemaCompiler both = overlaps;
        if (both == null) {
            both = new SchemaCompiler(this);
            overlaps = both;
        }
        for (int i = 0; i < options.size(); i++) {
            for (int j = i + 1; j < options.size(); j++) {
                Rule overlap = both.measured(with(rest, options.get(i), options.get(j)));
                if (overlap.distance < Rule.NEVER) {
                    throw error(
                            list.path(),
                            "is not supported where several may hold for one value, as " + list.path() + "[" + i
                                    + "] and [" + j + "] may; anyOf is");
                }
            }
        }
    }
}
