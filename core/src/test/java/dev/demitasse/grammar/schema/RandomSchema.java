package dev.demitasse.grammar.schema;

import dev.demitasse.json.JsonWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random schemas with all supported keywords, and documents that are probably valid against them. */
public final class RandomSchema {
    private static final String[] NAMES = {"a", "ab", "name", "b c", "é", "q\"", "items", "\\n", "abc", "x1"};
    private static final String[] FORMATS = {
        "date", "time", "date-time", "uuid", "email", "ipv4", "ipv6", "hostname", "uri", "no-such-format"
    };

    /** Patterns, each followed by texts that match. */
    private static final String[][] PATTERNS = {
        {"^[a-z]+$", "a", "abcxyz", "hello"},
        {"b", "b", "abc", "\n\"b", "äb"},
        {"^(foo|ba[rz])?$", "", "foo", "bar", "baz"},
        {"^\\d{3}-\\d{2,4}$", "123-45", "000-9999"},
        {"^\\w+(\\.\\w+)*@\\w+$", "a@b", "x.y@z_1"},
        {"[^a-zA-Z0-9\\s]$", "a!", "é", "\"", "x\\"},
        {"^\\S.*\\S$", "ab", "a b", "é€"},
        {"^[\\u00e0-\\u00ff😀-😎]{2,3}$", "éà", "😀é😎"},
        {"^(?:a|b(?<x>c)*?){1,3}$", "abb", "bccc"},
        {"^\\\\\"/[\\]\\-x]\\x41\\u0042\\{$", "\\\"/]AB{", "\\\"/-AB{"},
        {"^a|b$", "axx", "xxb"}
    };

    private static final String[] CHARACTERS = {"a", "Z", "0", " ", "\"", "\\", "\n", "é", "漢", "😀", "/", "\u0001"};

    private final Random random;

    private RandomSchema(Random random) {
        this.random = random;
    }

    /** Returns a schema as {@link dev.demitasse.json.JsonReader} does. The same seed gives the same schema. */
    public static Object of(long seed) {
        RandomSchema made = new RandomSchema(new Random(seed));
        Map<String, Object> root = new LinkedHashMap<>(made.schema(3));
        Map<String, Object> definitions = new LinkedHashMap<>();
        definitions.put("leaf", made.scalar());
        definitions.put("list", map("type", "array", "items", map("$ref", "#/$defs/tree"), "maxItems", 3L));
        definitions.put(
                "tree",
                map(
                        "type",
                        "object",
                        "properties",
                        map("value", map("$ref", "#/$defs/leaf"), "next", map("$ref", "#/$defs/list")),
                        "required",
                        List.of("value"),
                        "additionalProperties",
                        false));
        root.put("$defs", definitions);
        return root;
    }

    /** Returns the schema of a seed as JSON text. */
    public static String schemaText(long seed) {
        return JsonWriter.write(of(seed), -1);
    }

    private Map<String, Object> schema(int depth) {
        if (depth == 0) {
            return random.nextInt(6) == 0 ? map("$ref", "#/$defs/leaf") : scalar();
        }
        Map<String, Object> schema =
                switch (random.nextInt(11)) {
                    case 0, 1 -> scalar();
                    case 2, 3 -> array(depth);
                    case 4, 5, 6 -> object(depth);
                    case 7 -> anyOf(depth);
                    case 8 -> oneOf(depth);
                    case 9 -> allOf(depth);
                    default -> map("$ref", random.nextBoolean() ? "#/$defs/tree" : "#/$defs/list");
                };
        if (random.nextInt(4) == 0) {
            schema.put("title", "a title");
            schema.put("description", "something");
            schema.put("default", null);
        }
        return schema;
    }

    private Map<String, Object> scalar() {
        return switch (random.nextInt(9)) {
            case 0, 1, 2 -> string();
            case 3, 4 -> integer();
            case 5 -> number();
            case 6 -> map("type", random.nextBoolean() ? "boolean" : "null");
            case 7 -> map("enum", values());
            default -> map("const", value());
        };
    }

