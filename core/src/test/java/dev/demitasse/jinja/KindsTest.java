package dev.demitasse.jinja;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * Compares each kind of expression and statement with Jinja in Hugging Face's configuration ({@code oracle/jinja_kinds.py}): the
 * text is equal or, for a few combinations, refused. It is never another text.
 */
class KindsTest {
    private static final LocalTime NOW = new LocalTime(0);

    private final JsonNode table = read();

    @Test
    void everyKindIsRenderedAsJinjaDoes() {
        List<Executable> checks = new ArrayList<>();
        for (JsonNode example : table.get("cases")) {
            if (example.has("exact")) {
                String template = example.get("template").asText();
                checks.add(() -> assertEquals(example.get("output").asText(), render(template), template));
            }
        }
        assertTrue(checks.size() >= 45, checks.size() + " cases");
        assertAll(checks);
    }

    @Test
    void everyCombinationIsRenderedAsJinjaDoesOrRefused() {
        int rendered = 0;
        List<String> refused = new ArrayList<>();
        for (JsonNode example : table.get("cases")) {
            String template = example.get("template").asText();
            if (example.has("error")) {
                assertThrows(TemplateException.class, () -> render(template), template);
                continue;
            }
            try {
                assertEquals(example.get("output").asText(), render(template), template);
                rendered++;
            } catch (TemplateException e) {
                refused.add(template + ": " + e.getMessage());
            }
        }
        assertTrue(rendered >= 2_450 && refused.size() <= rendered / 40, rendered + " rendered, refused: " + refused);
    }

    private String render(String template) {
        @SuppressWarnings("unchecked")
        Map<String, Object> variables = mapper().convertValue(table.get("variables"), Map.class);
        String text = Template.parse(template).render(variables, NOW);
        variables.replaceAll((name, value) -> MarkedText.mark(value));
        assertEquals(text, Template.parse(template).renderMarked(variables, NOW).text(), "with marks: " + template);
        return text;
    }

    private static JsonNode read() {
        try {
            return mapper().readTree(KindsTest.class.getResource("/jinja/kinds.json"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ObjectMapper mapper() {
        return new ObjectMapper().enable(DeserializationFeature.USE_LONG_FOR_INTS);
    }
}
