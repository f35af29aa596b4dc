package dev.demitasse.bench.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;

/** llama.cpp compiled for this machine, in its own Node process: see {@code native.mjs}. */
final class NativeEngine implements Engine {
    static final String NAME = "llama.cpp";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Writer requests;
    private final BufferedReader answers;

    /**
     * Starts the process.
     *
     * @param peers folder whose {@code node_modules} has node-llama-cpp
     */
    NativeEngine(Path peers, Path model, int threads, int contextLength) throws IOException {
        process = new ProcessBuilder(
                        "node",
                        script(),
                        peers.toString(),
                        model.toString(),
                        Integer.toString(threads),
                        Integer.toString(contextLength))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        requests = process.outputWriter();
        answers = process.inputReader();
    }

    private static String script() {
        try {
            return Path.of(NativeEngine.class.getResource("/bench/native.mjs").toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Completion complete(String prompt, int maxTokens) {
        try {
            requests.write(JSON.writeValueAsString(Map.of("prompt", prompt, "maxTokens", maxTokens)) + "\n");
            requests.flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new IllegalStateException("native.mjs ended before it had answered");
            }
            return JSON.readValue(answer, Completion.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
