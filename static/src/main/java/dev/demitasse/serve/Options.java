package dev.demitasse.serve;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The command line of {@link Serve}.
 *
 * @param site folder of the chat page
 * @param model path of a GGUF file or of a manifest of shards, or an http(s) address
 * @param port TCP port, 0 for any free one
 */
record Options(Path site, String model, int port) {
    private static final int DEFAULT_PORT = 8080;
    private static final int MAX_PORT = 65535;

    /**
     * Parses the arguments of the command line.
     *
     * @throws IllegalArgumentException naming the option that is unknown, incomplete, malformed or missing
     */
    static Options parse(String... args) {
        String site = null;
        String model = null;
        int port = DEFAULT_PORT;
        for (int i = 0; i < args.length; i += 2) {
            String value = i + 1 < args.length ? args[i + 1] : null;
            switch (args[i]) {
                case "--site" -> site = required(args[i], value);
                case "--model" -> model = required(args[i], value);
                case "--port" -> port = parsePort(required(args[i], value));
                default ->
                    throw new IllegalArgumentException(
                            "unknown option " + args[i] + " (known: --site DIR, --model PATH-OR-URL, --port N)");
            }
        }
        return new Options(Path.of(required("--site", site)), required("--model", model), port);
    }

    private static String required(String option, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return value;
    }

    private static int parsePort(String value) {
        try {
            int port = Integer.parseInt(value);
            if (port >= 0 && port <= MAX_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Reported below, like a number out of range.
        }
        throw new IllegalArgumentException("--port must be a number from 0 to " + MAX_PORT + ", not " + value);
    }
}
