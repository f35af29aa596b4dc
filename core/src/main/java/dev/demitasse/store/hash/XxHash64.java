package dev.demitasse.store.hash;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The hash XXH64 with seed 0 (xxHash fast digest algorithm, version 0.1.1, section "XXH64 algorithm description"). It finds damage by
 * accident, not by intent. It needs one multiplication of 64 bits for 4 bytes, and no SIMD.
 */
public final class XxHash64 {
    private static final long PRIME_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME_3 = 0x165667B19E3779F9L;
    private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME_5 = 0x27D4EB2F165667C5L;

    /** {@code PRIME_1 + PRIME_2}, modulo 2⁶⁴. */
    private static final long PRIME_1_PLUS_2 = 0x60EA27EEADC0B5D6L;

    private static final int STRIPE_BYTES = 32;

    private final ByteBuffer tail = ByteBuffer.allocate(STRIPE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long length;
    private long lane1;
    private long lane2;
    private long lane3;
    private long lane4;

    /** Creates the hash of no bytes. */
    public XxHash64() {
        reset();
    }

    /** Returns the hash of the remaining bytes of a buffer, whose position does not change. */
    public static long of(ByteBuffer bytes) {
        XxHash64 hash = new XxHash64();
        hash.update(bytes);
        return hash.value();
    }

    /** Forgets all bytes. */
    public void reset() {
        tail.clear();
        length = 0;
        lane1 = PRIME_1_PLUS_2;
        lane2 = PRIME_2;
        lane3 = 0;
        lane4 = -PRIME_1;
    }

    /** Appends the remaining bytes of a buffer, whose position does not change. */
    public void update(ByteBuffer bytes) {
        ByteBuffer rest = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        length += rest.remaining();
        if (tail.position() > 0) {
            fillTail(rest);
            if (tail.hasRemaining()) {
                return;
            }
            tail.flip();
            readStripes(tail);
            tail.clear();
        }
        readStripes(rest);
        fillTail(rest);
    }

    private void fillTail(ByteBuffer from) {
        while (from.hasRemaining() && tail.hasRemaining()) {
            tail.put(from.get());
        }
    }

    /** Takes whole stripes. Reads at the position of the buffer: TeaVM's absolute {@code getLong} moves the position, too. */
    private void readStripes(ByteBuffer bytes) {
        long v1 = lane1;
        long v2 = lane2;
        long v3 = lane3;
        long v4 = lane4;
        for (int count = bytes.remaining() / STRIPE_BYTES; count > 0; count--) {
            v1 = round(v1, bytes.getLong());
            v2 = round(v2, bytes.getLong());
            v3 = round(v3, bytes.getLong());
            v4 = round(v4, bytes.getLong());
        }
        lane1 = v1;
        lane2 = v2;
        lane3 = v3;
        lane4 = v4;
    }

    private static long round(long lane, long input) {
        return Long.rotateLeft(lane + input * PRIME_2, 31) * PRIME_1;
    }

    private static long merge(long hash, long lane) {
        return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
    }

    /** Returns the hash of all bytes. More bytes may follow. */
    public long value() {
        long hash = PRIME_5;
        if (length >= STRIPE_BYTES) {
            hash = Long.rotateLeft(lane1, 1)
                    + Long.rotateLeft(lane2, 7)
                    + Long.rotateLeft(lane3, 12)
                    + Long.rotateLeft(lane4, 18);
            hash = merge(merge(merge(merge(hash, lane1), lane2), lane3), lane4);
        }
        hash += length;
        ByteBuffer rest = tail.duplicate().order(ByteOrder.LITTLE_ENDIAN).flip();
        while (rest.remaining() >= Long.BYTES) {
            hash = Long.rotateLeft(hash ^ round(0, rest.getLong()), 27) * PRIME_1 + PRIME_4;
        }
        if (rest.remaining() >= Integer.BYTES) {
            long word = Integer.toUnsignedLong(rest.getInt());
            hash = Long.rotateLeft(hash ^ word * PRIME_1, 23) * PRIME_2 + PRIME_3;
        }
        while (rest.hasRemaining()) {
            hash = Long.rotateLeft(hash ^ (rest.get() & 0xff) * PRIME_5, 11) * PRIME_1;
        }
        hash = (hash ^ hash >>> 33) * PRIME_2;
        hash = (hash ^ hash >>> 29) * PRIME_3;
        return hash ^ hash >>> 32;
    }
}
