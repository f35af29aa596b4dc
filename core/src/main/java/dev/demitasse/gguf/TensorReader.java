package dev.demitasse.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Reads a file whose header is known, from its first byte, and passes on the bytes of each tensor. */
final class TensorReader {
    private final Gguf header;
    private final List<TensorInfo> tensors;
    private final GgufStream.Sink sink;
    private long position;
    private int nextTensor;

    /**
     * Begins to read a file.
     *
     * @param tensors the header's tensors, with the offsets that the sink expects
     */
    TensorReader(Gguf header, List<TensorInfo> tensors, GgufStream.Sink sink) {
        this.header = header;
        this.tensors = tensors;
        this.sink = sink;
    }

    /**
     * Takes the next bytes of the file.
     *
     * @return whether more bytes of tensors are wanted
     */
    boolean accept(ByteBuffer chunk) {
        while (chunk.hasRemaining() && nextTensor < tensors.size()) {
            TensorInfo tensor = tensors.get(nextTensor);
            long start = header.dataOffset() + header.tensors().get(nextTensor).offset();
            if (position < start) {
                skip(chunk, start - position);
                continue;
            }
            long done = position - start;
            int count = (int) Math.min(chunk.remaining(), tensor.bytes() - done);
            ByteBuffer part = chunk.duplicate().limit(chunk.position() + count);
            sink.bytes(tensor, done, part.order(ByteOrder.LITTLE_ENDIAN));
            skip(chunk, count);
            if (done + count == tensor.bytes()) {
                nextTensor++;
            }
        }
        skip(chunk, chunk.remaining());
        return nextTensor < tensors.size();
    }

    /**
     * Ends the file.
     *
     * @throws GgufException if it ended before the end of its last tensor
     */
    void finish() {
        if (nextTensor < tensors.size()) {
            throw new GgufException("the file ends at " + position + " bytes, inside tensor "
                    + tensors.get(nextTensor).name() + "; it should have at least " + header.requiredBytes());
        }
    }

    private void skip(ByteBuffer chunk, long bytes) {
        int count = (int) Math.min(chunk.remaining(), bytes);
        chunk.position(chunk.position() + count);
        position += count;
    }
}
