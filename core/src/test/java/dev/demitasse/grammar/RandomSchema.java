package dev.demitasse.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Schemas drawn at random that can be satisfied, by texts of some 150 bytes at most. */
public final class RandomSchema {
    private static final String[] NAMES = {"a", "b", "name", "älter", "with \\\"quotes\\\"", "x/y", "kind2", "漢"};

    private final Random random;
    private int budget = 12; // schemas yet to be made that hold others

    private RandomSchema(long seed) {
        random = new Random(seed);
    }

    /** A schema's JSON text. */
    public static String of(long seed) {
        RandomSchema schema = new RandomSchema(seed);
        return switch (schema.random.nextInt(6)) {
            case 0 -> schema.any(0);
            case 1 -> schema.list();
            case 2 -> schema.tree();
            default -> schema.object(0);
        };
    }

    private String one(String... texts) {
        return texts[random.nextInt(texts.length)];
    }

    private String any(int depth) {
        if (depth > 3 || budget-- <= 0) {
            return scalar();
        }
        return switch (random.nextInt(9)) {
            case 0, 1 -> object(depth);
            case 2 -> array(depth);
            case 3 -> union(depth);
            case 4 -> both(depth);
            default -> scalar();
        };
    }

    private String scalar() {
        return switch (random.nextInt(12)) {
            case 0 -> "{\"type\":\"boolean\"}";
            case 1 -> "{\"type\":\"null\",\"title\":\"nothing\"}";
            case 2 -> "{\"type\":[\"string\",\"null\"],\"maxLength\":" + random.nextInt(40) + "}";
            case 3 ->
                one(
                        "{\"enum\":[\"red\",\"green\",\"reddish\",1,2.5,null,true]}",
                        "{\"type\":\"string\",\"enum\":[\"é\",\"a\\\"b\",\"\\n\"]}",
                        "{\"const\":{\"a\":[1,{\"b\":\"c\"}]}}",
                        "{\"const\":\"fixed\"}",
                        "{\"type\":\"integer\",\"enum\":[1,2,30,-4]}");
            case 4 -> integer();
            case 5 -> number();
            case 6 ->
                "{\"type\":\"string\",\"format\":\""
                        + one("date", "time", "date-time", "uuid", "email", "ipv4", "uri", "unknown-format") + "\"}";
            case 7 -> pattern();
            case 8 -> length();
            case 9 ->
                one(
                        "true",
                        "{}",
                        "{\"type\":\"object\"}",
                        "{\"type\":\"array\"}",
                        "{\"type\":\"number\"}",
                        "{\"type\":\"integer\"}");
            default -> "{\"type\":\"string\"}";
        };
    }

    private String length() {
        int min = random.nextInt(12);
        return "{\"type\":\"string\",\"minLength\":" + min + ",\"maxLength\":" + (min + random.nextInt(30)) + "}";
    }

    private String pattern() {
        String pattern = one(
                "^[a-z]{2,5}$",
                "^\\\\d{3}-\\\\d{4}$",
                "^(foo|ba[rz])+$",
                "x.y",
                "^[^a-z\\\\s]*$",
                "^\\\\w+@\\\\w+$",
                "[äöü]$",
                "^\\\\$[0-9]+(\\\\.[0-9]{2})?$",
                "^[\\\\u4e00-\\\\u9fff]+$",
                "^a?b*c+$",
                "^\\\\S+ \\\\S+$",
                "^(\\\\(\\\\d\\\\))?\\\"q\\\"$");
        String length = random.nextBoolean() ? "" : ",\"maxLength\":" + (9 + random.nextInt(20));
        return "{\"type\":\"string\",\"pattern\":\"" + pattern + "\"" + length + "}";
    }

    private String integer() {
        long low =
                switch (random.nextInt(3)) {
                    case 0 -> random.nextInt(20) - 10;
                    case 1 -> random.nextInt(200_000) - 100_000;
                    default -> random.nextLong() / 100_000;
                };
        long high = low + (random.nextBoolean() ? random.nextInt(30) : random.nextInt(1_000_000));
        return switch (random.nextInt(4)) {
            case 0 -> "{\"type\":\"integer\",\"minimum\":" + low + ",\"maximum\":" + high + "}";
            case 1 -> "{\"type\":\"integer\",\"exclusiveMinimum\":" + low + ",\"maximum\":" + (high + 1) + "}";
            case 2 -> "{\"type\":\"integer\",\"minimum\":" + low + "}";
            default ->
                "{\"type\":\"integer\",\"multipleOf\":" + one("2", "5", "7", "10", "25") + ",\"maximum\":" + high + "}";
        };
    }

