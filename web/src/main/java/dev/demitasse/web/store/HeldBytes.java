package dev.demitasse.web.store;

import dev.demitasse.web.js.Buffers;
import java.nio.ByteBuffer;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.typedarrays.Uint8Array;

/** Bytes that are kept in the page's memory until they are freed. */
public final class HeldBytes implements SessionStore.Kept {
    private final JSArray<JSObject> chunks = new JSArray<>();

    /** Takes all that the source gives. */
    public HeldBytes(SessionStore.Source source) {
        for (ByteBuffer bytes = source.next(); bytes != null; bytes = source.next()) {
            chunks.push(new Uint8Array(
                    Uint8Array.fromJavaBuffer(bytes.slice()))); // a copy: the source uses the buffer again
        }
    }

    @Override
    public void feed(Staging.Target target) {
        for (int i = 0; i < chunks.getLength(); i++) {
            Staging.feed((Uint8Array) chunks.get(i), target);
        }
    }

    /** They are of no more use. */
    public void free() {
        while (chunks.getLength() > 0) {
            Buffers.free((Uint8Array) chunks.pop());
        }
    }
}
