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

    @Test
    void nameAndOriginAreTaken() {
        assertEquals(
                new Options(Path.of("site"), "model.gguf", 8080)
                        .withName("cup.example")
                        .withModelOrigin("https://a.example:8443"),
                Options.parse(
                        "--site",
                        "site",
                        "--model",
                        "model.gguf",
                        "--name",
                        "Cup.example",
                        "--model-origin",
                        "https://a.example:8443"));
    }

    @ParameterizedTest
    @CsvSource({
        "--sight x, 'unknown option --sight (known: --site DIR, --model PATH-OR-URL, --port N, --name HOST, --model-origin ORIGIN)'",
        "--site s, --model needs a value",
        "--model m, --site needs a value",
        "--site s --model, --model needs a value",
        "--port 65536, '--port must be a number from 0 to 65535, not 65536'",
        "--port -1, '--port must be a number from 0 to 65535, not -1'",
        "--port http, '--port must be a number from 0 to 65535, not http'",
        "--name http://a.example, '--name must be a host name without port, not http://a.example'",
        "--name a.example:80, '--name must be a host name without port, not a.example:80'",
        "--model-origin a.example, '--model-origin must be * or an origin such as https://example.com, not a.example'",
        "--model-origin https://a.example/, '--model-origin must be * or an origin such as https://example.com, not https://a.example/'",
    })
    void wrongOptionIsNamed(String arguments, String message) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Options.parse(arguments.split(" ")));
        assertEquals(message, e.getMessage());
    }
}
