package dev.demitasse.huggingface;

import java.nio.ByteBuffer;

/**
 * Takes a tensor's bytes in order, in chunks of any size, and hands them on in another form. Buffers on Java's heap begin at index
 * 0 of their array: in Wasm TeaVM 0.15's {@code put} copies other bytes from one that doesn't.
 */
interface Conversion {
    /** @param bytes from position to limit, all taken; valid during the call only */
    void accept(ByteBuffer bytes);
}
