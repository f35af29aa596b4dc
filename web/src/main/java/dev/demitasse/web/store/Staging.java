package dev.demitasse.web.store;

import java.nio.ByteBuffer;
import org.teavm.jso.typedarrays.Uint8Array;

/** Where bytes of JavaScript's become Java's: one buffer, since TeaVM doesn't free direct buffers promptly. */
public final class Staging {
    /** Longest chunk that {@link #copy} takes. */
    public static final int BYTES = 1 << 20;

    private static final ByteBuffer BUFFER = ByteBuffer.allocateDirect(BYTES);

    private Staging() {}

    /** The bytes, valid until the next call. */
    public static ByteBuffer copy(Uint8Array bytes) {
        // A new view each time: the memory's buffer changes when it grows.
        Uint8Array.fromJavaBuffer(BUFFER).set(bytes);
        return BUFFER.duplicate().position(0).limit(bytes.getLength());
    }
}
