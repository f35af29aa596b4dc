package dev.demitasse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Locates the real weights and the other files that {@code e2e/setup} fetches. */
public final class TestWeights {
    private TestWeights() {}

    /** SmolLM2-135M-Instruct, Q4_1. */
    public static Path smolLm2() {
        return find("SmolLM2-135M-Instruct.Q4_1.gguf");
    }

    /** Gemma 3 270M, the base model, Q4_K_M. */
    public static Path gemma3() {
        return find("gemma-3-270m-Q4_K_M.gguf");
    }

    /**
     * Returns a file of a real tokenizer.
     *
     * @param vocabulary llama3, qwen3, gemma3, llama2, or (tokenizer_config.json only) llama3_2
     * @param file tokenizer.json or tokenizer_config.json
     */
    public static String tokenizer(String vocabulary, String file) {
        try {
            return Files.readString(find("tokenizers/" + vocabulary + "/" + file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the folder of npm packages. */
    public static Path npm() {
        return find("npm/node_modules");
    }

    /** Returns the folder of npm packages with clients of OpenAI's API. */
    public static Path clients() {
        return find("clients/node_modules");
    }

    /** Maps a whole file. */
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
            throw new IllegalStateException("nothing at " + file + ": run ./test, which fetches them");
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
