package dev.demitasse.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
    @Test
    void thePortIs8080UnlessGiven() {
        assertEquals(
                new Options(Path.of("site"), "model.gguf", 8080),
                Options.parse("--site", "site", "--model", "model.gguf"));
        assertEquals(
                new Options(Path.of("site"), "model.gguf", 65535),
                Options.parse("--port", "65535", "--model", "model.gguf", "--site", "site"));
    }

    @ParameterizedTest
    @CsvSource({
        "--sight x, 'unknown option --sight (known: --site DIR, --model PATH-OR-URL, --port N)'",
        "--site s, --model needs a value",
        "--model m, --site needs a value",
        "--site s --model, --model needs a value",
        "--port 65536, '--port must be a number from 0 to 65535, not 65536'",
        "--port -1, '--port must be a number from 0 to 65535, not -1'",
        "--port http, '--port must be a number from 0 to 65535, not http'",
    })
    void wrongOptionIsNamed(String arguments, String message) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Options.parse(arguments.split(" ")));
        assertEquals(message, e.getMessage());
    }
}
