package dev.demitasse.gguf;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Collects a header from the first bytes of a file. Its memory grows with the bytes that arrive. */
final class HeaderReader {
    private static final int FIRST_BYTES = 1 << 16;
    private static final int MAX_BYTES = 1 << 28;

    private final long fileBytes;
    private ByteBuffer bytes = ByteBuffer.allocateDirect(FIRST_BYTES);

    /**
     * Begins to read a header.
     *
     * @param fileBytes length of the file, or {@link Gguf#UNKNOWN_LENGTH}
     */
    HeaderReader(long fileBytes) {
        this.fileBytes = fileBytes;
    }

    /**
     * Takes bytes from the chunk, and returns the header when it is complete.
     *
     * @throws GgufException as {@link Gguf#parse}
     */
    @Nullable
    Gguf accept(ByteBuffer chunk) {
        while (chunk.hasRemaining()) {
            int count = Math.min(chunk.remaining(), bytes.remaining());
            bytes.put(chunk.duplicate().limit(chunk.position() + count));
            chunk.position(chunk.position() + count);
            boolean atEnd = bytes.position() == fileBytes;
            if (bytes.hasRemaining() && !atEnd) {
                return null;
            }
            // Parse again only when the buffer has doubled: the work stays linear in the size of the header.
            Gguf header = Gguf.parse(bytes(), fileBytes);
            if (header != null) {
                return header;
            }
            grow();
        }
        return null;
    }

    /**
     * Ends the file. A short file of unknown length is parsed only now.
     *
     * @throws GgufException as {@link Gguf#parse}
     */
    Gguf finish() {
        Gguf header = Gguf.parse(bytes(), bytes.position());
        if (header == null) {
            throw new IllegalStateException("the header of a complete file is incomplete");
        }
        return header;
    }

    /** Returns the bytes taken so far: the header, and some bytes after it. */
    ByteBuffer bytes() {
        return bytes.duplicate().flip();
    }

    private void grow() {
        if (bytes.capacity() >= MAX_BYTES) {
            throw new GgufException("the header is longer than " + MAX_BYTES + " bytes");
        }
        bytes = ByteBuffer.allocateDirect(bytes.capacity() * 2).put(bytes.flip());
    }
}
