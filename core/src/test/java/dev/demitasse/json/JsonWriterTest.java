package dev.demitasse.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The expected texts are the output of Python 3's {@code json.dumps(value, ensure_ascii=False, indent=…)}. */
class JsonWriterTest {
    @Test
    void writesOnOneLine() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("b", List.of(1L, 2.5, -7));
        map.put("a", Map.of());
        map.put("c", List.of());
        assertEquals("{\"b\": [1, 2.5, -7], \"a\": {}, \"c\": []}", JsonWriter.write(map, -1));
        assertEquals("[null, true, \"x\"]", JsonWriter.write(Arrays.asList(null, true, "x"), -1));
    }

    @Test
    void indents() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("a", List.of(1L, Map.of("x", "y")));
        map.put("b", List.of());
        assertEquals(
                "{\n  \"a\": [\n    1,\n    {\n      \"x\": \"y\"\n    }\n  ],\n  \"b\": []\n}",
                JsonWriter.write(map, 2));
        assertEquals("[\n1,\n2\n]", JsonWriter.write(List.of(1, 2), 0));
    }

    @Test
    void escapesWhatJsonMustAndNothingElse() {
        assertEquals(
                "\"\\\" \\\\ / \\n\\r\\t\\b\\f \\u0000\\u001f \u007f é 😀 <&>'\"",
                JsonWriter.write("\" \\ / \n\r\t\b\f \0\u001f \u007f é 😀 <&>'", -1));
    }

    @Test
    void rejectsValuesWithoutJsonForm() {
        assertThrows(IllegalArgumentException.class, () -> JsonWriter.write(new int[0], -1));
    }

    @Test
    void rejectsDeepNesting() {
        List<Object> loop = new ArrayList<>();
        loop.add(loop);
        assertThrows(IllegalArgumentException.class, () -> JsonWriter.write(loop, -1));
    }
}
