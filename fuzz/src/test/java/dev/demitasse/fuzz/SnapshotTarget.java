package dev.demitasse.fuzz;

import dev.demitasse.backend.KvSnapshot;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Snapshots of the KV cache, restored in parts at any offset. */
final class SnapshotTarget extends Target {
    SnapshotTarget() {
        super(IllegalArgumentException.class, IndexOutOfBoundsException.class);
    }

    @Override
    protected void test(byte[] bytes) {
        Input input = new Input(bytes);
        byte[][] pieces = new byte[input.choice(6)][];
        long[] lengths = new long[pieces.length];
        for (int i = 0; i < pieces.length; i++) {
            lengths[i] = input.choice(64) * 4L;
            pieces[i] = new byte[(int) lengths[i]];
        }
        int offset = input.choice() - 4;
        byte[] part = input.content();
        byte[] expected = new byte[(int) KvSnapshot.bytes(lengths)];
        ByteBuffer source = ByteBuffer.wrap(part);
        KvSnapshot.copy(lengths, offset, source, (piece, at, copied) -> {
            check(copied.hasRemaining(), "an empty part");
            copied.get(pieces[piece], (int) at, copied.remaining());
        });
        check(!source.hasRemaining(), "bytes are left");
        System.arraycopy(part, 0, expected, offset, part.length);
        byte[] joined = new byte[0];
        for (byte[] piece : pieces) {
            joined = Arrays.copyOf(joined, joined.length + piece.length);
            System.arraycopy(piece, 0, joined, joined.length - piece.length, piece.length);
        }
        check(Arrays.equals(expected, joined), "other bytes");
    }

    @Override
    protected List<byte[]> seeds() {
        return List.of(Input.of(new byte[24], 8, 4, 5, 6, 3), Input.of(new byte[8], 4, 1, 1));
    }

    @Override
    protected long maxAllocation(int inputLength) {
        return 50_000 + 20L * inputLength;
    }
}
