package dev.demitasse.grammar.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.grammar.Compact;
import dev.demitasse.grammar.Grammar;
import dev.demitasse.grammar.Vocabulary;
import dev.demitasse.json.JsonReader;
import dev.demitasse.json.JsonWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** All texts of a grammar are valid, and valid texts are in the grammar as far as it promises. */
class RandomSchemaTest {
    private static final int SCHEMAS = Integer.getInteger("demitasse.schemas", 300);

    @Test
    void randomTokensMakeAValidText() {
        walk(Vocabulary.SYNTHETIC, SCHEMAS, 6);
    }

    @Test
    void randomTokensOfARealVocabularyMakeAValidText() {
        walk(Vocabulary.smolLm2(), SCHEMAS / 5, 3);
    }

    private static void walk(Vocabulary vocabulary, int schemas, int walks) {
        int refused = 0;
        for (long seed = 0; seed < schemas; seed++) {
            String schema = RandomSchema.schemaText(seed);
            Grammar grammar = grammar(schema);
            if (grammar == null) {
                refused++;
                continue;
            }
            SchemaCheck validator = new SchemaCheck(schema);
            Random random = new Random(seed);
            for (int i = 0; i < walks; i++) {
                String text = "";
                try {
                    text = vocabulary.walk(grammar, i % 3 == 0 ? random.nextInt(4) : random.nextInt(80), random);
                    JsonReader.read(text);
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError("seed " + seed + ": " + text + "\n" + schema, e);
                }
                assertEquals(List.of(), validator.errors(text), "seed " + seed + ": " + text + "\n" + schema);
            }
        }
        assertTrue(refused * 10 < schemas, refused + " schemas were refused");
    }

    @Test
    void validDocumentsAreAccepted() {
        int valid = 0;
        for (long seed = 0; seed < SCHEMAS; seed++) {
            String schema = RandomSchema.schemaText(seed);
            Grammar grammar = grammar(schema);
            if (grammar == null) {
                continue;
            }
            SchemaCheck validator = new SchemaCheck(JsonWriter.write(closed(RandomSchema.of(seed), false), -1));
            Object root = RandomSchema.of(seed);
            Random random = new Random(seed);
            for (int i = 0; i < 5; i++) {
                String text = Compact.write(RandomSchema.document(root, root, random));
                if (validator.errors(text).isEmpty()) {
                    valid++;
                    assertTrue(
                            Vocabulary.SYNTHETIC.takes(grammar, text, random),
                            "seed " + seed + ": " + text + "\n" + schema);
                }
            }
        }
        assertTrue(valid > 3 * SCHEMAS, valid + " documents were valid");
    }

    /** Returns the schema as a grammar interprets it: declared members exclude further members. */
    private static Object closed(Object value, boolean part) {
        if (value instanceof List<?> list) {
            List<Object> all = new ArrayList<>();
            list.forEach(element -> all.add(closed(element, part)));
            return all;
        }
        if (!(value instanceof Map<?, ?> map)) {
            return value;
        }
        Map<String, Object> all = new LinkedHashMap<>();
        map.forEach((name, member) -> all.put((String) name, closed(member, name.equals("allOf"))));
        if (!part && map.get("properties") instanceof Map && !map.containsKey("allOf")) {
            all.putIfAbsent("additionalProperties", false);
        }
        return all;
    }

    /** Returns null for a schema that is refused because it can't be satisfied. */
    private static Grammar grammar(String schema) {
        try {
            return JsonSchema.compile(JsonReader.read(schema));
        } catch (IllegalArgumentException e) {
            assertTrue(e.getMessage().contains("can't be satisfied"), e.getMessage() + "\n" + schema);
            return null;
        }
    }
}
