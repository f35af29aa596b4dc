package dev.demitasse.cpu.wasm;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A buffer for the binary form of a module. */
final class Code {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Code u8(int value) {
        bytes.write(value);
        return this;
    }

    Code raw(byte... values) {
        bytes.writeBytes(values);
        return this;
    }

    /** Appends an integer as unsigned LEB128. */
    Code unsigned(long value) {
        long rest = value;
        while (rest >= 0x80) {
            bytes.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        bytes.write((int) rest);
        return this;
    }

    /** Appends an integer as signed LEB128. */
    Code signed(long value) {
        long rest = value;
        while (rest < -64 || rest > 63) {
            bytes.write((int) (rest & 0x7f) | 0x80);
            rest >>= 7;
        }
        bytes.write((int) (rest & 0x7f));
        return this;
    }

    /** Appends a text in UTF-8, preceded by its length. */
    Code name(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return unsigned(utf8.length).raw(utf8);
    }

    /** Appends the bytes of another buffer, preceded by their number. */
    Code sized(Code content) {
        return unsigned(content.bytes.size()).raw(content.toBytes());
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
