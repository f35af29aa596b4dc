package dev.demitasse.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.grammar.schema.JsonSchema;
import dev.demitasse.grammar.schema.RandomSchema;
import dev.demitasse.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts that grammars accept, and tokens that matchers allow. */
class GrammarTest {
    private static final Vocabulary VOCABULARY = Vocabulary.SYNTHETIC;

    @ParameterizedTest
    @CsvSource(delimiterString = " | ", quoteCharacter = '~', textBlock = """
            {"type": "null"}                                       | null                              | 0 nul ~~
            {"type": "boolean"}                                    | true false                        | tru 1
            {"type": "integer"}                                    | 0 -1 123456789012345              | -0 01 1.0 1e2 + - 1234567890123456
            {"type": "number"}                                     | 0 -1.5 1e9 2.50E-03 -0.5          | .5 1. 1e 1e999 NaN 00
            {"minimum": 3, "maximum": 120, "type": "integer"}      | 3 9 10 99 100 120                 | 2 0 -3 121 200 1000
            {"exclusiveMinimum": -2, "maximum": 0.5, "type": "integer"} | -1 0                         | -2 1 -0
            {"exclusiveMinimum": -2, "maximum": 0.5, "type": "number"} | -1.999 0 0.5 0.50 -1 0.05     | -2 -2.0 0.51 0.500001 -3 1
            {"minimum": 0.001, "exclusiveMaximum": 0.1, "type": "number"} | 0.001 0.0999 0.01          | 0 0.1 0.0009 0.10
            {"multipleOf": 7, "type": "integer"}                   | 0 7 14 -21 7000                   | 1 8 -6
            {"multipleOf": 0.25, "type": "number"}                 | 0 1 0.5 2.25 -0.75 3.0            | 0.1 0.26 0.125
            {"multipleOf": 4, "allOf": [{"multipleOf": 6}, {"type": "integer", "minimum": 1}]} | 12 24 120 | 0 4 6 8
            {"type": "string", "minLength": 2, "maxLength": 3}     | "ab" "éé😀" "\\n\\u00e9" "\\ud83d\\ude00b" | "a" "abcd" "😀" "\\ud83d\\ude00"
            {"type": "string"}                                     | "" "\\/" "漢"                     | "\\x" "\\ud83d" "\\ude00" a "
            {"type": "string", "pattern": "^a.c$"}                 | "abc" "a\\\\c" "a\\"c" "a😀c"     | "ac" "a\\nc" "abcd" "xabc"
            {"type": "string", "pattern": "b"}                     | "b" "abc" "\\u0000b"              | "" "a"
            {"type": "string", "pattern": "^(a|bc){2,3}$", "maxLength": 4} | "aa" "bcbc" "abca" "aaa"  | "a" "bcbcbc" "aaaa"
            {"type": "string", "format": "date"}                   | "2024-02-29" "2000-02-29" "1999-12-31" | "2023-02-29" "1900-02-29" "2024-04-31" "2024-13-01" "0000-01-01"
            {"type": "string", "format": "date-time"}              | "2024-02-29T23:59:59.5Z" "2024-01-01T00:00:00+02:00" | "2024-01-01" "2024-01-01T24:00:00Z"
            {"type": "string", "format": "ipv4"}                   | "0.0.0.0" "255.249.199.9"         | "256.1.1.1" "1.1.1" "01.1.1.1"
            {"type": "string", "format": "ipv6"}                   | "::" "1::" "a:b:c:d:e:f:0:1" "1::2:3" | "1::2::3" ":1" "1:2:3:4:5:6:7:8:9"
            {"type": "string", "format": "whatever"}               | "x"                               | x
            {"enum": ["a", 1, null, {"k": [true]}, 1.5]}           | "a" 1 null {"k":[true]} 1.5       | "b" 2 {"k":[]} {} 1.0
            {"const": "a", "enum": ["a", "b"]}                     | "a"                               | "b"
            {"enum": [1, 2, 30, "x", "yy"], "maximum": 2, "minLength": 2} | 1 2 "yy"                   | 30 "x"
            {"type": "array", "items": {"type": "boolean"}, "minItems": 1, "maxItems": 2} | [true] [true,false] | [] [true,true,true] [,true] [true,]
            {"type": "array", "prefixItems": [{"const": 1}, {"const": 2}], "items": false} | [] [1] [1,2] | [2] [1,2,3]
            {"type": "array", "items": {"enum": ["a", "b", 1, 1.0]}, "uniqueItems": true, "minItems": 2} | ["a","b"] ["b",1,"a"] | ["a"] ["a","a"] [1,1.0]
            {"type": "array", "items": false}                      | []                                | [1] [null]
            {"type": "object", "properties": {"a": {"const": 1}, "b": {"const": 2}, "c": {"const": 3}}, "required": ["b"], "additionalProperties": false} | {"b":2} {"a":1,"b":2} {"b":2,"c":3} | {} {"a":1} {"b":2,"a":1} {"b":2,"d":1} {"b":2,"b":2}
            {"type": "object", "properties": {"a": {"const": 1}}, "additionalProperties": {"type": "integer"}} | {} {"x":5} {"a":1,"x":5,"y":6} {"a\\n":5} | {"a":2} {"x":5,"a":1} {"x":5,"x":6} {"x":true} {"\\u0061":2}
            {"type": "object", "properties": {"a": {"const": 1}, "b": {"const": 2}, "c": {"const": 3}}, "minProperties": 2, "maxProperties": 2, "additionalProperties": false} | {"a":1,"b":2} {"b":2,"c":3} {"a":1,"c":3} | {"a":1} {} {"a":1,"b":2,"c":3} {"c":3}
            {"type": "object", "required": ["z"], "maxProperties": 2} | {"z":1}          | {} {"y":2} {"z":1,"y":2}
            {"type": "object", "properties": {"a": false}, "minProperties": 1} | {"b":1}               | {"a":1} {}
            {"properties": {"a": {"type": "integer"}}, "required": ["a"]} | {"a":1} | {} {"a":"x"} "x" {"a":1,"b":2}
            {"anyOf": [{"type": "string", "maxLength": 2}, {"type": "string", "pattern": "^x*$"}]} | "ab" "xxxx" | "abc" "xxxa"
            {"type": "object", "required": ["t"], "oneOf": [{"properties": {"t": {"const": 1}}}, {"properties": {"t": {"const": 2}}}]} | {"t":1} {"t":2} | {"t":3} {}
            {"oneOf": [{"type": "integer", "maximum": 3}, {"type": "integer", "exclusiveMinimum": 3}]} | 3 4 | true
            {"oneOf": [{"type": "number"}, {"type": "number", "minimum": 1e20}]} | 1.5 -7 | true
            {"oneOf": [{"type": "integer"}, {"type": "number"}]} | 1.5 -0.25 | 1 1.0 0 "a"
            {"oneOf": [{"pattern": "^\\\\s$", "type": "string"}, {"const": "\\u00a0"}]} | "\\t" | "\u00a0" "a"
            {"type": "array", "items": {"type": "string"}, "uniqueItems": true, "minItems": 2} | ["a","b"] ["ab","a","b"] | ["a"] ["a","a"] ["a","b","a"]
            {"$ref": "#/$defs/a~1b%20c", "$defs": {"a/b c": {"type": "null"}}} | null                  | 1
            {"type": ["array", "null"], "items": {"$ref": "#"}}    | null [] [[],null,[[]]]            | [1]
            """)
    void accepts(String schema, String valid, String invalid) {
        Grammar grammar = JsonSchema.compile(JsonReader.read(schema));
        Random random = new Random(1);
        for (String text : valid.split(" ")) {
            assertTrue(VOCABULARY.takes(grammar, text, random), text);
        }
        for (String text : invalid.split(" ")) {
            assertFalse(VOCABULARY.takes(grammar, text, random), text);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"properties": {"a": {"pattern": "(?<=b)"}}}       | schema.properties.a.pattern has this kind of group at index 1
            {"items": {"not": {"patternProperties": {"a": true}}}} | schema.items.not.patternProperties can't be negated
            {"type": "str"}                                    | schema.type is "str"; it must be a type
            {"anyOf": [{"minLength": "1"}]}                    | schema.anyOf[0].minLength is "1"; it must be a whole number
            {"type": "string", "minimum": {}}                  | schema.minimum is {}; it must be a number
            {"type": null}                                     | schema.type is null
            {"$ref": "#/$defs/a", "$defs": {}}                 | schema.$ref is #/$defs/a, which is not there
            {"oneOf": [{"format": "date"}, {"format": "time"}]} | schema.oneOf[1].format can't be negated
            {"anyOf": [{"type": "number", "minimum": 1e20}]}   | schema.anyOf[0] has limits between which
            {"type": "integer", "minimum": 5, "maximum": 4}    | can't be satisfied
            {"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 2} | can't be satisfied
            {"type": "string", "pattern": "^ab$", "maxLength": 1} | can't be satisfied
            {"type": "array", "items": {"type": "number"}, "uniqueItems": true} | schema.uniqueItems is supported for items of
            {"const": "\ud800"}                                | schema.const: character U+d800
            {"$id": "x", "items": {"$ref": "y"}}               | schema.items.$ref is y, which is not there
            {"$ref": "http://a.b/c", "$id": "d"}               | schema.$ref is http://a.b/c, which is not there
            {"$defs": {"a": {"$id": "u:a"}, "b": {"$id": "u:b/a"}}, "$ref": "#x"} | schema.$ref is #x, which is not there
            """)
    void errorsNameThePath(String schema, String message) {
        Object value = JsonReader.read(schema);
        String found = assertThrows(IllegalArgumentException.class, () -> JsonSchema.compile(value))
                .getMessage();
        assertTrue(found.contains(message), found);
    }

    /** The shortest answer of a form has 104 bytes, but SmolLM2 writes it in 29 tokens. */
    @Test
    void distancesAreCountedInTokens() {
        Grammar form = JsonSchema.compile(JsonReader.read("""
                {"type": "object", "properties": {"customer_name": {"type": "string"}, "customer_email": {"type": "string"}, \
                "order_number": {"type": "integer"}, "shipping_address": {"type": "string"}, "order_status": {"enum": \
                ["pending", "shipped", "delivered", "cancelled"]}}, "required": ["customer_name", "customer_email", \
                "order_number", "shipping_address", "order_status"], "additionalProperties": false}"""));
        Vocabulary vocabulary = Vocabulary.smolLm2();
        int shortest = Vocabulary.shortest(vocabulary.matcher(form));
        assertTrue(shortest >= 29 && shortest <= 40, shortest + " tokens");
        for (int spare = 0; spare < 5; spare++) {
            String text = vocabulary.walk(form, spare, new Random(spare));
            assertTrue(text.endsWith("}"), text);
        }
        assertTrue(Vocabulary.shortest(VOCABULARY.matcher(form)) > shortest, "another vocabulary needs more tokens");
    }

    @Test
    void whatHasNoEffectIsAWarning() {
        Grammar grammar = JsonSchema.compile(JsonReader.read("""
                {"type": "object", "properties": {"a": {"type": "string", "nullable": true, "x-order": 1}, "b": {"type": \
                "string", "format": "slug"}, "c": {"type": "integer", "format": "int32"}}, "discriminator": {}}"""));
        assertEquals(
                List.of(
                        "schema.properties.a.nullable is not a keyword of JSON Schema; it has no effect",
                        "schema.properties.b.format is slug, which is not known"),
                Grammar.sequence(Grammar.literal("a"), grammar).warnings());
    }

    @Test
    void whiteSpaceIsBounded() {
        Grammar grammar = JsonSchema.compile(JsonReader.read(
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\",\"items\":{\"const\":1}}}}"));
        for (String text :
                List.of("{\"a\": [1, 1]}", "{\n  \"a\": [\n    1,\n    1\n  ]\n}", "{ \"a\": [ 1 ] }", "{\n}")) {
            assertTrue(VOCABULARY.takes(grammar, text, new Random(1)), text);
        }
        for (String text :
                List.of(" {}", "{} ", "{  }", "{\n\n}", "{\"a\" :[]}", "{\"a\":  []}", "{\n" + " ".repeat(33) + "}")) {
            assertFalse(VOCABULARY.takes(grammar, text, new Random(1)), text);
        }
    }

    @Test
    void anyObject() {
        assertTrue(VOCABULARY.takes(JsonSchema.anyObject(), "{\"a\":[1,{\"b\":null}],\"c\":\"d\"}", new Random(1)));
        assertFalse(VOCABULARY.takes(JsonSchema.anyObject(), "[]", new Random(1)));
        assertFalse(VOCABULARY.takes(JsonSchema.anyObject(), "{\"a\":1,\"a\":2}", new Random(1)));
    }

    @Test
    void grammarsAreComposed() {
        Grammar first = call("first", "{\"type\":\"object\",\"maxProperties\":0}");
        Grammar second = call("second", "{\"type\":\"object\",\"required\":[\"x\"],\"maxProperties\":1}");
        Grammar calls = Grammar.sequence(
                Grammar.textUntil("<call>"), Grammar.choice(List.of(first, second)), Grammar.literal("</call>"));
        Random random = new Random(1);
        assertTrue(VOCABULARY.takes(calls, "Hi, é < <ca<call>{\"name\":\"first\",\"args\":{}}</call>", random));
        assertTrue(VOCABULARY.takes(calls, "<call>{\"name\":\"second\",\"args\":{\"x\":1}}</call>", random));
        assertFalse(VOCABULARY.takes(calls, "<call>{\"name\":\"second\",\"args\":{}}</call>", random));
        assertFalse(VOCABULARY.takes(calls, "<call><call>", random));
        for (int i = 0; i < 20; i++) {
            String text = VOCABULARY.walk(calls, i, random);
            assertTrue(text.contains("<call>{\"name\":\"") && text.endsWith("}</call>"), text);
        }
    }

    private static Grammar call(String name, String schema) {
        return Grammar.sequence(
                Grammar.literal("{\"name\":\"" + name + "\",\"args\":"),
                JsonSchema.compile(JsonReader.read(schema)),
                Grammar.literal("}"));
    }

    /** A mask, which is built from cached parts, agrees with checking each token byte by byte. */
    @Test
    void masksAgreeWithSingleTokens() {
        Random random = new Random(5);
        for (long seed = 0; seed < 40; seed++) {
            Grammar grammar;
            try {
                grammar = JsonSchema.compile(RandomSchema.of(seed));
            } catch (IllegalArgumentException e) {
                continue;
            }
            Matcher matcher = VOCABULARY.matcher(grammar);
            int remaining = Vocabulary.shortest(matcher) + random.nextInt(12);
            for (int step = 0; step < 20 && !matcher.mustEnd(); step++) {
                float[] logits = new float[VOCABULARY.size() + 2];
                matcher.mask(logits, remaining);
                int[] allowed = new int[logits.length];
                int count = 0;
                for (int id = 0; id < logits.length; id++) {
                    assertEquals(
                            matcher.allows(id, remaining),
                            logits[id] == 0,
                            "seed " + seed + ", step " + step + ", token " + id);
                    if (logits[id] == 0) {
                        allowed[count++] = id;
                    }
                }
                if (count == 0) {
                    assertTrue(matcher.mayEnd());
                    break;
                }
                matcher.accept(allowed[random.nextInt(count)]);
                remaining--;
            }
        }
    }

    @Test
    void tellsWhetherTheTextMayOrMustEnd() {
        Matcher number = VOCABULARY.matcher(JsonSchema.compile(JsonReader.read("{\"type\":\"integer\"}")));
        assertFalse(number.mayEnd());
        number.accept(1 + '4');
        assertTrue(number.mayEnd());
        assertFalse(number.mustEnd());
        Matcher object = VOCABULARY.matcher(JsonSchema.anyObject());
        assertTrue(object.fits(2));
        assertFalse(object.fits(1));
        object.accept(1 + '{');
        object.accept(1 + '}');
        assertTrue(object.mayEnd());
        assertTrue(object.mustEnd());
        assertThrows(IllegalArgumentException.class, () -> object.accept(1 + ' '));
        assertThrows(IllegalArgumentException.class, () -> object.accept(0));
        assertThrows(IllegalArgumentException.class, () -> object.accept(-1));
    }

    @Test
    void copiesAreIndependent() {
        Matcher matcher = VOCABULARY.matcher(JsonSchema.anyObject());
        matcher.accept(1 + '{');
        Matcher copy = matcher.copy();
        copy.accept(1 + '}');
        assertTrue(copy.mustEnd());
        assertFalse(matcher.mustEnd());
        matcher.accept(1 + '"');
        assertFalse(matcher.mayEnd());
    }

    @Test
    void vocabularyMustHaveSingleBytes() {
        TokenTrie trie = new TokenTrie(3, id -> "ab".repeat(id).getBytes(StandardCharsets.UTF_8));
        String message = assertThrows(IllegalArgumentException.class, () -> new Matcher(JsonSchema.anyObject(), trie))
                .getMessage();
        assertTrue(message.contains("single byte"), message);
    }

    @Test
    void tokensWithTheSameBytesAreTreatedAlike() {
        TokenTrie trie = new TokenTrie(
                514, id -> id < 512 ? new byte[] {(byte) (id / 2)} : "{}".getBytes(StandardCharsets.UTF_8));
        float[] logits = new float[514];
        new Matcher(JsonSchema.anyObject(), trie).mask(logits, 10);
        int[] allowed = new int[514];
        int count = 0;
        for (int id = 0; id < 514; id++) {
            if (logits[id] == 0) {
                allowed[count++] = id;
            }
        }
        assertEquals(
                List.of(2 * '{', 2 * '{' + 1, 512, 513),
                Arrays.stream(allowed, 0, count).boxed().toList());
    }
}
