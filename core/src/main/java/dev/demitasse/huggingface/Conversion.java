package dev.demitasse.huggingface;

import java.nio.ByteBuffer;

/** Takes a tensor's bytes in order, in chunks of any size, and hands them on in another form. */
interface Conversion {
    /** @param bytes from position to limit, all taken; valid during the call only */
    void accept(ByteBuffer bytes);
}
