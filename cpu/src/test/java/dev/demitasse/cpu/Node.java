package dev.demitasse.cpu;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A Node process that runs {@code machine.js}. */
final class Node implements RemoteMachine.Channel, AutoCloseable {
    private final ObjectMapper json = new ObjectMapper();
    private final Path script;
    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader answers;

    Node() {
        try (InputStream source = Node.class.getResourceAsStream("machine.js")) {
            script = Files.createTempFile("machine", ".mjs");
            Files.write(script, source.readAllBytes());
            process = new ProcessBuilder(
                            "node",
                            script.toString(),
                            Path.of("src/main/site").toAbsolutePath().toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        requests = process.outputWriter();
        answers = process.inputReader();
    }

    @Override
    public Map<?, ?> call(Map<String, Object> request) {
        try {
            requests.write(json.writeValueAsString(request));
            requests.newLine();
            requests.flush();
            String line = answers.readLine();
            if (line == null) {
                throw new IllegalStateException("node ended");
            }
            return json.readValue(line, Map.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            Files.delete(script);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
