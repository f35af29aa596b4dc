package dev.demitasse.fuzz;

import dev.demitasse.json.JsonException;
import dev.demitasse.json.JsonReader;
import dev.demitasse.json.JsonWriter;
import java.util.List;

/** The JSON reader, and the writer as its inverse. */
final class JsonTarget extends Target {
    JsonTarget() {
        super(JsonException.class);
    }

    @Override
    protected void test(byte[] input) {
        Object value = JsonReader.read(Input.text(input));
        for (int indent = -1; indent < 3; indent += 3) {
            String written = JsonWriter.write(value, indent);
            checkEqual(value, JsonReader.read(written));
            checkEqual(written, JsonWriter.write(JsonReader.read(written), indent));
        }
    }

    @Override
    protected List<byte[]> seeds() {
        return Fuzzer.inputs(List.of(
                "{\"a\": [1, -2.5e-3, true, false, null], \"\\u00e9\\ud83d\": \"\\n\\\"\\\\\"}",
                "[0, -0, -0.0, 9223372036854775807, 9223372036854775808, 1e308, 5e-324, 123456789012345678901]",
                "[".repeat(256) + "]".repeat(256),
                "\"" + "x".repeat(100) + "\"",
                " {\"a\":{},\"b\":[],\"a\":[{}]} "));
    }

    @Override
    protected List<String> dictionary() {
        return List.of("null", "true", "false", "\\u", "\\ud800", "1e", "e-", "{\"a\":", "[[", "]]", "-0", "E+400");
    }

    @Override
    protected long maxAllocation(int inputLength) {
        // An indented text of nested arrays is up to 256 times as long.
        return 100_000 + 8_000L * inputLength;
    }
}
