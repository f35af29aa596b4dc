package dev.demitasse.grammar.schema;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random schemas that combine and negate others, about few names and values, and random documents of these. */
final class RandomCombination {
    private static final List<String> NAMES = List.of("a", "b", "ab", "c");
    private static final List<String> PATTERNS = List.of("^a", "b$", "^[ab]$", "c", "^(?!a)", "^(?=.*b).{1,2}$");

    private static final String QUOTED = '"' + "é";

    private final Random random;
    private List<String> references = List.of("#/$defs/x", "#/$defs/y");

    RandomCombination(long seed) {
        random = new Random(seed);
    }

    /** Returns a schema with definitions. */
    Map<String, Object> root() {
        Map<String, Object> root = new LinkedHashMap<>(schema(3));
        references = List.of();
        Map<String, Object> x = schema(1);
        references = List.of("#/$defs/x");
        root.put("$defs", map("x", x, "y", schema(2)));
        return root;
    }

    private Map<String, Object> schema(int depth) {
        Map<String, Object> schema = new LinkedHashMap<>();
        int kind = random.nextInt(depth == 0 ? 4 : 16);
        switch (kind) {
            case 0, 1 -> number(schema);
            case 2, 3 -> string(schema);
            case 4, 5, 6, 7 -> object(schema, depth - 1);
            case 8, 9 -> array(schema, depth - 1);
            case 10 -> schema.put("not", schema(depth - 1));
            case 11 -> schema.put(pick(List.of("oneOf", "anyOf")), list(depth - 1));
            case 12 -> {
                object(schema, depth - 1);
                schema.put(pick(List.of("oneOf", "anyOf", "allOf")), list(depth - 1));
            }
            case 13 -> {
                schema.put("if", schema(depth - 1));
                schema.put("then", schema(depth - 1));
                if (random.nextBoolean()) {
                    schema.put("else", schema(depth - 1));
                }
            }
            case 14 -> {
                if (!references.isEmpty()) {
                    schema.put("$ref", pick(references));
                }
            }
            default -> schema.put("enum", List.of(value(1), value(2), value(1)));
        }
        return schema;
    }

    private void number(Map<String, Object> schema) {
        if (random.nextInt(3) > 0) {
            schema.put("type", pick(List.of("integer", "number")));
        }
        switch (random.nextInt(5)) {
            case 0 -> schema.put(pick(List.of("minimum", "exclusiveMinimum")), (long) random.nextInt(4));
            case 1 -> schema.put(pick(List.of("maximum", "exclusiveMaximum")), (long) random.nextInt(4));
            case 2 -> schema.put("multipleOf", pick(List.of(2L, 3L, 0.5)));
            case 3 -> schema.put("const", pick(List.of(1L, 2.0, 1.5)));
            default -> schema.put("type", pick(List.of("null", "boolean")));
        }
    }

    private void string(Map<String, Object> schema) {
        if (random.nextInt(3) > 0) {
            schema.put("type", "string");
        }
        switch (random.nextInt(4)) {
            case 0 -> schema.put("pattern", pick(PATTERNS));
            case 1 -> schema.put("minLength", (long) random.nextInt(3));
            case 2 -> schema.put("maxLength", (long) random.nextInt(3));
            default -> schema.put("enum", List.of(pick(NAMES), pick(NAMES), QUOTED));
        }
    }

    private void object(Map<String, Object> schema, int depth) {
        if (random.nextInt(3) > 0) {
            schema.put("type", "object");
        }
        for (int i = 0; i < 2; i++) {
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> schema.put("properties", map(pick(NAMES), schema(depth), pick(NAMES), schema(depth)));
                case 3 -> schema.put("required", List.of(pick(NAMES)));
                case 4 ->
                    schema.put("patternProperties", map(pick(PATTERNS), schema(depth), pick(PATTERNS), schema(depth)));
                case 5 ->
                    schema.put("additionalProperties", random.nextBoolean() ? schema(depth) : random.nextBoolean());
                case 6 -> schema.put("propertyNames", map("pattern", pick(PATTERNS)));
                case 7 -> schema.put("minProperties", (long) random.nextInt(3));
                case 8 -> schema.put("maxProperties", (long) random.nextInt(3));
                case 9 -> schema.put("dependentRequired", map(pick(NAMES), List.of(pick(NAMES))));
                case 10 -> schema.put("dependentSchemas", map(pick(NAMES), schema(depth)));
                default -> schema.put("unevaluatedProperties", random.nextBoolean() ? schema(depth) : false);
            }
        }
    }

    private void array(Map<String, Object> schema, int depth) {
        if (random.nextInt(3) > 0) {
            schema.put("type", "array");
        }
        for (int i = 0; i < 2; i++) {
            switch (random.nextInt(8)) {
                case 0, 1 -> schema.put("items", schema(depth));
                case 2 -> schema.put("prefixItems", list(depth));
                case 3 -> {
                    schema.put("contains", schema(depth));
                    schema.put("minContains", (long) random.nextInt(2));
                }
                case 4 -> {
                    schema.put("contains", schema(depth));
                    schema.put("maxContains", 1L + random.nextInt(2));
                }
                case 5 -> schema.put("minItems", (long) random.nextInt(3));
                case 6 -> schema.put("maxItems", (long) random.nextInt(3));
                default -> schema.put("unevaluatedItems", random.nextBoolean() ? schema(depth) : false);
            }
        }
    }

    private List<Object> list(int depth) {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < 2 + random.nextInt(2); i++) {
            list.add(schema(depth));
        }
        return list;
    }

    /** Returns a random document. */
    Object value(int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 9)) {
            case 0 -> (long) random.nextInt(5);
            case 1 -> pick(List.of(0.5, 1.5, 2.5));
            case 2, 3 -> random.nextInt(5) == 0 ? QUOTED : pick(NAMES);
            case 4 -> random.nextBoolean();
            case 5 -> {
                List<Object> list = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(value(depth - 1));
                }
                yield list;
            }
            default -> {
                Map<String, Object> object = new LinkedHashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    object.put(pick(NAMES), value(depth - 1));
                }
                yield object;
            }
        };
    }

    private <T> T pick(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static Map<String, Object> map(Object... entries) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < entries.length; i += 2) {
            map.put((String) entries[i], entries[i + 1]);
        }
        return map;
    }
}
