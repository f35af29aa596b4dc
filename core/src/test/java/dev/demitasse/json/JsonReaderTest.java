package dev.demitasse.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
    private static final ObjectMapper JACKSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    @Test
    void readsEveryKindOfValue() {
        Object value = JsonReader.read(" {\"a\" : [1, -2.5e3, true, false, null, \"\"],\r\n\t\"b\": {}, \"c\":[ ]} ");

        List<@Nullable Object> list = new ArrayList<>(List.of(1L, -2500.0, true, false));
        list.add(null);
        list.add("");
        assertEquals(Map.of("a", list, "b", Map.of(), "c", List.of()), value);
        assertNull(JsonReader.read("null"));
    }

    @Test
    void keepsTheOrderOfNamesAndTheLastOfTwoValues() {
        Map<?, ?> map = (Map<?, ?>) JsonReader.read("{\"z\":1,\"a\":2,\"z\":3}");
        assertEquals("{z=3, a=2}", String.valueOf(map));
    }

    @Test
    @SuppressWarnings("FloatingPointLiteralPrecision") // the literal of the text
    void integersAreLongsWhereTheyFit() {
        assertEquals(Long.MAX_VALUE, JsonReader.read("9223372036854775807"));
        assertEquals(Long.MIN_VALUE, JsonReader.read("-9223372036854775808"));
        assertEquals(9223372036854775808.0, JsonReader.read("9223372036854775808"));
        assertEquals(1e30, JsonReader.read("1" + "0".repeat(30)));
        assertEquals(0L, JsonReader.read("-0"));
        assertEquals(1.0, JsonReader.read("1.0"));
        assertEquals(100.0, JsonReader.read("1E+2"));
    }

    @Test
    void readsEscapes() {
        assertEquals(
                "\"\\/\n\t\r\b\f é😀\0",
                JsonReader.read("\"\\\"\\\\\\/\\n\\t\\r\\b\\f \\u00e9\\uD83d\\uDE00\\u0000\""));
        assertEquals("\ud83d", JsonReader.read("\"\\ud83d\""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\": 1,}            | 1 |  9 | expected a name in quotes, found '}'",
                "{\"a\" 1}              | 1 |  6 | expected ':', found '1'",
                "[1 2]                  | 1 |  4 | expected ',' or ']', found '2'",
                "[1,                    | 1 |  4 | expected a value, found the end of the text",
                "tru                    | 1 |  1 | expected true, found 't'",
                "1 x                    | 1 |  3 | expected the end of the text, found 'x'",
                "01                     | 1 |  2 | expected the end of the text, found '1'",
                "-                      | 1 |  2 | expected a digit, found the end of the text",
                "1.e5                   | 1 |  3 | expected a digit, found 'e'",
                "[1e999]                | 1 |  2 | number beyond a double's range",
                "\"\\x\"                | 1 |  3 | expected one of \"\\/bfnrtu after '\\', found 'x'",
                "\"\\u12G4\"            | 1 |  6 | expected four hexadecimal digits after '\\u', found 'G'",
                "\"\\u１234\"            | 1 |  4 | expected four hexadecimal digits after '\\u', found '１'",
                "\"abc                  | 1 |  5 | expected '\"', found the end of the text",
                "`[\n\"a\nb\"]`         | 2 |  3 | expected an escape in place of a control character, found character 10",
                "`{\n \"a\":\n  NaN}`   | 3 |  3 | expected a value, found 'N'",
                "'x'                    | 1 |  1 | expected a value, found '''",
            })
    void errorsNameThePositionAndTheProblem(String text, int line, int column, String problem) {
        JsonException e = assertThrows(JsonException.class, () -> JsonReader.read(text));
        assertEquals("JSON line " + line + ", column " + column + ": " + problem, e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\ufeff1", "+1", ".5", "[,]", "// 1", "\u00a01", "[1]]", "Infinity", "{1:2}"})
    void isStrict(String text) {
        assertThrows(JsonException.class, () -> JsonReader.read(text));
    }

    @Test
    void nestsAsDeeplyAsTheWriter() {
        String deepest = "[".repeat(257) + "]".repeat(257);
        assertEquals(deepest, JsonWriter.write(JsonReader.read(deepest), -1));

        JsonException e = assertThrows(JsonException.class, () -> JsonReader.read("[".repeat(1_000_000)));
        assertEquals(257, e.offset());
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void readsTheWritersOutput(@ForAll("values") @Nullable Object value) {
        assertEquals(value, JsonReader.read(JsonWriter.write(value, -1)));
        assertEquals(value, JsonReader.read(JsonWriter.write(value, 2)));
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void acceptsTheSameTextsAsJackson(@ForAll("values") @Nullable Object value) throws JsonProcessingException {
        String text = JACKSON.writeValueAsString(value);
        assertEquals(value, JsonReader.read(text));
    }

    /** Accepts the same texts as Jackson, the oracle of the grammar, and throws only {@link JsonException} for others. */
    @Property(tries = 5000, edgeCases = EdgeCasesMode.NONE)
    void mutatedTextsAreReadLikeJacksonOrRejected(@ForAll("mutated") String text) {
        Assume.that(!hasForeignHexDigit(text));
        Object expected;
        try {
            expected = withOurNumbers(JACKSON.readValue(text, Object.class));
        } catch (JsonProcessingException | ArithmeticException e) {
            assertThrows(JsonException.class, () -> JsonReader.read(text), text);
            return;
        }
        assertEquals(expected, JsonReader.read(text), text);
    }

    /** Jackson reads only the low byte of a digit after {@code \\u}: it accepts U+0261 as "a". */
    private static boolean hasForeignHexDigit(String text) {
        for (int at = text.indexOf("\\u"); at >= 0; at = text.indexOf("\\u", at + 1)) {
            if (text.substring(at, Math.min(text.length(), at + 6)).chars().anyMatch(c -> c > 0x7F)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Object withOurNumbers(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((name, element) -> copy.put((String) name, withOurNumbers(element)));
            return copy;
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>();
            list.forEach(element -> copy.add(withOurNumbers(element)));
            return copy;
        }
        if (value instanceof Integer integer) {
            return Long.valueOf(integer);
        }
        Object number = value instanceof BigInteger integer ? Double.valueOf(integer.doubleValue()) : value;
        if (number instanceof Double real && real.isInfinite()) {
            throw new ArithmeticException("beyond a double's range");
        }
        return number;
    }

    @Provide
    Arbitrary<@Nullable Object> values() {
        return values(3);
    }

    private static Arbitrary<@Nullable Object> values(int depth) {
        Arbitrary<@Nullable Object> leaves = Arbitraries.oneOf(
                Arbitraries.strings().all().ofMaxLength(12).map(JsonReaderTest::paired),
                Arbitraries.longs(),
                Arbitraries.doubles(),
                Arbitraries.of(true, false),
                Arbitraries.just(null));
        if (depth == 0) {
            return leaves;
        }
        Arbitrary<@Nullable Object> inner = values(depth - 1);
        return Arbitraries.oneOf(
                leaves,
                inner.list().ofMaxSize(4).map(ArrayList::new),
                Arbitraries.maps(Arbitraries.strings().ofMaxLength(5), inner)
                        .ofMaxSize(4)
                        .map(LinkedHashMap::new));
    }

    @Provide
    Arbitrary<String> mutated() {
        Arbitrary<String> texts = values().map(value -> JsonWriter.write(value, -1));
        Arbitrary<String> inserts = Arbitraries.strings()
                .withChars("{}[]\",:\\/-+.eE019tfn u\t\u0001")
                .ofMaxLength(2);
        return Combinators.combine(
                        texts,
                        inserts,
                        Arbitraries.integers().between(0, 999),
                        Arbitraries.integers().between(0, 2))
                .as((text, insert, place, cut) -> {
                    int from = text.length() * place / 1000;
                    return text.substring(0, from) + insert + text.substring(Math.min(text.length(), from + cut));
                });
    }

    /** Returns a text without unpaired surrogates, which Jackson's writer replaces. */
    private static String paired(String text) {
        return new String(text.getBytes(UTF_8), UTF_8);
    }
}
