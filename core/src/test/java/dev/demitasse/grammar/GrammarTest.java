package dev.demitasse.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.demitasse.json.JsonReader;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What grammars let through, judged by an independent validator; and that they let through what is valid. */
class GrammarTest {
    private static final int SCHEMAS = 200;
    private static final int LONGEST = 600; // tokens of an answer

    private static final List<byte @Nullable []> SYNTHETIC = Vocabularies.synthetic();
    private static final TokenTrie TRIE = new TokenTrie(SYNTHETIC.size(), SYNTHETIC::get);

    @Test
    void whatRandomSchemasLetThroughIsValid() {
        for (long seed = 0; seed < SCHEMAS; seed++) {
            walks(seed, SYNTHETIC, TRIE, 3);
        }
    }

    @Test
    void soItIsWithARealVocabulary() {
        List<byte @Nullable []> tokens = Vocabularies.smolLm2();
        TokenTrie trie = new TokenTrie(tokens.size(), tokens::get);
        for (long seed = 1000; seed < 1000 + SCHEMAS / 5; seed++) {
            walks(seed, tokens, trie, 2);
        }
    }

    static void walks(long seed, List<byte @Nullable []> tokens, TokenTrie trie, int walks) {
        String text = RandomSchema.of(seed);
        try {
            Grammar grammar = Grammar.jsonSchema(JsonReader.read(text));
            SchemaCheck schema = new SchemaCheck(text);
            Random random = new Random(seed);
            for (int i = 0; i < walks; i++) {
                Matcher start = new Matcher(grammar, trie);
                int shortest = shortest(start);
                int limit = i == 0 ? shortest : shortest + random.nextInt(i == 1 ? 20 : LONGEST);
                String answer = walk(start, tokens, limit, random);
                assertValid(schema, text, answer);
            }
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed + ": " + text, e);
        }
    }

    private static int shortest(Matcher matcher) {
        for (int n = 0; n < 2000; n++) {
            if (matcher.fits(n)) {
                return n;
            }
        }
        return fail("no short answer");
    }

    /** Random allowed tokens up to an end; a mask and single questions must agree. */
    private static String walk(Matcher matcher, List<byte @Nullable []> tokens, int limit, Random random) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        float[] logits = new float[tokens.size()];
        int[] allowed = new int[tokens.size()];
        for (int remaining = limit; ; remaining--) {
            assertTrue(matcher.fits(remaining), "can't be finished: " + text);
            if (matcher.mustEnd() || matcher.mayEnd() && (remaining == 0 || random.nextInt(3) == 0)) {
                return text.toString(StandardCharsets.UTF_8);
            }
            Arrays.fill(logits, 0);
            matcher.mask(logits, remaining);
            int count = 0;
            for (int id = 0; id < logits.length; id++) {
                if (logits[id] == 0) {
                    allowed[count++] = id;
                }
            }
            assertTrue(count > 0, "nothing is allowed after " + text);
            for (int i = 0; i < 20; i++) {
                int id = random.nextInt(tokens.size());
                assertEquals(logits[id] == 0, matcher.allows(id, remaining), text + " and token " + id);
            }
            int id = allowed[random.nextInt(count)];
            byte[] bytes = tokens.get(id);
            if (bytes == null) {
                return fail("a control token is allowed");
            }
            matcher = random.nextInt(10) == 0 ? matcher.copy() : matcher;
            matcher.accept(id);
            text.writeBytes(bytes);
        }
    }

    private static void assertValid(SchemaCheck schema, String schemaText, String answer) {
        assertFalse(answer.contains("\ufffd"), answer);
        List<String> errors = schema.errors(answer);
        assertTrue(errors.isEmpty(), () -> answer + " isn't valid against " + schemaText + ": " + errors);
    }

    /** Whether the grammar has this text, a byte at a time. */
    static boolean accepts(Grammar grammar, String text) {
        Matcher matcher = new Matcher(grammar, TRIE);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (!matcher.allows((b & 0xff) + 1, 1_000_000)) {
                return false;
            }
            matcher.accept((b & 0xff) + 1);
        }
        return matcher.mayEnd();
    }

    /** Schema, then texts it has after "+", texts it doesn't have after "-". */
    private static final String[] EXAMPLES = {
        "{\"type\":\"null\"} + null - nul - NULL - nulll",
        "{\"type\":\"boolean\"} + true + false - True - 1",
        "true + {} + [] + [1,{\"a\":[null]}] + 1e5 + \"\" - {a:1} - [1,] - 01 - {\"a\"} - '' - {\"a\":1,}",
        "{\"type\":\"string\"} + \"\" + \"é漢😀\" + \"\\n\\u00e9\\\"\" - \"\\x\" - \"\\u12\" - \"\\ud800\" - \"a - 'a'",
        "{\"type\":\"string\",\"minLength\":2,\"maxLength\":3} + \"ab\" + \"😀é漢\" + \"\\u0041b\" - \"a\" - \"abcd\"",
        "{\"type\":\"string\",\"maxLength\":0} + \"\" - \"a\"",
        "{\"type\":\"integer\"} + 0 + -5 + 123456789012345 - -0 - 1.0 - 1e3 - 01 - +1 - .5",
        "{\"type\":\"integer\",\"minimum\":-3,\"maximum\":12} + -3 + 0 + 9 + 12 + 10 - -4 - 13 - 100 - -10",
        "{\"type\":\"integer\",\"exclusiveMinimum\":5,\"exclusiveMaximum\":7} + 6 - 5 - 7",
        "{\"type\":\"integer\",\"minimum\":1.5,\"maximum\":3.9} + 2 + 3 - 1 - 4",
        "{\"type\":\"integer\",\"minimum\":98,\"maximum\":1002} + 98 + 99 + 100 + 1000 + 1002 - 97 - 1003 - 9",
        "{\"type\":\"integer\",\"multipleOf\":7,\"minimum\":0} + 0 + 14 + 7000 - 1 - 15 - -7",
        "{\"type\":\"integer\",\"maximum\":-100} + -100 + -5000 - -99 - 0 - 100",
        "{\"type\":\"number\"} + 0 + -1.5 + 1e5 + 2.5E-3 + 1e+10 - 1. - .1 - 1e - -",
        "{\"type\":\"number\",\"minimum\":0.1,\"maximum\":0.25} + 0.1 + 0.2 + 0.25 + 0.10 + 0.2499 - 0.09 - 0 - 0.26 - 1 - 0.2501",
        "{\"type\":\"number\",\"exclusiveMinimum\":0} + 0.001 + 3 - 0 - 0.0 - -1",
        "{\"type\":\"number\",\"minimum\":-1.5,\"maximum\":-0.5} + -1 + -0.5 + -1.5 - 0 - -0.4 - -1.6",
        "{\"type\":\"number\",\"multipleOf\":0.01} + 1 + 1.5 + 1.55 - 1.555",
        "{\"type\":\"number\",\"multipleOf\":0.5} + 1 + 1.5 - 1.2 - 0.25",
        "{\"enum\":[\"a\",\"ab\",3,null,{\"x\":[1,2]}]} + \"a\" + \"ab\" + 3 + null + {\"x\":[1,2]} + {\"x\": [1, 2]} - \"b\" - 4",
        "{\"type\":\"string\",\"enum\":[\"a\",1]} + \"a\" - 1",
        "{\"enum\":[1,5,10],\"minimum\":4} + 5 + 10 - 1",
        "{\"const\":\"a\\nb\"} + \"a\\nb\" - \"a\"",
        "{\"type\":\"array\",\"items\":{\"type\":\"integer\"},\"minItems\":1,\"maxItems\":2} + [1] + [1,2] + [1, 2] + [\n  1,\n  2\n] - [] - [1,2,3] - [\"a\"]",
        "{\"type\":\"array\",\"prefixItems\":[{\"type\":\"string\"},{\"type\":\"null\"}],\"items\":false} + [] + [\"a\"] + [\"a\",null] - [null] - [\"a\",null,1]",
        "{\"type\":\"array\",\"prefixItems\":[{\"type\":\"null\"}],\"items\":{\"type\":\"boolean\"},\"minItems\":3} + [null,true,false] - [null,true]",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"},\"b\":{\"type\":\"string\"}},\"required\":[\"a\"]} + {\"a\":1} + {\"a\": 1, \"b\": \"x\"} + {\n  \"a\": 1\n} - {} - {\"b\":\"x\"} - {\"a\":\"1\"} - {\"a\":1,}",
        "{\"type\":\"object\",\"properties\":{\"a\":true,\"b\":true,\"c\":true}} + {} + {\"b\":1} + {\"a\":1,\"c\":2} - {\"d\":1}",
        "{\"type\":\"object\",\"properties\":{\"ab\":true},\"additionalProperties\":{\"type\":\"null\"}} + {\"x\":null} + {\"ab\":1,\"a\":null} + {\"abc\":null,\"é\":null} - {\"a\":1} - {\"a\":null,\"ab\":null}",
        "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}} + {} + {\"x\":1,\"y\":2} - {\"x\":true}",
        "{\"type\":\"object\",\"minProperties\":1} + {\"x\":1} - {}",
        "{\"type\":[\"integer\",\"null\"]} + 1 + null - \"1\"",
        "{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"string\",\"maxLength\":1}]} + 7 + \"a\" - \"ab\" - null",
        "{\"oneOf\":[{\"type\":\"object\",\"properties\":{\"k\":{\"const\":1},\"x\":{\"type\":\"null\"}},\"required\":[\"k\"]},{\"type\":\"object\",\"properties\":{\"k\":{\"const\":2}},\"required\":[\"k\"]}]} + {\"k\":1,\"x\":null} + {\"k\":2} - {\"k\":2,\"x\":null} - {\"k\":3}",
        "{\"allOf\":[{\"type\":\"integer\",\"minimum\":3},{\"maximum\":5}]} + 3 + 5 - 2 - 6",
        "{\"allOf\":[{\"properties\":{\"a\":{\"type\":\"string\"}}},{\"properties\":{\"a\":{\"maxLength\":1},\"b\":true},\"required\":[\"b\"]}]} + {\"a\":\"x\",\"b\":0} + {\"b\":0} - {\"a\":\"xy\",\"b\":0} - {\"a\":\"x\"}",
        "{\"type\":\"object\",\"properties\":{\"n\":{\"$ref\":\"#\"}}} + {} + {\"n\":{\"n\":{}}} - {\"n\":1}",
        "{\"$ref\":\"#/$defs/a~1b\",\"$defs\":{\"a/b\":{\"type\":\"null\"}}} + null - 1",
        "{\"type\":\"string\",\"pattern\":\"^[a-c]+$\"} + \"abc\" - \"\" - \"abd\"",
        "{\"type\":\"string\",\"pattern\":\"b\"} + \"abc\" + \"b\" - \"ac\" - \"\"",
        "{\"type\":\"string\",\"pattern\":\"^a|b$\"} + \"ax\" + \"xb\" - \"xa\"",
        "{\"type\":\"string\",\"pattern\":\"^\\\\\\\"x{2,3}$\"} + \"\\\"xx\" + \"\\\"xxx\" - \"\\\"x\" - \"xx\"",
        "{\"type\":\"string\",\"pattern\":\"^(ab?|[^é-ö])*$\",\"maxLength\":3} + \"aba\" + \"\" + \"漢\" - \"é\" - \"abab\"",
        "{\"type\":\"string\",\"pattern\":\"^.{0,3}$\",\"minLength\":2} + \"ab\" + \"漢😀x\" - \"a\" - \"abcd\"",
        "{\"type\":\"string\",\"format\":\"date\"} + \"2024-02-28\" + \"1999-12-31\" - \"2024-13-01\" - \"2023-02-30\" - \"2024-4-1\"",
        "{\"type\":\"string\",\"format\":\"date-time\"} + \"2024-02-28T12:00:00Z\" + \"2024-02-28T12:00:00.5+02:00\" - \"2024-02-28T25:00:00Z\" - \"2024-02-28\"",
        "{\"type\":\"string\",\"format\":\"uuid\"} + \"123e4567-e89b-12d3-a456-426614174000\" - \"123e4567\"",
        "{\"type\":\"string\",\"format\":\"email\"} + \"jane.doe@example.org\" - \"jane\" - \"@x.org\"",
        "{\"type\":\"string\",\"format\":\"ipv4\"} + \"192.168.0.1\" - \"256.1.1.1\" - \"1.2.3\"",
        "{\"type\":\"string\",\"format\":\"uri\"} + \"https://example.org/a?b=c#d\" - \"example\"",
    };

    @Test
    void validTextsAreLetThroughAndOthersNot() {
        for (String example : EXAMPLES) {
            String[] parts = example.split(" (?=[+-] )");
            Grammar grammar = Grammar.jsonSchema(JsonReader.read(parts[0]));
            assertTrue(parts.length > 2);
            for (int i = 1; i < parts.length; i++) {
                assertEquals(
                        parts[i].charAt(0) == '+',
                        accepts(grammar, parts[i].substring(2)),
                        example + " at " + parts[i]);
            }
        }
    }

    @Test
    void whatIsWrongIsNamed() {
        String[][] wrong = {
            {"3", "the schema is 3; it must be an object, true or false"},
            {"false", "the schema can't be satisfied: it is false"},
            {"{\"type\":\"text\"}", "type is \"text\"; it must be one of null,"},
            {"{\"properties\":{\"a\":{\"not\":{}}}}", "properties.a.not is not supported"},
            {"{\"items\":{\"if\":true}}", "items.if is not supported"},
            {"{\"uniqueItems\":true}", "uniqueItems is true, which is not supported"},
            {"{\"properties\":{\"a\":{\"pattern\":\"(?=x)\"}}}", "properties.a.pattern is \"(?=x)\": a group with (?"},
            {"{\"pattern\":\"\\\\bx\"}", "pattern is \"\\\\bx\": \\b at character 2 is not supported"},
            {"{\"pattern\":\"(a\"}", "pattern is \"(a\": a group that doesn't end"},
            {"{\"pattern\":\"a**\"}", "a quantifier after a quantifier"},
            {"{\"$ref\":\"#/$defs/x\"}", "$ref is \"#/$defs/x\", which isn't in the schema"},
            {"{\"$ref\":\"http://x\"}", "$ref is \"http://x\"; it must be # or begin with #/"},
            {"{\"$ref\":\"#\"}", "$ref leads back to itself"},
            {"{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#\"}]}", "leads back to itself"},
            {"{\"minLength\":-1}", "minLength is -1; it must be a whole number, 0 or above"},
            {"{\"type\":\"string\",\"minLength\":3,\"maxLength\":2}", "can't be satisfied: minLength is above maxLength"
            },
            {"{\"type\":\"integer\",\"minimum\":3,\"maximum\":2}", "can't be satisfied: no value is left"},
            {"{\"type\":\"string\",\"enum\":[1]}", "can't be satisfied: no value of enum or const is left"},
            {"{\"allOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "can't be satisfied: no type is left"},
            {"{\"required\":[\"a\"],\"properties\":{\"a\":{\"$ref\":\"#\"}}}", "no finite JSON text is valid"},
            {"{\"required\":[\"a\"],\"properties\":{\"a\":false}}", "properties.a can't be satisfied: it is false"},
            {"{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"number\"}]}", "oneOf[1] may hold together with another"},
            {"{\"minProperties\":5}", "minProperties above 1"},
            {"{\"type\":\"number\",\"multipleOf\":0}", "multipleOf is 0; it must be a number above 0"},
            {"{\"enum\":[\"\\ud800\"]}", "enum holds half of a surrogate pair"},
        };
        for (String[] each : wrong) {
            String message = refusal(each[0]);
            assertTrue(message.contains(each[1]), each[0] + ": " + message);
        }
    }

    @Test
    void hostileSchemasAreRefusedOrStaySmall() {
        StringBuilder all = new StringBuilder("{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
        for (int i = 0; i < 60; i++) {
            String next = "{\"$ref\":\"#/$defs/d" + (i + 1) + "\"}";
            all.append("\"d" + i + "\":{\"anyOf\":[" + next + "," + next + "]},");
        }
        all.append("\"d60\":{\"type\":\"null\"}}}");
        assertTrue(refusal(all.toString()).contains("by more than 100 references"));
        assertTrue(refusal("{\"pattern\":\"^(a{1000}){1000}$\"}").contains("pattern needs an automaton of more than"));
        assertTrue(refusal("{\"pattern\":\"^(a|b)*a(a|b){20}$\"}").contains("the schema "));
        assertTrue(refusal("{\"pattern\":\"" + "(".repeat(5000) + "\"}").contains("nesting deeper than"));
        String deep = "{\"items\":".repeat(120) + "{}" + "}".repeat(120);
        assertTrue(refusal(deep).contains("nested deeper than 100"));
        Grammar counted = Grammar.jsonSchema(
                JsonReader.read("{\"type\":\"array\",\"minItems\":1000000000,\"maxItems\":2000000000,"
                        + "\"items\":{\"type\":\"string\",\"minLength\":1000000000,\"maxLength\":1000000001}}"));
        Matcher matcher = new Matcher(counted, TRIE);
        float[] logits = new float[SYNTHETIC.size()];
        matcher.mask(logits, 5);
        assertEquals(0, logits['[' + 1]);
        assertFalse(matcher.fits(Integer.MAX_VALUE));
    }

    /** A schema that can be left at any depth leads no one so deep that the answer can't be read. */
    @Test
    void depthIsBounded() {
        Grammar grammar = Grammar.jsonSchema(JsonReader.read("{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}"));
        Matcher matcher = new Matcher(grammar, TRIE);
        int open = 0;
        while (matcher.allows('[' + 1, 100_000)) {
            matcher.accept('[' + 1);
            assertTrue(++open < 300);
        }
        for (; open > 0; open--) {
            matcher.accept(']' + 1);
        }
        assertTrue(matcher.mustEnd());
    }

    @Test
    void partsMakeToolCalls() {
        Grammar arguments = Grammar.jsonSchema(
                JsonReader.read("{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"integer\"}}}"));
        Grammar call = Grammar.sequence(
                Grammar.literal("<tool_call>\n"),
                Grammar.choice(List.of(
                        Grammar.sequence(
                                Grammar.literal("{\"name\": \"f\", \"arguments\": "), arguments, Grammar.literal("}")),
                        Grammar.literal("{\"name\": \"g\", \"arguments\": {}}"))),
                Grammar.literal("\n</tool_call>"),
                Grammar.literal(""));
        assertTrue(accepts(call, "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": 1}}\n</tool_call>"));
        assertTrue(accepts(call, "<tool_call>\n{\"name\": \"g\", \"arguments\": {}}\n</tool_call>"));
        assertFalse(accepts(call, "<tool_call>\n{\"name\": \"g\", \"arguments\": {\"x\": 1}}\n</tool_call>"));
        Grammar thought = Grammar.sequence(Grammar.textUntil("</think>"), Grammar.json());
        assertTrue(accepts(thought, "a < b </thin </</think>{\"a\":[1]}"));
        assertTrue(accepts(thought, "\n漢\t\"</think>{}"));
        assertFalse(accepts(thought, "</think></think>{}"));
        assertFalse(accepts(thought, "</think>[]"));
        Matcher empty = new Matcher(Grammar.literal(""), TRIE);
        assertTrue(empty.mayEnd() && empty.mustEnd());
    }

    @Test
    void whiteSpaceIsBounded() {
        assertTrue(accepts(Grammar.json(), "{\n                \"a\": 1}"));
        assertFalse(accepts(Grammar.json(), "{\n                 \"a\": 1}"));
        assertFalse(accepts(Grammar.json(), "{\n\n\"a\": 1}"));
        assertFalse(accepts(Grammar.json(), " {}"));
        assertFalse(accepts(Grammar.json(), "{} "));
    }

    /** A vocabulary need not have a token for each byte: where one way has none, another is taken, or none. */
    @Test
    void bytesWithoutTokensAreNotNeeded() {
        List<byte[]> tokens = List.of("\"a".getBytes(StandardCharsets.UTF_8), new byte[] {'"'}, new byte[] {'b'});
        TokenTrie trie = new TokenTrie(tokens.size(), tokens::get);
        Matcher matcher = new Matcher(Grammar.jsonSchema(JsonReader.read("{\"enum\":[\"ac\",\"bbb\"]}")), trie);
        assertFalse(matcher.allows(0, 100));
        assertTrue(matcher.allows(1, 100));
        assertTrue(matcher.fits(5));
        assertFalse(matcher.fits(4));
        assertThrows(IllegalArgumentException.class, () -> matcher.accept(0));
        assertThrows(IllegalArgumentException.class, () -> matcher.accept(-1));
        assertThrows(IllegalArgumentException.class, () -> matcher.accept(3));
    }

    private static String refusal(String schema) {
        return assertThrows(IllegalArgumentException.class, () -> Grammar.jsonSchema(JsonReader.read(schema)), schema)
                .getMessage();
    }
}
