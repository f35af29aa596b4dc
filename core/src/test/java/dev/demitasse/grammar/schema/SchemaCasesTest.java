package dev.demitasse.grammar.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.grammar.Compact;
import dev.demitasse.grammar.Grammar;
import dev.demitasse.grammar.Vocabulary;
import dev.demitasse.json.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Schemas as people and libraries write them, with instances that grammars take and refuse. */
class SchemaCasesTest {
    static Stream<Arguments> cases() throws IOException {
        try (InputStream file = SchemaCasesTest.class.getResourceAsStream("/schema/cases.json")) {
            List<?> all = (List<?>) JsonReader.read(new String(file.readAllBytes(), StandardCharsets.UTF_8));
            return all.stream().map(element -> Arguments.of(((Map<?, ?>) element).get("name"), element));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void validInstancesAreTakenAndOthersRefused(String name, Map<?, ?> schemaCase) {
        Object schema = schemaCase.get("schema");
        if (schemaCase.get("refused") instanceof String message) {
            String found = assertThrows(IllegalArgumentException.class, () -> JsonSchema.compile(schema))
                    .getMessage();
            assertTrue(found.contains(message), found);
            return;
        }
        Grammar grammar = JsonSchema.compile(schema);
        Random random = new Random(1);
        for (Object instance : (List<?>) schemaCase.get("valid")) {
            String text = Compact.write(instance);
            assertTrue(Vocabulary.SYNTHETIC.takes(grammar, text, random), text);
        }
        for (Object instance : (List<?>) schemaCase.get("invalid")) {
            String text = Compact.write(instance);
            assertFalse(Vocabulary.SYNTHETIC.takes(grammar, text, random), text);
        }
        if (Boolean.TRUE.equals(schemaCase.get("earlierDraft"))) {
            return; // the validator is of draft 2020-12
        }
        SchemaCheck validator = new SchemaCheck(Compact.write(schema));
        for (int spare : new int[] {0, 3, 40}) {
            String text = Vocabulary.SYNTHETIC.walk(grammar, spare, random);
            assertEquals(List.of(), validator.errors(text), text);
        }
    }
}
