package dev.demitasse.web.store;

import dev.demitasse.store.Bytes;
import dev.demitasse.store.Chunk;
import org.teavm.jso.typedarrays.Uint8Array;

/** Bytes in a JavaScript array. */
final class JsBytes implements Bytes {
    private final Uint8Array array;

    JsBytes(Uint8Array array) {
        this.array = array;
    }

    /** Returns the array of bytes that this package has created. */
    static Uint8Array array(Bytes bytes) {
        return ((JsBytes) bytes).array;
    }

    @Override
    public int length() {
        return array.getLength();
    }

    @Override
    public Bytes slice(int from, int count) {
        return new JsBytes(new Uint8Array(array.getBuffer(), array.getByteOffset() + from, count));
    }

    @Override
    public void feed(Chunk.Target target) {
        Staging.feedWritten(array, target);
    }

    @Override
    public Bytes copy() {
        return new JsBytes(new Uint8Array(array));
    }

    @Override
    public void copyTo(byte[] target, int at) {
        for (int i = 0; i < array.getLength(); i++) {
            target[at + i] = (byte) array.get(i);
        }
    }
}
