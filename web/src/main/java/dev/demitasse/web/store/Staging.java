package dev.demitasse.web.store;

import dev.demitasse.store.Chunk;
import dev.demitasse.web.js.Blob;
import dev.demitasse.web.js.Files;
import dev.demitasse.web.js.StreamReader;
import java.nio.ByteBuffer;
import org.teavm.jso.core.JSObjects;
import org.teavm.jso.typedarrays.Uint8Array;

/** Copies JavaScript bytes to Java through one shared buffer, because TeaVM does not free direct buffers promptly. */
public final class Staging {
    private static final int BYTES = 1 << 20;

    private static final ByteBuffer BUFFER = ByteBuffer.allocateDirect(BYTES);

    private Staging() {}

    /** Reads a blob until the target wants no more; returns whether the target wants more. */
    public static boolean feed(Blob blob, Chunk.Target target) {
        StreamReader reader = new StreamReader(blob.stream());
        for (Uint8Array bytes = reader.next(); bytes != null; bytes = reader.next()) {
            if (!feed(bytes, target)) {
                reader.cancel();
                return false;
            }
        }
        return true;
    }

    /** Passes bytes until the target wants no more; returns whether the target wants more. */
    public static boolean feed(Uint8Array bytes, Chunk.Target target) {
        int length = bytes.getLength();
        for (int from = 0; from < length; from += BYTES) {
            int count = Math.min(BYTES, length - from);
            if (!target.accept(copy(new Uint8Array(bytes.getBuffer(), bytes.getByteOffset() + from, count)))) {
                return false;
            }
        }
        return true;
    }

    /** Reads a file until the target wants no more; returns whether the target wants more. */
    static boolean feed(Files.AccessHandle file, Chunk.Target target) {
        Files.Options at = JSObjects.create();
        double position = 0;
        at.setAt(position);
        for (int count = file.read(view(), at); count > 0; count = file.read(view(), at)) {
            if (!target.accept(BUFFER.duplicate().position(0).limit(count))) {
                return false;
            }
            position += count;
            at.setAt(position);
        }
        return true;
    }

    /** Returns a new view of the buffer. An old view is detached when the Wasm memory grows. */
    private static Uint8Array view() {
        return Uint8Array.fromJavaBuffer(BUFFER);
    }

    private static ByteBuffer copy(Uint8Array bytes) {
        view().set(bytes);
        return BUFFER.duplicate().position(0).limit(bytes.getLength());
    }
}
