package dev.demitasse.jinja;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Compares templates with Jinja in Hugging Face's configuration ({@code oracle/jinja_templates.py}); hostile templates. */
class TemplateTest {
    private static final LocalTime NOW = new LocalTime(0);
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.USE_LONG_FOR_INTS);

    @Test
    void rendersAsJinjaDoes() throws IOException {
        JsonNode cases = cases();
        assertTrue(cases.size() > 250);
        assertAll(StreamSupport.stream(cases.spliterator(), false).map(TemplateTest::check));
    }

    private static Executable check(JsonNode example) {
        String source = example.get("template").asText();
        Map<String, Object> variables = variables(example);
        String name = example.get("name").asText();
        if (example.has("error")) {
            return () -> assertThrows(
                    TemplateException.class,
                    () -> Template.parse(source).render(variables, NOW),
                    name + ", " + example.get("error"));
        }
        return () -> assertEquals(
                example.get("output").asText(), Template.parse(source).render(variables, NOW), name + ": " + source);
    }

    @Test
    void errorsNameLineAndConstruct() {
        assertFails("line 2: tag \"include\" is not supported", "a\n{% include 'x' %}");
        assertFails("line 1: filter \"wordwrap\" is not supported", "{{ 'a' | wordwrap }}");
        assertFails("line 1: test \"sameas\" is not supported", "{{ 1 is sameas 1 }}");
        assertFails("line 3: bad role: cook", "\n\n{{ raise_exception('bad role: cook') }}");
    }

    @Test
    void workAndOutputAreLimited() {
        assertFails("steps", "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}");
        assertFails("longer than", "{{ 'x' * 99999999999 }}");
        assertFails(
                "longer than",
                "{% set n = namespace(x='xxxxxxxx') %}{% for a in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}");
        String doubled = "{% set n = namespace(x=[1]) %}{% for a in range(99) %}{% set n.x = [n.x, n.x] %}{% endfor %}";
        assertFails("steps", doubled + "{{ n.x }}");
        assertFails(
                "steps",
                "{% set n = namespace(x=[1]) %}{% for a in range(20) %}{% set n.x = [n.x, n.x] %}{% endfor %}"
                        + "{% for a in range(99) %}{{ n.x == n.x }}{% endfor %}");
        assertFails("unique of more", "{{ range(99999) | unique | list }}");
        assertFails("range longer", "{{ range(1000000000) }}");
        assertFails("calls nested", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}");
        assertFails("nested deeper", "{{ " + "(".repeat(100_000) + "1" + ")".repeat(100_000) + " }}");
        assertFails("nested deeper", "{{ 1" + " + 1".repeat(100_000) + " }}");
        assertFails("nested deeper", "{% if true %}".repeat(100_000));
        assertFails("nested deeper", "{% if a %}" + "{% elif b %}".repeat(100_000) + "{% endif %}");
        assertFails(
                "nested too deep",
                "{% set n = namespace(x=[]) %}{% for a in range(90000) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}");
    }

    @Test
    void mutatedTemplatesGiveTextOrTemplateException() throws IOException {
        JsonNode cases = cases();
        Random random = new Random(11);
        String alphabet = "{}%#-+|.()[]'\"\\ \n:,=~<abifnotrendse019";
        for (int run = 0; run < 5_000; run++) {
            JsonNode example = cases.get(random.nextInt(cases.size()));
            StringBuilder source = new StringBuilder(example.get("template").asText());
            for (int change = 0; change <= random.nextInt(4); change++) {
                int at = random.nextInt(source.length() + 1);
                int end = Math.min(source.length(), at + random.nextInt(4));
                source.replace(at, end, "" + alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                Template.parse(source.toString()).render(variables(example), NOW);
            } catch (TemplateException e) {
                assertTrue(e.getMessage().startsWith("chat template, line "), e.getMessage());
            } catch (RuntimeException e) {
                throw new AssertionError("template: " + source, e);
            }
        }
    }

    private static void assertFails(String message, String source) {
        TemplateException e = assertThrows(
                TemplateException.class, () -> Template.parse(source).render(Map.of(), NOW));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> variables(JsonNode example) {
        return JSON.convertValue(example.get("variables"), Map.class);
    }

    private static JsonNode cases() throws IOException {
        return JSON.readTree(TemplateTest.class.getResource("/jinja/templates.json"));
    }
}