    private Map<String, Object> string() {
        Map<String, Object> schema = map("type", "string");
        switch (random.nextInt(6)) {
            case 0 -> schema.put("pattern", PATTERNS[random.nextInt(PATTERNS.length)][0]);
            case 1 -> schema.put("format", FORMATS[random.nextInt(FORMATS.length)]);
            case 2 -> {
                schema.put("minLength", (long) random.nextInt(4));
                schema.put("maxLength", 4L + random.nextInt(30));
            }
            case 3 -> {
                schema.put("pattern", PATTERNS[random.nextInt(2)][0]);
                schema.put("minLength", (long) random.nextInt(3));
                schema.put("maxLength", 3L + random.nextInt(8));
            }
            case 4 -> schema.put("enum", List.of("red", "green", "blue", "re", "\"quoted\"", "漢字"));
            default -> {
                if (random.nextBoolean()) {
                    schema.put("type", List.of("string", "null"));
                }
            }
        }
        return schema;
    }

    private Map<String, Object> integer() {
        Map<String, Object> schema = map("type", "integer");
        long low = random.nextInt(2000) - 1000L;
        if (random.nextBoolean()) {
            schema.put(random.nextBoolean() ? "minimum" : "exclusiveMinimum", low);
        }
        if (random.nextBoolean()) {
            long high = low + 40 + random.nextInt(1000);
            schema.put(random.nextBoolean() ? "maximum" : "exclusiveMaximum", random.nextBoolean() ? high : high + 0.5);
        }
        if (random.nextInt(3) == 0) {
            schema.put("multipleOf", 1L + random.nextInt(20));
        }
        return schema;
    }

    private Map<String, Object> number() {
        Map<String, Object> schema = map("type", "number");
        double low = (random.nextInt(2000) - 1000) / 100.0;
        if (random.nextBoolean()) {
            schema.put(random.nextBoolean() ? "minimum" : "exclusiveMinimum", low);
        }
        if (random.nextBoolean()) {
            schema.put(random.nextBoolean() ? "maximum" : "exclusiveMaximum", low + 1 + random.nextInt(100) / 8.0);
        }
        if (random.nextInt(4) == 0) {
            schema.put("multipleOf", random.nextBoolean() ? (Object) 0.5 : (Object) 0.01);
        }
        return schema;
    }

    private Map<String, Object> array(int depth) {
        Map<String, Object> schema = map("type", "array");
        if (random.nextInt(5) == 0) {
            schema.put("items", map("enum", List.of("x", "y", 1L, true, "zz")));
            schema.put("uniqueItems", true);
            schema.put("minItems", (long) random.nextInt(3));
            return schema;
        }
        int first = random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 0;
        if (first > 0) {
            List<Object> prefix = new ArrayList<>();
            for (int i = 0; i < first; i++) {
                prefix.add(schema(depth - 1));
            }
            schema.put("prefixItems", prefix);
        }
        if (first == 0 || random.nextBoolean()) {
            schema.put("items", first > 0 && random.nextBoolean() ? (Object) false : schema(depth - 1));
        }
        if (random.nextBoolean()) {
            schema.put("minItems", (long) random.nextInt(first + 1));
        }
        if (random.nextBoolean()) {
            schema.put("maxItems", first + (long) random.nextInt(4));
        }
        return schema;
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> schema = map("type", "object");
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        int count = random.nextInt(5);
        for (int i = 0; i < count; i++) {
            String name = NAMES[random.nextInt(NAMES.length)];
            if (properties.putIfAbsent(name, schema(depth - 1)) == null && random.nextBoolean()) {
                required.add(name);
            }
        }
        schema.put("properties", properties);
        schema.put("required", required);
        switch (random.nextInt(4)) {
            case 0 -> {}
            case 1 -> schema.put("additionalProperties", schema(0));
            default -> schema.put("additionalProperties", false);
        }
        if (random.nextInt(4) == 0) {
            schema.put("minProperties", (long) random.nextInt(properties.size() + 1));
        }
        if (random.nextInt(4) == 0) {
            schema.put("maxProperties", (long) properties.size() + random.nextInt(2));
        }
        return schema;
    }

