package dev.demitasse.serve;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The model that the page offers.
 *
 * @param uri what the page fetches: relative to the page for a file, absolute otherwise
 * @param file the GGUF file behind a relative {@code uri}; null where the browser fetches from another host itself
 */
record Model(URI uri, @Nullable Path file) {
    private static final byte[] MAGIC = "GGUF".getBytes(StandardCharsets.US_ASCII);

    /** @throws IllegalArgumentException if {@code model} is neither an http(s) address nor a readable GGUF file */
    static Model of(String model) {
        try {
            if (model.startsWith("http://") || model.startsWith("https://")) {
                return new Model(new URI(model).parseServerAuthority(), null);
            }
            Path file = Path.of(model);
            checkMagic(file);
            return new Model(new URI(null, null, "models/" + file.getFileName(), null), file);
        } catch (URISyntaxException | InvalidPathException e) {
            throw new IllegalArgumentException("not a model address: " + e.getMessage(), e);
        }
    }

    private static void checkMagic(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("no such model file: " + file);
        }
        try (InputStream in = Files.newInputStream(file)) {
            if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
                throw new IllegalArgumentException("not a GGUF file (it does not begin with \"GGUF\"): " + file);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read model file " + file + ": " + e.getMessage(), e);
        }
    }

    /** The {@code models.json} of the page. A URI in ASCII holds nothing that JSON would have to escape. */
    String toJson() {
        return "{\"default\": \"" + uri.toASCIIString() + "\"}\n";
    }
}
