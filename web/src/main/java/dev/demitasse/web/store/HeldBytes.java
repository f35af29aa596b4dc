package dev.demitasse.web.store;

import dev.demitasse.store.Chunk;
import dev.demitasse.web.js.Blob;
import dev.demitasse.web.js.Buffers;
import java.nio.ByteBuffer;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.typedarrays.Uint8Array;

/** Bytes in the page's memory, which can be read repeatedly until they are freed. */
public final class HeldBytes implements Chunk {
    private final JSArray<JSObject> buffers = new JSArray<>();
    private long length;

    HeldBytes() {}

    /** Copies all bytes of the source. */
    public HeldBytes(SessionStore.Source source) {
        for (ByteBuffer bytes = source.next(); bytes != null; bytes = source.next()) {
            append(Uint8Array.fromJavaBuffer(bytes.slice()));
        }
    }

    /** Appends a copy of the bytes. The caller may reuse or free their buffer. */
    void append(Uint8Array bytes) {
        buffers.push(new Uint8Array(bytes));
        length += bytes.getLength();
    }

    long length() {
        return length;
    }

    @Override
    public boolean feed(Chunk.Target target) {
        for (int i = 0; i < buffers.getLength(); i++) {
            if (!Staging.feed((Uint8Array) buffers.get(i), target)) {
                return false;
            }
        }
        return true;
    }

    /** Does the same for a target that does not wait, while a reader may wait in {@link #feed}. */
    void feedWritten(Chunk.Target target) {
        for (int i = 0; i < buffers.getLength(); i++) {
            Staging.feedWritten((Uint8Array) buffers.get(i), target);
        }
    }

    /** Returns a copy of all bytes in one array. */
    Uint8Array content() {
        Uint8Array content = new Uint8Array((int) length);
        int at = 0;
        for (int i = 0; i < buffers.getLength(); i++) {
            Uint8Array buffer = (Uint8Array) buffers.get(i);
            content.set(buffer, at);
            at += buffer.getLength();
        }
        return content;
    }

    /** Returns a copy of all bytes as a blob. */
    Blob blob() {
        return new Blob(buffers);
    }

    /** Frees the memory. Nothing remains to read. */
    public void free() {
        while (buffers.getLength() > 0) {
            Buffers.free((Uint8Array) buffers.pop());
        }
        length = 0;
    }
}
