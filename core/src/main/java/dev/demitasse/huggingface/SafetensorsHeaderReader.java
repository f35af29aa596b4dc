package dev.demitasse.huggingface;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Collects a header from the first bytes of a file. Its memory grows with the bytes that arrive. */
final class SafetensorsHeaderReader {
    private static final int FIRST_BYTES = 1 << 16;

    private final String file;
    private byte[] text = {};
    private int count;
    private final ByteBuffer length =
            ByteBuffer.allocate(SafetensorsHeader.LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    SafetensorsHeaderReader(String file) {
        this.file = file;
    }

    /** Takes the bytes of the header from the chunk, and returns the header when it is complete. */
    @Nullable
    SafetensorsHeader accept(ByteBuffer chunk) {
        while (length.hasRemaining()) {
            if (!chunk.hasRemaining()) {
                return null;
            }
            length.put(chunk.get());
        }
        int textBytes = SafetensorsHeader.textBytes(file, length);
        while (count < textBytes) {
            if (!chunk.hasRemaining()) {
                return null;
            }
            if (count == text.length) {
                text = Arrays.copyOf(text, Math.min(textBytes, Math.max(FIRST_BYTES, 2 * count)));
            }
            int part = Math.min(chunk.remaining(), text.length - count);
            chunk.get(text, count, part);
            count += part;
        }
        return SafetensorsHeader.parse(file, text);
    }
}
