package dev.demitasse.store.hash;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The hash SHA-256 (FIPS 180-4, section 6.2) of bytes that come in parts. The browser's own SHA-256 takes whole arrays only. The state
 * between two parts can be saved as text.
 */
public final class Sha256 {
    private static final int BLOCK_BYTES = 64;
    private static final int ROUNDS = 64;

    /** The round constants: fractional parts of the cube roots of the first 64 primes. */
    private static final int[] K = constants();

    private final int[] state = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
    };
    private final int[] schedule = new int[ROUNDS];
    private final ByteBuffer tail = ByteBuffer.allocate(BLOCK_BYTES);
    private long length;

    private static int[] constants() {
        int[] constants = new int[ROUNDS];
        int count = 0;
        for (int n = 2; count < ROUNDS; n++) {
            boolean isPrime = true;
            for (int d = 2; d * d <= n; d++) {
                isPrime &= n % d != 0;
            }
            if (isPrime) {
                double root = Math.cbrt(n);
                constants[count++] = (int) (long) ((root - Math.floor(root)) * (1L << 32));
            }
        }
        return constants;
    }

    /** Appends the remaining bytes of a buffer, whose position does not change. */
    public void update(ByteBuffer bytes) {
        ByteBuffer rest = bytes.duplicate().order(ByteOrder.BIG_ENDIAN);
        length += rest.remaining();
        append(rest);
    }

    private void append(ByteBuffer rest) {
        if (tail.position() > 0) {
            fillTail(rest);
            if (tail.hasRemaining()) {
                return;
            }
            compressTail();
        }
        while (rest.remaining() >= BLOCK_BYTES) {
            compress(rest);
        }
        fillTail(rest);
    }

    private void fillTail(ByteBuffer from) {
        while (from.hasRemaining() && tail.hasRemaining()) {
            tail.put(from.get());
        }
    }

    private void compressTail() {
        tail.flip();
        compress(tail);
        tail.clear();
    }

    private void compress(ByteBuffer bytes) {
        int[] w = schedule;
        for (int i = 0; i < 16; i++) {
            w[i] = bytes.getInt();
        }
        for (int i = 16; i < ROUNDS; i++) {
            int w2 = w[i - 2];
            int w15 = w[i - 15];
            w[i] = ((w2 >>> 17 | w2 << 15) ^ (w2 >>> 19 | w2 << 13) ^ w2 >>> 10)
                    + w[i - 7]
                    + ((w15 >>> 7 | w15 << 25) ^ (w15 >>> 18 | w15 << 14) ^ w15 >>> 3)
                    + w[i - 16];
        }
        int a = state[0];
        int b = state[1];
        int c = state[2];
        int d = state[3];
        int e = state[4];
        int f = state[5];
        int g = state[6];
        int h = state[7];
        for (int i = 0; i < ROUNDS; i++) {
            int sum1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
            int t1 = h + sum1 + (g ^ e & (f ^ g)) + K[i] + w[i];
            int sum0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
            int t2 = sum0 + (a & b | c & (a | b));
            h = g;
            g = f;
            f = e;
            e = d + t1;
            d = c;
            c = b;
            b = a;
            a = t1 + t2;
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }

    /** Returns the hash of all bytes as 64 hexadecimal digits. No bytes may follow. */
    public String finish() {
        long bits = length << 3;
        tail.put((byte) 0x80);
        if (tail.remaining() < Long.BYTES) {
            padTail(BLOCK_BYTES);
            compressTail();
        }
        padTail(BLOCK_BYTES - Long.BYTES);
        tail.putLong(bits);
        compressTail();
        StringBuilder hex = new StringBuilder();
        for (int word : state) {
            for (int shift = 28; shift >= 0; shift -= 4) {
                hex.append(Character.forDigit(word >>> shift & 15, 16));
            }
        }
        return hex.toString();
    }

    private void padTail(int to) {
        while (tail.position() < to) {
            tail.put((byte) 0);
        }
    }
}
