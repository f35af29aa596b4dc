package dev.demitasse.grammar.schema;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.grammar.Grammar;
import dev.demitasse.grammar.Matcher;
import dev.demitasse.grammar.Vocabulary;
import dev.demitasse.json.JsonReader;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Schemas that are built to be expensive are refused or cost little. */
@Timeout(60)
class HostileSchemaTest {
    static List<String> tooMuch() {
        return List.of(
                "{\"type\":\"string\",\"pattern\":\"^(a|b)*a(a|b){20}$\"}",
                "{\"type\":\"string\",\"pattern\":\"((a{1000}){1000}){1000}\"}",
                "{\"type\":\"string\",\"pattern\":\"(){100000}\"}".replace("()", "(((((){9999}){9999}){9999}){9999})"),
                "{\"type\":\"string\",\"pattern\":\"" + "(".repeat(100_000) + "\"}",
                "{\"type\":\"string\",\"pattern\":\"" + "[^a]".repeat(100_000) + "\"}",
                "{\"type\":\"string\",\"pattern\":\"a\",\"minLength\":1000000000}",
                "{\"type\":\"integer\",\"multipleOf\":999983}",
                "{\"allOf\":[{\"type\":\"integer\",\"multipleOf\":997},{\"multipleOf\":991},{\"multipleOf\":983}]}",
                "{\"type\":\"object\",\"minProperties\":1000000000}",
                exponentialChoices(40),
                exponentialReferences(40).replace("LEAF", "{\"not\":true}"),
                chain("{\"$ref\":\"#/$defs/", "\"}", 100_000),
                chain("{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#/$defs/", "\"}]}", 20_000),
                chain("{\"allOf\":[{\"minimum\":1},{\"$ref\":\"#/$defs/", "\"}]}", 20_000),
                "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/a\"}}}",
                "{\"anyOf\":[{\"$ref\":\"#\"},{\"type\":\"null\"}]}",
                "{\"type\":\"array\",\"minItems\":1,\"items\":{\"$ref\":\"#\"}}",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"}},\"required\":[\"a\"]}",
                deep(150),
                "{\"type\":\"array\",\"minItems\":1000000000,\"maxItems\":0}",
                "{\"oneOf\":[" + "{\"type\":\"string\"},".repeat(2000) + "{\"type\":\"null\"}]}");
    }

    @ParameterizedTest
    @MethodSource("tooMuch")
    void isRefused(String schema) {
        Object value = JsonReader.read(schema);
        assertThrows(IllegalArgumentException.class, () -> JsonSchema.compile(value));
    }

    static List<String> large() {
        return List.of(
                "{\"type\":\"array\",\"items\":{\"type\":\"integer\"},\"minItems\":2,\"maxItems\":1000000000}",
                "{\"type\":\"string\",\"maxLength\":1000000000}",
                "{\"type\":\"string\",\"pattern\":\"a\",\"maxLength\":1000000000}",
                exponentialReferences(40).replace("LEAF", "{\"type\":\"boolean\"}"),
                doubling(60),
                "{\"type\":\"object\",\"properties\":{" + numbered(2000, "\"p#\":{\"type\":\"boolean\"}")
                        + "},\"additionalProperties\":false}",
                "{\"type\":\"object\",\"properties\":{" + numbered(2000, "\"p#\":{\"type\":\"boolean\"}")
                        + "},\"maxProperties\":2}",
                "{\"enum\":[" + numbered(20_000, "\"value number #\"") + "]}",
                "{\"anyOf\":[" + numbered(100, "{\"type\":\"string\",\"pattern\":\"^.*#$\"}") + "]}",
                "{\"anyOf\":[{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}},{\"type\":\"array\",\"maxItems\":5,\"items\":{\"$ref\":\"#\"}}]}");
    }

    @ParameterizedTest
    @MethodSource("large")
    void isAccepted(String schema) {
        Grammar grammar = JsonSchema.compile(JsonReader.read(schema));
        SchemaCheck validator = new SchemaCheck(schema);
        for (int i = 0; i < 3; i++) {
            String text = Vocabulary.SYNTHETIC.walk(grammar, 30 * i, new Random(i));
            assertTrue(validator.errors(text).isEmpty(), text);
        }
    }

    /** Equal ways to parse a text are followed once; otherwise their number would be exponential in the depth. */
    @Test
    void ambiguityDoesNotGrow() {
        Grammar grammar = JsonSchema.compile(JsonReader.read(large().get(9)));
        assertTrue(Vocabulary.SYNTHETIC.takes(grammar, "[".repeat(100) + "]".repeat(100), new Random(1)));
        assertFalse(Vocabulary.SYNTHETIC.takes(grammar, "[".repeat(100) + "]".repeat(99), new Random(1)));
    }