    private Map<String, Object> anyOf(int depth) {
        List<Object> options = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            options.add(schema(depth - 1));
        }
        return map("anyOf", options);
    }

    private Map<String, Object> oneOf(int depth) {
        if (random.nextBoolean()) {
            return map("oneOf", List.of(string(), integer(), map("type", "boolean")));
        }
        List<Object> options = new ArrayList<>();
        for (String kind : List.of("circle", "square")) {
            options.add(map(
                    "type",
                    "object",
                    "properties",
                    map("kind", map("const", kind), "size", schema(depth - 1)),
                    "required",
                    List.of("kind", "size"),
                    "additionalProperties",
                    false));
        }
        return map("oneOf", options);
    }

    private Map<String, Object> allOf(int depth) {
        return switch (random.nextInt(3)) {
            case 0 ->
                map("allOf", List.of(map("type", "integer", "minimum", -50L), map("maximum", 70L, "multipleOf", 2L)));
            case 1 ->
                map(
                        "type",
                        "string",
                        "allOf",
                        List.of(map("pattern", "^[a-z]*$"), map("pattern", "x"), map("maxLength", 9L)));
            default ->
                map(
                        "type",
                        "object",
                        "properties",
                        map("first", schema(depth - 1)),
                        "allOf",
                        List.of(
                                map("properties", map("second", schema(depth - 1)), "required", List.of("second")),
                                map(
                                        "properties",
                                        map("first", map("type", List.of("object", "string", "integer", "array"))))));
        };
    }

    private List<Object> values() {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            values.add(value());
        }
        return values;
    }

    private Object value() {
        return switch (random.nextInt(8)) {
            case 0 -> 12L;
            case 1 -> -0.25;
            case 2 -> true;
            case 3 -> null;
            case 4 -> List.of(1L, "two", List.of());
            case 5 -> map("k", 1L, "l", map("m", false));
            default -> text();
        };
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(CHARACTERS[random.nextInt(CHARACTERS.length)]);
        }
        return text.toString();
    }

    private static Map<String, Object> map(Object... entries) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < entries.length; i += 2) {
            map.put((String) entries[i], entries[i + 1]);
        }
        return map;
    }

    // Documents

    /** Returns a value that is probably valid against a schema. Members are in the order of the schema. */
    static Object document(Object schema, Object root, Random random) {
        return new RandomSchema(random).document(schema, root, 0);
    }

    private Object document(Object of, Object root, int depth) {
        if (!(of instanceof Map<?, ?> schema)) {
            return random.nextBoolean() ? List.of(1L, map("q", "r")) : value();
        }
        if (schema.get("$ref") instanceof String reference) {
            Object target = root;
            for (String part : reference.substring(2).split("/")) {
                target = ((Map<?, ?>) target).get(part);
            }
            return document(target, root, depth + 1);
        }
        for (String keyword : List.of("anyOf", "oneOf")) {
            if (schema.get(keyword) instanceof List<?> options) {
                return document(options.get(random.nextInt(options.size())), root, depth);
            }
        }
        if (schema.containsKey("const")) {
            return schema.get("const");
        }
        if (schema.get("enum") instanceof List<?> values) {
            return values.get(random.nextInt(values.size()));
        }
        Object type = schema.get("type");
        if (type instanceof List<?> types) {
            type = types.get(random.nextInt(types.size()));
        }
        if (type == null) {
            return schema.get("allOf") instanceof List<?> all && random.nextBoolean()
                    ? document(all.get(0), root, depth)
                    : 2L * random.nextInt(40) - 20;
        }
        return switch ((String) type) {
            case "null" -> null;
            case "boolean" -> random.nextBoolean();
            case "integer" -> number(schema, true);
            case "number" -> number(schema, random.nextBoolean());
            case "string" -> string(schema);
            case "array" -> array(schema, root, depth);
            default -> object(schema, root, depth);
        };
    }

    private Object number(Map<?, ?> schema, boolean whole) {
        double low = limit(schema, "minimum", "exclusiveMinimum", -100);
        double high = limit(schema, "maximum", "exclusiveMaximum", Math.max(100, low + 100));
        double value = low + random.nextDouble() * (high - low);
        if (schema.get("multipleOf") instanceof Long unit) {
            return Math.round(value / unit) * unit;
        }
        return whole ? (Object) Math.round(value) : (Object) (Math.round(value * 100) / 100.0);
    }

    private static double limit(Map<?, ?> schema, String inclusive, String exclusive, double otherwise) {
        Object limit = schema.containsKey(inclusive) ? schema.get(inclusive) : schema.get(exclusive);
        return limit instanceof Number number ? number.doubleValue() : otherwise;
    }

    private String string(Map<?, ?> schema) {
        for (String[] pattern : PATTERNS) {
            if (pattern[0].equals(schema.get("pattern"))) {
                return pattern[1 + random.nextInt(pattern.length - 1)];
            }
        }
        return switch (String.valueOf(schema.get("format"))) {
            case "date" -> random.nextBoolean() ? "2024-02-29" : "1999-12-31";
            case "time" -> "23:59:01.25Z";
            case "date-time" -> "2000-02-29T12:00:00+01:00";
            case "uuid" -> "123e4567-e89b-12d3-A456-426614174000";
            case "email" -> "jo.doe+x@mail.example.com";
            case "ipv4" -> "192.168.0.255";
            case "ipv6" -> random.nextBoolean() ? "::1" : "2001:db8::ff00:42:8329";
            case "hostname" -> "www.Example-1.org";
            case "uri" -> "https://example.com:8080/a/b%20c?d=e#f";
            default -> schema.containsKey("allOf") ? "xyx" : text();
        };
    }

    private List<Object> array(Map<?, ?> schema, Object root, int depth) {
        List<?> prefix = schema.get("prefixItems") instanceof List<?> list ? list : List.of();
        int minItems = schema.get("minItems") instanceof Long min ? (int) (long) min : 0;
        int count = depth > 3 ? minItems : minItems + random.nextInt(3);
        List<Object> array = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            array.add(document(i < prefix.size() ? prefix.get(i) : schema.get("items"), root, depth + 1));
        }
        return array;
    }

    private Map<String, Object> object(Map<?, ?> schema, Object root, int depth) {
        Map<String, Object> object = new LinkedHashMap<>();
        List<?> required = schema.get("required") instanceof List<?> list ? list : List.of();
        if (schema.get("properties") instanceof Map<?, ?> properties) {
            properties.forEach((name, member) -> {
                if (required.contains(name) || depth < 4 && random.nextBoolean()) {
                    object.put((String) name, document(member, root, depth + 1));
                }
            });
        }
        if (schema.get("allOf") instanceof List<?> all) {
            for (Object part : all) {
                Map<?, ?> properties = (Map<?, ?>) ((Map<?, ?>) part).get("properties");
                properties.forEach((name, member) -> {
                    if (!((Map<?, ?>) schema.get("properties")).containsKey(name)) {
                        object.put((String) name, document(member, root, depth + 1));
                    }
                });
            }
        }
        if (schema.get("additionalProperties") instanceof Map && random.nextInt(3) == 0) {
            object.putIfAbsent("more\"", document(schema.get("additionalProperties"), root, depth + 1));
        }
        return object;
    }
}
