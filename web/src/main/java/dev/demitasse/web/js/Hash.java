package dev.demitasse.web.js;

import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSPromise;
import org.teavm.jso.typedarrays.ArrayBuffer;
import org.teavm.jso.typedarrays.Uint8Array;

/** Computes SHA-256 hashes with the browser's {@code Crypto}. */
public final class Hash {
    private Hash() {}

    /** {@code Crypto}. */
    public interface Crypto extends JSObject {
        @JSProperty
        Subtle getSubtle();
    }

    /** {@code SubtleCrypto}. */
    public interface Subtle extends JSObject {
        JSPromise<ArrayBuffer> digest(String algorithm, Uint8Array bytes);
    }

    /** Waits for a SHA-256 hash; returns 64 hexadecimal digits. */
    public static String sha256(Uint8Array bytes) {
        Uint8Array digest = new Uint8Array(
                Promises.await(WorkerScope.getCrypto().getSubtle().digest("SHA-256", bytes)));
        return hex(digest);
    }

    private static String hex(Uint8Array bytes) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < bytes.getLength(); i++) {
            hex.append(Character.forDigit(bytes.get(i) >> 4, 16)).append(Character.forDigit(bytes.get(i) & 15, 16));
        }
        return hex.toString();
    }
}