    private String number() {
        double low = (random.nextInt(20_000) - 10_000) / (random.nextBoolean() ? 100.0 : 8.0);
        return switch (random.nextInt(4)) {
            case 0 -> "{\"type\":\"number\",\"minimum\":" + low + ",\"maximum\":" + (low + 0.25) + "}";
            case 1 -> "{\"type\":\"number\",\"exclusiveMinimum\":" + low + ",\"exclusiveMaximum\":" + (low + 3) + "}";
            case 2 -> "{\"type\":\"number\",\"maximum\":" + low + "}";
            default ->
                "{\"type\":\"number\",\"multipleOf\":" + one("0.01", "0.5", "0.25", "3") + ",\"minimum\":" + low + "}";
        };
    }

    private String object(int depth) {
        List<String> properties = new ArrayList<>();
        List<String> required = new ArrayList<>();
        int first = random.nextInt(NAMES.length);
        int count = random.nextInt(depth == 0 ? 6 : 4);
        for (int i = 0; i < count; i++) {
            String name = "\"" + NAMES[(first + i) % NAMES.length] + "\"";
            properties.add(name + ":" + any(depth + 1));
            if (random.nextInt(5) < (depth == 0 ? 2 : 1)) {
                required.add(name);
            }
        }
        return "{\"type\":\"object\",\"properties\":{" + String.join(",", properties) + "},\"required\":["
                + String.join(",", required) + "]"
                + one(
                        "",
                        ",\"additionalProperties\":false",
                        ",\"additionalProperties\":" + scalar(),
                        ",\"minProperties\":0")
                + "}";
    }

    private String array(int depth) {
        int min = random.nextInt(3);
        String items = "\"items\":" + any(depth + 2);
        String prefix = random.nextInt(3) > 0 ? "" : ",\"prefixItems\":[" + scalar() + "," + scalar() + "]";
        String limits =
                switch (random.nextInt(3)) {
                    case 0 -> ",\"minItems\":" + min;
                    case 1 -> ",\"minItems\":" + min + ",\"maxItems\":" + (min + random.nextInt(4));
                    default -> ",\"uniqueItems\":false,\"maxItems\":1000000000";
                };
        return "{\"type\":\"array\"," + items + prefix + limits + "}";
    }

    private String union(int depth) {
        return switch (random.nextInt(3)) {
            case 0 -> "{\"anyOf\":[" + any(depth + 1) + "," + scalar() + "]}";
            case 1 ->
                "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"integer\"},{\"type\":\"array\",\"items\":" + scalar()
                        + "}]}";
            default ->
                "{\"oneOf\":[{\"type\":\"object\",\"properties\":{\"kind\":{\"const\":\"p\"},\"v\":" + scalar()
                        + "},\"required\":[\"kind\"]},{\"type\":\"object\",\"properties\":{\"kind\":{\"enum\":[\"q\",\"r\"]},\"w\":"
                        + any(depth + 2) + "},\"required\":[\"kind\",\"w\"]}]}";
        };
    }

    private String both(int depth) {
        return "{\"allOf\":[{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},\"b\":" + any(depth + 2)
                + "},\"required\":[\"a\"]},{\"properties\":{\"a\":{\"maxLength\":" + random.nextInt(20) + "},\"c\":"
                + scalar()
                + "}}]" + one("", ",\"properties\":{\"d\":{\"type\":\"boolean\"}},\"required\":[\"d\"]") + "}";
    }

    private String list() {
        return "{\"$ref\":\"#/$defs/list\",\"$defs\":{\"list\":{\"type\":\"object\",\"properties\":{\"value\":"
                + scalar()
                + ",\"next\":{\"anyOf\":[{\"$ref\":\"#/$defs/list\"},{\"type\":\"null\"}]}},\"required\":[\"value\",\"next\"]"
                + ",\"additionalProperties\":false}}}";
    }

    private String tree() {
        return "{\"type\":\"object\",\"properties\":{\"value\":" + scalar()
                + ",\"children\":{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}},\"required\":[\"value\"]}";
    }
}
