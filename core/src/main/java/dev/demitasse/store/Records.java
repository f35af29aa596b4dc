package dev.demitasse.store;

import dev.demitasse.store.hash.XxHash64;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The records of a model in its directory: small texts without which its chunks can't be used. Each is stored twice, and ends with its
 * hash. Earlier versions stored one text without a hash, which is accepted. Methods wait for the storage.
 */
final class Records {
    private static final String COPY = ".copy";
    private static final String SEAL = "\nxxh64:";

    private final ModelDirectory directory;

    Records(ModelDirectory directory) {
        this.directory = directory;
    }

    /** Returns a text followed by its hash. */
    static String seal(String text) {
        return text + SEAL + Long.toHexString(hash(text));
    }

    /** Returns the text that was sealed, or null if there is no seal or it does not match. */
    static @Nullable String unseal(@Nullable String stored) {
        int end = stored == null ? -1 : stored.lastIndexOf(SEAL);
        if (stored == null || end < 0) {
            return null;
        }
        String text = stored.substring(0, end);
        return stored.equals(seal(text)) ? text : null;
    }

    private static long hash(String text) {
        return XxHash64.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Returns a record, or null if there is none or both texts are damaged. A damaged text is replaced by its copy. */
    @Nullable
    String read(String name) {
        String stored = directory.text(name);
        String text = unseal(stored);
        if (text != null) {
            return text;
        }
        String copy = directory.text(name + COPY);
        text = unseal(copy);
        if (text != null) {
            restore(name, text);
            return text;
        }
        return copy == null && stored != null && !stored.contains(SEAL) ? stored : null;
    }

    private void restore(String name, String text) {
        try {
            directory.putText(name, seal(text));
        } catch (RuntimeException e) {
            // For example without space. The copy remains.
        }
    }

    /** Returns whether there is a record, readable or not. */
    boolean exists(String name) {
        return directory.text(name) != null || directory.text(name + COPY) != null;
    }

    /** Returns whether there is a record that can't be read. */
    boolean isDamaged(String name) {
        return read(name) == null && exists(name);
    }

    /** Stores a record, and replaces the one with this name. */
    void write(String name, String text) {
        String content = seal(text);
        for (String each : new String[] {name, name + COPY}) {
            if (!content.equals(directory.text(each))) {
                directory.putText(each, content);
            }
        }
    }

    /** Deletes a record if it exists. */
    void delete(String name) {
        directory.delete(name);
        directory.delete(name + COPY);
    }
}
