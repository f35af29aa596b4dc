package dev.demitasse.web.store;

import dev.demitasse.web.js.Hash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.typedarrays.Uint8Array;

/** The directories of one kind. Methods wait for the storage. */
interface Storage {
    int ID_DIGITS = 32;

    /** Opens a directory, and creates it if it does not exist. An id consists of letters and digits. */
    ModelDirectory open(String id);

    /** Returns the ids of all directories. */
    List<String> ids();

    /** Deletes a directory and its content if it exists. */
    void delete(String id);

    /**
     * Returns the best storage that this page has, or null if it has none.
     *
     * @param kind the content of the directories: {@code model} or {@code session}
     */
    static @Nullable Storage find(String kind) {
        Storage files = OpfsStorage.find(kind);
        return files == null ? CacheStorage.find(kind) : files;
    }

    /** Returns the id of the directory for a name: a prefix of the SHA-256. Waits for the hash. */
    static String id(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).position(0);
        return Hash.sha256(Uint8Array.fromJavaBuffer(direct)).substring(0, ID_DIGITS);
    }
}
