package dev.demitasse.web.store;

import dev.demitasse.store.Chunk;
import dev.demitasse.store.UnreadableException;
import dev.demitasse.web.js.Blob;
import dev.demitasse.web.js.Files;
import dev.demitasse.web.js.JsException;
import dev.demitasse.web.js.StreamReader;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.core.JSObjects;
import org.teavm.jso.typedarrays.Uint8Array;

/**
 * Copies JavaScript bytes to Java through two shared buffers, because TeaVM does not free direct buffers promptly: one for bytes that are
 * read, whose target may wait, and one for bytes that are written meanwhile, whose target does not wait.
 */
public final class Staging {
    private static final int BYTES = 1 << 20;

    private static final ByteBuffer READ = ByteBuffer.allocateDirect(BYTES);
    private static final ByteBuffer WRITTEN = ByteBuffer.allocateDirect(1 << 18);

    private Staging() {}

    /** Reads a blob until the target wants no more; returns whether the target wants more. */
    public static boolean feed(Blob blob, Chunk.Target target) {
        StreamReader reader = new StreamReader(blob.stream());
        for (Uint8Array bytes = next(reader); bytes != null; bytes = next(reader)) {
            if (!feed(bytes, target)) {
                reader.cancel();
                return false;
            }
        }
        return true;
    }

    private static @Nullable Uint8Array next(StreamReader reader) {
        try {
            return reader.next();
        } catch (JsException e) {
            throw new UnreadableException(String.valueOf(e.getMessage()));
        }
    }

    /** Passes bytes until the target wants no more; returns whether the target wants more. */
    public static boolean feed(Uint8Array bytes, Chunk.Target target) {
        return feed(bytes, READ, target);
    }

    /** Does the same for a target that does not wait, while a reader may wait in {@link #feed}. */
    static boolean feedWritten(Uint8Array bytes, Chunk.Target target) {
        return feed(bytes, WRITTEN, target);
    }

    private static boolean feed(Uint8Array bytes, ByteBuffer buffer, Chunk.Target target) {
        int length = bytes.getLength();
        for (int from = 0; from < length; from += buffer.capacity()) {
            int count = Math.min(buffer.capacity(), length - from);
            view(buffer).set(new Uint8Array(bytes.getBuffer(), bytes.getByteOffset() + from, count));
            if (!target.accept(buffer.duplicate().position(0).limit(count))) {
                return false;
            }
        }
        return true;
    }

    /** Reads a file until the target wants no more; returns whether the target wants more. */
    static boolean feed(Files.AccessHandle file, Chunk.Target target) {
        return feed(file, READ, target);
    }

    /** Does the same for a target that does not wait, while a reader may wait in {@link #feed}. */
    static boolean feedWritten(Files.AccessHandle file, Chunk.Target target) {
        return feed(file, WRITTEN, target);
    }

    private static boolean feed(Files.AccessHandle file, ByteBuffer buffer, Chunk.Target target) {
        double position = 0;
        for (int count = read(file, buffer, position); count > 0; count = read(file, buffer, position)) {
            if (!target.accept(buffer.duplicate().position(0).limit(count))) {
                return false;
            }
            position += count;
        }
        return true;
    }

    private static int read(Files.AccessHandle file, ByteBuffer buffer, double position) {
        Files.Options at = JSObjects.create();
        at.setAt(position);
        try {
            return file.read(view(buffer), at);
        } catch (RuntimeException e) {
            throw new UnreadableException(String.valueOf(JsException.of(e).getMessage()));
        }
    }

    /** Returns a new view of a buffer. An old view is detached when the Wasm memory grows. */
    private static Uint8Array view(ByteBuffer buffer) {
        return Uint8Array.fromJavaBuffer(buffer);
    }
}
