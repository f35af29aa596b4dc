package dev.demitasse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the real weights lie that {@code e2e/setup} fetches; see the README. */
public final class TestWeights {
    private TestWeights() {}

    /** SmolLM2-135M-Instruct, Q4_1. */
    public static Path smolLm2() {
        return find("SmolLM2-135M-Instruct.Q4_1.gguf");
    }

    /** The whole file, mapped. */
    public static ByteBuffer map(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path find(String name) {
        Path file = cache().resolve(name);
        if (!Files.exists(file)) {
            throw new IllegalStateException("no weights at " + file + ": run ./test, which fetches them");
        }
        return file;
    }

    private static Path cache() {
        String own = System.getenv("DEMITASSE_CACHE");
        if (own != null) {
            return Path.of(own);
        }
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg != null ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".cache");
        return base.resolve("demitasse");
    }
}
