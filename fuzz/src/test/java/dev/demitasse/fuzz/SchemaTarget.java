package dev.demitasse.fuzz;

import dev.demitasse.grammar.Grammar;
import dev.demitasse.grammar.Matcher;
import dev.demitasse.grammar.TokenTrie;
import dev.demitasse.grammar.automaton.TooLargeException;
import dev.demitasse.grammar.schema.JsonSchema;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonException;
import dev.demitasse.json.JsonReader;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The compiler of JSON schemas, and an answer in its grammar: it never gets stuck, and its text is JSON. */
final class SchemaTarget extends Target {
    private static final List<String> TOKENS = List.of(
            "{\"",
            "\":",
            "\": ",
            "\", \"",
            "\"}",
            "[]",
            "{}",
            "null",
            "true",
            "12",
            "0.",
            "\\u00",
            "\u00e9\"",
            "ab",
            "},");
    private static final int TRIE_SIZE = 1 + 256 + TOKENS.size();
    private static final TokenTrie TRIE = new TokenTrie(TRIE_SIZE, SchemaTarget::bytes);
    private static final int STEPS = 24;

    SchemaTarget() {
        super(JsonException.class, FieldException.class, IllegalArgumentException.class, TooLargeException.class);
    }

    private static byte[] bytes(int id) {
        if (id == 0) {
            return null;
        }
        return id <= 256 ? new byte[] {(byte) (id - 1)} : TOKENS.get(id - 257).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    protected void test(byte[] bytes) {
        Input input = new Input(bytes);
        int[] choices = new int[STEPS];
        int count = input.choice(STEPS);
        for (int i = 0; i < count; i++) {
            choices[i] = input.choice();
        }
        Grammar grammar = JsonSchema.compile(JsonReader.read(input.text()));
        Matcher matcher = new Matcher(grammar, TRIE);
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        for (int i = 0; i < count && !matcher.mustEnd(); i++) {
            answer.writeBytes(accept(matcher, choices[i], Integer.MAX_VALUE));
        }
        finish(matcher, answer);
    }

    /** Ends the answer with as few tokens as possible. */
    private static void finish(Matcher matcher, ByteArrayOutputStream answer) {
        int remaining = 0;
        while (!matcher.fits(remaining)) {
            if (++remaining > 200) {
                return; // a long answer: what was checked so far must do
            }
        }
        for (; !matcher.mayEnd(); remaining--) {
            answer.writeBytes(accept(matcher, 0, remaining));
        }
        JsonReader.read(answer.toString(StandardCharsets.UTF_8));
    }

    /** Accepts one of the tokens that the mask allows, and returns its bytes. */
    private static byte[] accept(Matcher matcher, int choice, int remaining) {
        float[] logits = new float[TRIE_SIZE];
        matcher.mask(logits, remaining);
        int allowed = 0;
        for (int id = 0; id < logits.length; id++) {
            boolean isAllowed = logits[id] == 0;
            allowed += isAllowed ? 1 : 0;
            if (id % 16 == 0) {
                checkEqual(isAllowed, matcher.allows(id, remaining));
            }
        }
        check(allowed > 0, "the answer is stuck");
        int wanted = choice % allowed;
        for (int id = 0; ; id++) {
            if (logits[id] == 0 && wanted-- == 0) {
                matcher.accept(id);
                return bytes(id);
            }
        }
    }

    @Override
    protected List<byte[]> seeds() {
        return Resources.members("/schema/cases.json", "schema").stream()
                .map(schema -> Input.of(schema, 90, 60, 40, 34, 7, 5))
                .toList();
    }

    @Override
    protected List<String> dictionary() {
        return List.of(
                "\"type\":\"object\"",
                "\"properties\":{",
                "\"required\":[",
                "\"additionalProperties\":",
                "\"items\":",
                "\"prefixItems\":[",
                "\"enum\":[",
                "\"const\":",
                "\"anyOf\":[",
                "\"oneOf\":[",
                "\"allOf\":[",
                "\"not\":",
                "\"if\":",
                "\"then\":",
                "\"else\":",
                "\"$ref\":\"#\"",
                "\"$defs\":{",
                "\"pattern\":\"",
                "\"format\":\"date\"",
                "\"minLength\":",
                "\"maxLength\":",
                "\"minimum\":",
                "\"maximum\":",
                "\"multipleOf\":",
                "\"minItems\":",
                "\"maxItems\":",
                "\"uniqueItems\":true",
                "\"contains\":",
                "\"patternProperties\":{",
                "\"propertyNames\":",
                "\"dependentRequired\":{",
                "\"unevaluatedProperties\":false",
                "\"integer\"",
                "\"string\"",
                "\"array\"");
    }

    @Override
    protected long maxAllocation(int inputLength) {
        return 1L << 30;
    }
}
