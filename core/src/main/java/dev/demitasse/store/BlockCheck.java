package dev.demitasse.store;

import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Passes whole blocks of a chunk to a target, up to the first one that is not sound. */
final class BlockCheck implements Chunk.Target {
    /** Judges the blocks of a chunk. */
    interface Judge {
        /** Returns whether a block has the right bytes. The position of the buffer does not change. */
        boolean isSound(int block, ByteBuffer bytes);
    }

    private final Judge judge;
    private final int blockBytes;
    private final int length;
    private final Chunk.Target target;
    /** Collects a block whose bytes come in several buffers. */
    private @Nullable ByteBuffer pending;

    private final Supplier<ByteBuffer> buffers;
    /** The number of blocks that have been passed on. */
    private int passed;
    /** The index of the next block in the chunk. */
    private int block;

    private boolean isDamaged;

    /**
     * Creates a check.
     *
     * @param blockBytes the length of each block but the last, in bytes
     * @param length the length of the chunk in bytes
     * @param passed the number of blocks at the start of the chunk that the target has received already
     * @param buffers provides a buffer with room for a block
     */
    BlockCheck(Judge judge, int blockBytes, int length, int passed, Chunk.Target target, Supplier<ByteBuffer> buffers) {
        this.judge = judge;
        this.blockBytes = blockBytes;
        this.length = length;
        this.passed = passed;
        this.target = target;
        this.buffers = buffers;
    }

    @Override
    public boolean accept(ByteBuffer bytes) {
        ByteBuffer rest = bytes.slice();
        while (rest.hasRemaining()) {
            if (blockLength() == 0) {
                isDamaged = true;
                return false;
            }
            ByteBuffer collected = pending;
            int missing = blockLength() - (collected == null ? 0 : collected.position());
            int count = Math.min(missing, rest.remaining());
            ByteBuffer part = take(rest, count);
            if (collected == null && count < missing) {
                collected = buffers.get();
                collected.clear();
                pending = collected;
            }
            if (collected != null) {
                collected.put(part);
                if (count < missing) {
                    return true;
                }
                collected.flip();
                part = collected.slice();
                pending = null;
            }
            if (!pass(part)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the length of the current block, or 0 past the end of the chunk. */
    private int blockLength() {
        return (int) Math.max(0, Math.min(blockBytes, length - (long) block * blockBytes));
    }

    private static ByteBuffer take(ByteBuffer from, int count) {
        ByteBuffer part = from.duplicate();
        part.limit(from.position() + count);
        from.position(from.position() + count);
        return part.slice();
    }

    private boolean pass(ByteBuffer whole) {
        if (block < passed) {
            block++;
            return true;
        }
        isDamaged = !judge.isSound(block, whole);
        if (isDamaged) {
            return false;
        }
        block++;
        passed++;
        return target.accept(whole);
    }

    /** Returns the number of blocks that the target has received. */
    int passed() {
        return passed;
    }

    /** Returns whether a block was found that is not sound, or bytes after the end of the chunk. */
    boolean isDamaged() {
        return isDamaged;
    }

    /** Returns whether all blocks of the chunk have been passed on. */
    boolean isComplete() {
        return (long) passed * blockBytes >= length;
    }
}
