package dev.demitasse.backend;

import java.nio.ByteBuffer;

/** What backends share that lay a snapshot of the KV cache out as pieces of their memory, one after the other. */
public final class KvSnapshot {
    private static final int ALIGNMENT = 4;

    /** Copies between a piece and a part of the snapshot. */
    public interface Copier {
        /**
         * @param piece number of the piece
         * @param offset of the first byte within it
         * @param part that many bytes of the snapshot, from position to limit
         */
        void copy(int piece, long offset, ByteBuffer part);
    }

    private KvSnapshot() {}

    /** Bytes of all pieces. */
    public static long bytes(long[] pieceBytes) {
        long sum = 0;
        for (long bytes : pieceBytes) {
            sum += bytes;
        }
        return sum;
    }

    /**
     * Copies {@code bytes}, from position to limit, of which the first is at {@code offset} of the snapshot.
     *
     * @throws IndexOutOfBoundsException if there are more bytes than pieces
     * @throws IllegalArgumentException for an offset or a number of bytes that isn't a multiple of 4
     */
    public static void copy(long[] pieceBytes, long offset, ByteBuffer bytes, Copier copier) {
        long end = offset + bytes.remaining();
        long size = bytes(pieceBytes);
        if (offset < 0 || end > size) {
            throw new IndexOutOfBoundsException("bytes " + offset + " to " + end + " of a snapshot of " + size);
        }
        if (offset % ALIGNMENT != 0 || end % ALIGNMENT != 0) {
            throw new IllegalArgumentException(
                    "bytes " + offset + " to " + end + " of a snapshot; it is read in fours");
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