    /** Texts are not nested deeper than JSON parsers accept, and none reaches a dead end at the limit. */
    @Test
    void nestingIsBounded() {
        Grammar grammar = JsonSchema.compile(true);
        assertTrue(Vocabulary.SYNTHETIC.takes(grammar, "[".repeat(128) + "]".repeat(128), new Random(1)));
        assertFalse(Vocabulary.SYNTHETIC.takes(grammar, "[".repeat(129) + "]".repeat(129), new Random(1)));
        Grammar tree = JsonSchema.compile(JsonReader.read(
                "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"},\"b\":{\"type\":\"array\",\"minItems\":1,\"items\":"
                        + "{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}}},\"required\":[\"b\"]}"));
        String open = "{\"a\":".repeat(125);
        String close = ",\"b\":[[]]}".repeat(125);
        assertTrue(Vocabulary.SYNTHETIC.takes(tree, open + "{\"b\":[[]]}" + close, new Random(1)));
        assertFalse(Vocabulary.SYNTHETIC.takes(tree, open + "{\"a\":{\"b\":[[]]},\"b\":[[]]}" + close, new Random(1)));
    }

    @Test
    void costIsLinearInTheLengthOfTheText() {
        Grammar grammar = JsonSchema.anyObject();
        Matcher matcher = Vocabulary.SYNTHETIC.matcher(grammar);
        float[] logits = new float[Vocabulary.SYNTHETIC.size()];
        matcher.accept(1 + '{');
        for (int i = 0; i < 3000; i++) {
            for (byte b : ("\"key" + i + "\":0,").getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
                matcher.accept(1 + b);
            }
            matcher.mask(logits, 100_000);
        }
        matcher.accept(1 + '"');
        for (byte b : "key2999".getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
            matcher.accept(1 + b);
        }
        assertFalse(matcher.allows(1 + '"', 100), "the name is taken");
        assertTrue(matcher.allows(1 + '0', 100));
    }

    private static String numbered(int count, String text) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < count; i++) {
            all.append(i > 0 ? "," : "").append(text.replace("#", "" + i));
        }
        return all.toString();
    }

    /** Each of many parts has three alternatives that the other parts do not exclude. */
    private static String exponentialChoices(int parts) {
        String part = "{\"anyOf\":[{\"required\":[\"a#\"]},{\"required\":[\"b#\"]},{\"required\":[\"c#\"]}]}";
        return "{\"type\":\"object\",\"allOf\":[" + numbered(parts, part) + "]}";
    }

    /** Each definition refers to the next one twice. */
    private static String exponentialReferences(int depth) {
        StringBuilder all = new StringBuilder("{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
        for (int i = 0; i < depth; i++) {
            String next = "{\"$ref\":\"#/$defs/d" + (i + 1) + "\"}";
            all.append("\"d" + i + "\":{\"anyOf\":[" + next + ",{\"allOf\":[" + next + "]}]},");
        }
        return all.append("\"d" + depth + "\":LEAF}}").toString();
    }

    /** The shortest text has exponential length, but it must not be built. */
    private static String doubling(int depth) {
        StringBuilder all = new StringBuilder("{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#/$defs/d0\"}],\"$defs\":{");
        for (int i = 0; i < depth; i++) {
            String next = "{\"$ref\":\"#/$defs/d" + (i + 1) + "\"}";
            all.append("\"d" + i + "\":{\"type\":\"array\",\"items\":" + next + ",\"minItems\":2,\"maxItems\":2},");
        }
        return all.append("\"d" + depth + "\":{\"type\":\"null\"}}}").toString();
    }

    private static String chain(String before, String after, int length) {
        StringBuilder all = new StringBuilder("{\"$ref\":\"#/$defs/0\",\"$defs\":{");
        for (int i = 0; i < length; i++) {
            all.append("\"" + i + "\":" + before + (i + 1) + after + ",");
        }
        return all.append("\"" + length + "\":{\"type\":\"null\"}}}").toString();
    }

    private static String deep(int depth) {
        StringBuilder all = new StringBuilder("{\"$ref\":\"#/$defs/0\",\"$defs\":{");
        for (int i = 0; i < depth; i++) {
            String next = "{\"$ref\":\"#/$defs/" + (i + 1) + "\"}";
            all.append("\"" + i + "\":{\"type\":\"array\",\"prefixItems\":[" + next + "],\"minItems\":1},");
        }
        return all.append("\"" + depth + "\":{\"type\":\"null\"}}}").toString();
    }
}
