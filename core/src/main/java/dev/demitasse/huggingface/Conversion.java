package dev.demitasse.huggingface;

import java.nio.ByteBuffer;

/**
 * Converts a tensor: takes its bytes in order, in chunks of any size, and passes them on in another form. Buffers on Java's heap begin
 * at index 0 of their array: in Wasm, TeaVM 0.15's {@code put} copies wrong bytes from other ones.
 */
interface Conversion {
    /**
     * Takes the next bytes.
     *
     * @param bytes from position to limit; valid only during the call
     */
    void accept(ByteBuffer bytes);
}
