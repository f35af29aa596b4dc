package dev.demitasse.serve;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The command line of {@link Serve}.
 *
 * @param site folder of the chat page
 * @param model path of a GGUF file, of a file of a split model, or of a manifest of shards, whose files are all served; or an
 *     http(s) address, which the page fetches itself
 * @param port TCP port, 0 for any free one
 * @param name host name that requests may address besides {@code localhost} and the addresses of this machine, in lower case; null
 *     for no other
 * @param modelOrigin origin whose pages may read the model, {@code *} for all; null for none but the server's own
 */
public record Options(
        Path site,
        String model,
        int port,
        @Nullable String name,
        @Nullable String modelOrigin) {
    private static final int DEFAULT_PORT = 8080;
    private static final int MAX_PORT = 65535;
    private static final String KNOWN = "--site DIR, --model PATH-OR-URL, --port N, --name HOST, --model-origin ORIGIN";

    /** Options with neither a name nor an origin of models. */
    public Options(Path site, String model, int port) {
        this(site, model, port, null, null);
    }

    /** Returns the same options with an origin whose pages may read the model. */
    public Options withModelOrigin(String origin) {
        return new Options(site, model, port, name, origin);
    }

    /** Returns the same options with a further host name. */
    public Options withName(String host) {
        return new Options(site, model, port, host, modelOrigin);
    }

    /**
     * Parses the arguments of the command line.
     *
     * @throws IllegalArgumentException naming the option that is unknown, incomplete, malformed or missing
     */
    static Options parse(String... args) {
        String site = null;
        String model = null;
        int port = DEFAULT_PORT;
        String name = null;
        String modelOrigin = null;
        for (int i = 0; i < args.length; i += 2) {
            String value = i + 1 < args.length ? args[i + 1] : null;
            switch (args[i]) {
                case "--site" -> site = required(args[i], value);
                case "--model" -> model = required(args[i], value);
                case "--port" -> port = parsePort(required(args[i], value));
                case "--name" -> name = parseName(required(args[i], value));
                case "--model-origin" -> modelOrigin = parseOrigin(required(args[i], value));
                default -> throw new IllegalArgumentException("unknown option " + args[i] + " (known: " + KNOWN + ")");
            }
        }
        return new Options(Path.of(required("--site", site)), required("--model", model), port, name, modelOrigin);
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

    private static String parseName(String value) {
        try {
            String host = new URI("http://" + value).getHost();
            if (value.equals(host)) {
                return host.toLowerCase(Locale.ROOT);
            }
        } catch (URISyntaxException e) {
            // Reported below, like an address.
        }
        throw new IllegalArgumentException("--name must be a host name without port, not " + value);
    }

    private static String parseOrigin(String value) {
        try {
            URI uri = new URI(value);
            boolean isWeb = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (value.equals("*") || (isWeb && value.equals(uri.getScheme() + "://" + uri.getAuthority()))) {
                return value;
            }
        } catch (URISyntaxException e) {
            // Reported below, like an address with a path.
        }
        throw new IllegalArgumentException(
                "--model-origin must be * or an origin such as https://example.com, not " + value);
    }
}
