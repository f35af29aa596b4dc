package dev.demitasse.grammar.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.grammar.Compact;
import dev.demitasse.grammar.Grammar;
import dev.demitasse.grammar.Vocabulary;
import dev.demitasse.json.JsonReader;
import dev.demitasse.json.JsonWriter;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** No text of a grammar is invalid, however schemas are combined and negated. */
class RandomCombinationTest {
    private static final int SCHEMAS = Integer.getInteger("demitasse.schemas", 600);
    private static final int DOCUMENTS = 30;

    @Test
    void invalidDocumentsAreRefused() {
        int taken = 0;
        int documents = 0;
        for (long seed = 0; seed < SCHEMAS; seed++) {
            RandomCombination random = new RandomCombination(seed);
            String schema = JsonWriter.write(random.root(), -1);
            Grammar grammar = grammar(schema);
            if (grammar == null) {
                continue;
            }
            taken++;
            SchemaCheck validator = new SchemaCheck(schema);
            Random split = new Random(seed);
            for (int i = 0; i < DOCUMENTS; i++) {
                String text = Compact.write(random.value(2));
                if (Vocabulary.SYNTHETIC.takes(grammar, text, split)) {
                    documents++;
                    assertEquals(List.of(), validator.errors(text), "seed " + seed + ": " + text + "\n" + schema);
                }
            }
            for (int i = 0; i < 3; i++) {
                String text = Vocabulary.SYNTHETIC.walk(grammar, 10 * i, split);
                assertEquals(List.of(), validator.errors(text), "seed " + seed + ": " + text + "\n" + schema);
            }
        }
        assertTrue(3 * taken > 2 * SCHEMAS, taken + " schemas were taken");
        assertTrue(documents > SCHEMAS, documents + " documents were taken");
    }

    /** Returns null for a schema that is refused. */
    private static Grammar grammar(String schema) {
        try {
            return JsonSchema.compile(JsonReader.read(schema));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
