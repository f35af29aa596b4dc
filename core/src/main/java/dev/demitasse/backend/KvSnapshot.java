package dev.demitasse.backend;

import java.nio.ByteBuffer;

/** Copies parts of a snapshot of the KV cache, for backends whose snapshot is a sequence of pieces of their memory. */
public final class KvSnapshot {
    private static final int ALIGNMENT = 4;

    /** Copies between a piece and a buffer. */
    public interface Copier {
        /**
         * Copies a part of a piece.
         *
         * @param piece index of the piece
         * @param offset of the first byte within the piece
         * @param part bytes of the snapshot, from position to limit
         */
        void copy(int piece, long offset, ByteBuffer part);
    }

    private KvSnapshot() {}

    /** Returns the bytes of all pieces. */
    public static long bytes(long[] pieceBytes) {
        long sum = 0;
        for (long bytes : pieceBytes) {
            sum += bytes;
        }
        return sum;
    }

    /**
     * Copies a part of the snapshot.
     *
     * @param offset of the part within the snapshot
     * @param bytes of the part, from position to limit
     * @throws IndexOutOfBoundsException if the part is not within the pieces
     * @throws IllegalArgumentException if the offset or the number of bytes is not a multiple of 4
     */
    public static void copy(long[] pieceBytes, long offset, ByteBuffer bytes, Copier copier) {
        long end = offset + bytes.remaining();
        long size = bytes(pieceBytes);
        if (offset < 0 || end > size) {
            throw new IndexOutOfBoundsException("bytes " + offset + " to " + end + " of a snapshot of " + size);
        }
        if (offset % ALIGNMENT != 0 || end % ALIGNMENT != 0) {
            throw new IllegalArgumentException(
                    "bytes " + offset + " to " + end + " of a snapshot; both must be multiples of " + ALIGNMENT);
        }
        long start = 0;
        for (int piece = 0; piece < pieceBytes.length; piece++) {
            long from = Math.max(start, offset);
            long to = Math.min(start + pieceBytes[piece], end);
            if (from < to) {
                ByteBuffer part = bytes.duplicate();
                part.limit(part.position() + (int) (to - from));
                copier.copy(piece, from - start, part);
                bytes.position(part.limit());
            }
            start += pieceBytes[piece];
        }
    }
}
