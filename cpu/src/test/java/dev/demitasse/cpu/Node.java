package dev.demitasse.cpu;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A Node process that runs {@code kernel-runtime.js}, in a temporary folder with the scripts that it imports. */
final class Node extends RemoteKernelRuntime.Channel implements AutoCloseable {
    private static final Path SITE = Path.of("src/main/site");
    private static final List<String> SCRIPTS =
            List.of("compile-module.js", "kernels.js", "kernel-thread.js", "start-worker.js");

    private final ObjectMapper json = new ObjectMapper();
    private final Path folder;
    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader answers;

    Node() {
        try (InputStream runtime = Node.class.getResourceAsStream("kernel-runtime.js")) {
            folder = Files.createTempDirectory("demitasse-kernels");
            for (String script : SCRIPTS) {
                Files.copy(SITE.resolve(script), folder.resolve(script));
            }
            Files.copy(runtime, folder.resolve("kernel-runtime.js"));
            Files.writeString(folder.resolve("package.json"), "{\"type\": \"module\"}");
            process = new ProcessBuilder("node", "kernel-runtime.js")
                    .directory(folder.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        requests = process.outputWriter();
        answers = process.inputReader();
    }

    @Override
    protected Map<?, ?> exchange(List<Map<String, Object>> toSend) {
        try {
            requests.write(json.writeValueAsString(toSend));
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
            for (String script : SCRIPTS) {
                Files.delete(folder.resolve(script));
            }
            Files.delete(folder.resolve("kernel-runtime.js"));
            Files.delete(folder.resolve("package.json"));
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
