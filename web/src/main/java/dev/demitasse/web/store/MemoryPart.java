package dev.demitasse.web.store;

import dev.demitasse.web.js.Blob;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.typedarrays.Uint8Array;

/** A piece that is collected in memory, for storage that takes only whole ones. */
abstract class MemoryPart implements Box.Part {
    private JSArray<JSObject> chunks = new JSArray<>();
    private int length;

    /** Stores the whole piece. */
    abstract void put(Blob piece);

    @Override
    public long length() {
        return length;
    }

    @Override
    public void append(Uint8Array bytes) {
        chunks.push(new Uint8Array(bytes)); // a copy: the caller uses the buffer again
        length += bytes.getLength();
    }

    @Override
    public Uint8Array content() {
        Uint8Array content = new Uint8Array(length);
        int at = 0;
        for (int i = 0; i < chunks.getLength(); i++) {
            Uint8Array chunk = (Uint8Array) chunks.get(i);
            content.set(chunk, at);
            at += chunk.getLength();
        }
        return content;
    }

    @Override
    public void complete() {
        put(new Blob(chunks));
        clear();
    }

    @Override
    public void close() {
        clear();
    }

    @Override
    public void clear() {
        chunks = new JSArray<>();
        length = 0;
    }
}
