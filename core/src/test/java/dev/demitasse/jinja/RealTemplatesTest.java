package dev.demitasse.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.demitasse.TestWeights;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the templates of real models with Jinja in Hugging Face's configuration ({@code oracle/jinja_real_templates.py}). */
class RealTemplatesTest {
    /** 2026-03-09 14:05:07. */
    private static final LocalTime NOW = new LocalTime(1_773_065_107_000L);

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.USE_LONG_FOR_INTS);

    @ParameterizedTest
    @ValueSource(strings = {"smollm3", "qwen2_5", "phi3_5", "llama3_2", "qwen3", "gemma3"})
    @SuppressWarnings("unchecked")
    void rendersAsJinjaDoes(String name) throws IOException {
        Template template = Template.parse(source(name));
        JsonNode cases = JSON.readTree(RealTemplatesTest.class.getResource("/jinja/real/" + name + ".json"));
        int rendered = 0;
        for (JsonNode example : cases) {
            Map<String, Object> context = new HashMap<>(JSON.convertValue(example.get("variables"), Map.class));
            context.put("messages", JSON.convertValue(example.get("messages"), Object.class));
            if (example.has("error")) {
                assertThrows(TemplateException.class, () -> template.render(context, NOW), example.toString());
            } else {
                assertEquals(example.get("output").asText(), template.render(context, NOW), example.toString());
                context.replaceAll((variable, value) -> MarkedText.mark(value));
                assertEquals(
                        example.get("output").asText(),
                        template.renderMarked(context, NOW).text(),
                        "with marks");
                rendered++;
            }
        }
        assertTrue(rendered >= 12, name + ": " + rendered);
    }

    private static String source(String name) throws IOException {
        try (InputStream in = RealTemplatesTest.class.getResourceAsStream("/jinja/real/" + name + ".jinja")) {
            return in != null
                    ? new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    : new ObjectMapper()
                            .readTree(TestWeights.tokenizer(name, "tokenizer_config.json"))
                            .get("chat_template")
                            .asText();
        }
    }
}
