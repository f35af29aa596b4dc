package dev.demitasse.serve.build;

import dev.demitasse.hash.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes the site's service worker: the script of the source with the list of the site's files. */
public final class ServiceWorker {
    private static final String NAME = "service-worker.js";
    /** Placeholder in the source that is replaced by the list of files. */
    private static final String NO_FILES = "const FILES = {};";

    private static final String NO_VERSION = "const VERSION = '';";

    /** Paths that need no escaping in a URL and that every host serves. */
    private static final Pattern PATH = Pattern.compile("[\\w-][\\w.-]*(/[\\w-][\\w.-]*)*");

    private ServiceWorker() {}

    /** Calls {@link #write} with the arguments. */
    public static void main(String[] args) throws IOException {
        write(Path.of(args[0]), Path.of(args[1]));
    }

    /**
     * Writes {@code service-worker.js} of a site whose other files exist already. Equal files give equal scripts.
     *
     * @param script the script of the source
     * @param site the site's folder
     */
    public static void write(Path script, Path site) throws IOException {
        String source = Files.readString(script);
        String files = "const FILES = {\n"
                + hashes(site).entrySet().stream()
                        .map(file -> "  '" + file.getKey() + "': '" + file.getValue() + "',\n")
                        .collect(Collectors.joining())
                + "};";
        String version = Sha256.of((source + files).getBytes(StandardCharsets.UTF_8));
        String complete =
                fill(fill(source, NO_FILES, files), NO_VERSION, "const VERSION = '" + version.substring(0, 16) + "';");
        Files.writeString(site.resolve(NAME), complete);
    }

    /** Returns the SHA-256 of each file by its path, except {@code models.json}, which a host may change at any time. */
    private static SortedMap<String, String> hashes(Path site) throws IOException {
        SortedMap<String, String> hashes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(site)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String path = site.relativize(file).toString().replace('\\', '/');
                if (!PATH.matcher(path).matches()) {
                    throw new IllegalArgumentException("not a name for a file of the site: " + path);
                }
                hashes.put(path, Sha256.of(Files.readAllBytes(file)));
            }
        }
        hashes.keySet().removeAll(Set.of(NAME, "models.json"));
        return hashes;
    }

    private static String fill(String source, String place, String content) {
        if (!source.contains(place)) {
            throw new IllegalArgumentException("the service worker's script has no line \"" + place + "\"");
        }
        return source.replace(place, content);
    }
}
