package dev.demitasse.web.store;

import dev.demitasse.store.Storage;
import dev.demitasse.store.StorageFullException;
import dev.demitasse.web.js.Hash;
import dev.demitasse.web.js.JsException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.typedarrays.Uint8Array;

/** The directories of one kind in the browser's storage for this site. */
abstract class BrowserStorage implements Storage {
    private static final int ID_DIGITS = 32;

    /**
     * Returns the best storage that this page has, or null if it has none.
     *
     * @param kind the content of the directories: {@code model} or {@code session}
     */
    static @Nullable BrowserStorage find(String kind) {
        BrowserStorage files = OpfsStorage.find(kind);
        if (files != null) {
            return files; // no conditional expression: TeaVM 0.15 would write a block of the wrong type
        }
        return CacheStorage.find(kind);
    }

    /** Returns a {@link StorageFullException} for an exceeded quota, or else the error as a {@link JsException}. */
    static RuntimeException failure(RuntimeException e) {
        JsException error = JsException.of(e);
        return error.is("QuotaExceededError") ? new StorageFullException() : error;
    }

    /** Returns a prefix of the name's SHA-256. Waits for the hash. */
    @Override
    public final String id(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).position(0);
        return Hash.sha256(Uint8Array.fromJavaBuffer(direct)).substring(0, ID_DIGITS);
    }

    @Override
    public abstract BrowserDirectory open(String id);
}
