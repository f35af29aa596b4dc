package dev.demitasse.web.js;

import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSPromise;
import org.teavm.jso.typedarrays.ArrayBuffer;
import org.teavm.jso.typedarrays.Uint8Array;

/** SHA-256 by the browser ({@code SubtleCrypto}). */
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

    /** The hash, as 64 hexadecimal digits. Waits for it. */
    public static String sha256(Uint8Array bytes) {
        Uint8Array digest = new Uint8Array(
                Promises.await(WorkerScope.getCrypto().getSubtle().digest("SHA-256", bytes)));
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < digest.getLength(); i++) {
            hex.append(Character.forDigit(digest.get(i) >> 4, 16)).append(Character.forDigit(digest.get(i) & 15, 16));
        }
        return hex.toString();
    }
}
