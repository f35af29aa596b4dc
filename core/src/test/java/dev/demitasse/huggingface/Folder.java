package dev.demitasse.huggingface;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/** A folder that {@code oracle/tiny_safetensors.py} made, with the tokenizer that all folders share. */
public final class Folder {
    private static final String ROOT = "/huggingface/";

    private final String name;

    public Folder(String name) {
        this.name = name;
    }

    /** Returns the small files. */
    public Map<String, String> texts() {
        Map<String, String> texts = new HashMap<>();
        for (String file : FolderStream.TEXT_FILES) {
            String path = ROOT + (file.startsWith("tokenizer") ? "" : name + "/") + file;
            if (Folder.class.getResource(path) != null) {
                texts.put(file, new String(read(path), StandardCharsets.UTF_8));
            }
        }
        return texts;
    }

    /** Returns a weight file. */
    public byte[] bytes(String file) {
        return read(ROOT + name + "/" + file);
    }

    /** Passes a file to a stream's {@code accept} in chunks until it wants no more. */
    public static void feed(byte[] file, int chunkBytes, Predicate<ByteBuffer> accept) {
        for (int from = 0; from < file.length; from += chunkBytes) {
            if (!accept.test(ByteBuffer.wrap(file, from, Math.min(chunkBytes, file.length - from)))) {
                return;
            }
        }
    }

    private static byte[] read(String path) {
        try (InputStream in = Folder.class.getResourceAsStream(path)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
