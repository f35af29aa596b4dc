package dev.demitasse.serve;

import dev.demitasse.gguf.SplitNames;
import dev.demitasse.store.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The model that the page offers.
 *
 * @param uri address that the page fetches: relative to the page for a file, absolute otherwise
 * @param files served files, by address relative to the page: the GGUF file behind a relative {@code uri}, all files of a split
 *     model, or a manifest and its shards; empty if the browser fetches the model from another host
 */
record Model(URI uri, Map<URI, Path> files) {
    private static final byte[] MAGIC = "GGUF".getBytes(StandardCharsets.US_ASCII);

    /**
     * Finds the files of a model.
     *
     * @param model an http(s) address, or the path of a GGUF file, of a file of a split model, or of a manifest
     * @throws IllegalArgumentException if {@code model} is something else, or one of its files is missing
     */
    static Model of(String model) {
        try {
            if (model.startsWith("http://") || model.startsWith("https://")) {
                return new Model(new URI(model).parseServerAuthority(), Map.of());
            }
            List<Path> paths = files(Path.of(model));
            Map<URI, Path> files = new HashMap<>();
            for (Path path : paths) {
                files.put(uri(path), path);
            }
            return new Model(uri(paths.get(0)), files);
        } catch (URISyntaxException | InvalidPathException e) {
            throw new IllegalArgumentException("not a model address: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read model file " + model + ": " + e.getMessage(), e);
        }
    }

    private static URI uri(Path file) throws URISyntaxException {
        return new URI(null, null, "models/" + file.getFileName(), null);
    }

    /** Returns the files of the model; the first is the one that the page fetches. */
    private static List<Path> files(Path file) throws IOException {
        requireFiles(List.of(file));
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(".json")) {
            return shards(file);
        }
        List<String> names = SplitNames.of(name);
        List<Path> parts = names == null
                ? List.of(file)
                : names.stream().map(file::resolveSibling).toList();
        requireFiles(parts);
        for (Path part : parts) {
            checkMagic(part);
        }
        return parts;
    }

    private static List<Path> shards(Path file) throws IOException {
        Manifest manifest;
        try {
            manifest = Manifest.parse(Files.readString(file));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not a manifest of shards: " + file + ": " + e.getMessage(), e);
        }
        List<Path> files = new ArrayList<>(List.of(file));
        manifest.shards().forEach(shard -> files.add(file.resolveSibling(shard.file())));
        requireFiles(files);
        for (int i = 0; i < manifest.shards().size(); i++) {
            Path shard = files.get(i + 1);
            if (Files.size(shard) != manifest.shardLength(i)) {
                throw new IllegalArgumentException(
                        shard + " has " + Files.size(shard) + " bytes; its manifest says " + manifest.shardLength(i));
            }
        }
        return files;
    }

    private static void requireFiles(List<Path> files) {
        List<String> missing = files.stream()
                .filter(file -> !Files.isRegularFile(file))
                .map(Path::toString)
                .toList();
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException("no such model file: " + String.join(", ", missing));
        }
    }

    private static void checkMagic(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
                throw new IllegalArgumentException("not a GGUF file (it does not begin with \"GGUF\"): " + file);
            }
        }
    }

    /** Returns the {@code models.json} of the page. A URI in ASCII has no characters that JSON escapes. */
    String toJson() {
        return "{\"default\": \"" + uri.toASCIIString() + "\"}\n";
    }
}
