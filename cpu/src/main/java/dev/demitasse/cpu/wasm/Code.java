package dev.demitasse.cpu.wasm;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Bytes of a module in the making. */
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

    /** Unsigned LEB128. */
    Code unsigned(long value) {
        long rest = value;
        while (rest >= 0x80) {
            bytes.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        bytes.write((int) rest);
        return this;
    }

    /** Signed LEB128. */
    Code signed(long value) {
        long rest = value;
        while (rest < -64 || rest > 63) {
            bytes.write((int) (rest & 0x7f) | 0x80);
            rest >>= 7;
        }
        bytes.write((int) (rest & 0x7f));
        return this;
    }

    Code name(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return unsigned(utf8.length).raw(utf8);
    }

    /** Another sequence, preceded by its length. */
    Code sized(Code content) {
        return unsigned(content.bytes.size()).raw(content.toBytes());
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
