package dev.demitasse.web.store;

import dev.demitasse.web.js.Hash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.typedarrays.Uint8Array;

/** Where all directories of a kind are. Methods wait for the storage. */
interface Storage {
    int ID_DIGITS = 32;

    /** A directory, made if it isn't there; ids are of letters and digits. */
    ModelDirectory open(String id);

    List<String> ids();

    /** Deletes a directory, if it is there, and all that is in it. */
    void delete(String id);

    /**
     * The best that this page has, or null.
     *
     * @param kind of what the directories hold: {@code model} or {@code session}
     */
    static @Nullable Storage find(String kind) {
        Storage files = OpfsStorage.find(kind);
        return files == null ? CacheStorage.find(kind) : files;
    }

    /** The id of the directory that is named so. Waits for the hash. */
    static String id(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).position(0);
        return Hash.sha256(Uint8Array.fromJavaBuffer(direct)).substring(0, ID_DIGITS);
    }
}
