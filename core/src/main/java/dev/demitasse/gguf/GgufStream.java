package dev.demitasse.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes a GGUF file as its bytes arrive, in chunks of any size: first hands on the header, then each tensor's bytes, and
 * keeps nothing but the header in memory.
 */
public final class GgufStream {
    /** Where a stream's content goes. */
    public interface Sink {
        /** The header is complete. Called once, before any bytes. */
        void header(Gguf gguf);

        /**
         * Some of a tensor's bytes, in order.
         *
         * @param offset of the first byte within the tensor
         * @param bytes from position to limit; valid during the call only
         */
        void bytes(TensorInfo tensor, long offset, ByteBuffer bytes);
    }

    private static final int FIRST_HEADER_BYTES = 1 << 16;
    private static final int MAX_HEADER_BYTES = 1 << 28;

    private final long fileBytes;
    private final Sink sink;
    private ByteBuffer headerBytes = ByteBuffer.allocateDirect(FIRST_HEADER_BYTES);
    private @Nullable Gguf gguf;
    private long position;
    private int nextTensor;

    /** @param fileBytes length of the file, or {@link Gguf#UNKNOWN_LENGTH} */
    public GgufStream(long fileBytes, Sink sink) {
        this.fileBytes = fileBytes;
        this.sink = sink;
    }

    /**
     * Consumes the next bytes of the file.
     *
     * @throws GgufException as {@link Gguf#parse}
     */
    public void accept(ByteBuffer chunk) {
        if (gguf == null) {
            acceptHeader(chunk);
        } else {
            acceptData(gguf, chunk);
        }
    }

    /**
     * The file has ended.
     *
     * @throws GgufException if it ended before its header or its last tensor did
     */
    public void finish() {
        Gguf header = gguf;
        if (header == null) {
            // A short file of unknown length: now it is known.
            header = Gguf.parse(headerBytes.duplicate().flip(), headerBytes.position());
            if (header == null) {
                throw new IllegalStateException("a whole header can't be incomplete");
            }
            startData(header, ByteBuffer.allocateDirect(0));
        }
        List<TensorInfo> tensors = header.tensors();
        if (nextTensor < tensors.size()) {
            throw new GgufException("the file ends at " + position + " bytes, inside tensor "
                    + tensors.get(nextTensor).name() + "; it should have at least " + header.requiredBytes());
        }
    }

    private void acceptHeader(ByteBuffer chunk) {
        while (chunk.hasRemaining()) {
            int count = Math.min(chunk.remaining(), headerBytes.remaining());
            headerBytes.put(chunk.duplicate().limit(chunk.position() + count));
            chunk.position(chunk.position() + count);
            boolean atEnd = headerBytes.position() == fileBytes;
            if (headerBytes.hasRemaining() && !atEnd) {
                return;
            }
            // Parsing again only when the buffer has doubled keeps the work linear in the header's size.
            Gguf parsed = Gguf.parse(headerBytes.duplicate().flip(), fileBytes);
            if (parsed != null) {
                startData(parsed, chunk);
                return;
            }
            grow();
        }
    }

    private void startData(Gguf parsed, ByteBuffer chunk) {
        gguf = parsed;
        sink.header(parsed);
        ByteBuffer overread = headerBytes.duplicate().flip();
        if (parsed.dataOffset() < overread.limit()) {
            overread.position((int) parsed.dataOffset());
            position = parsed.dataOffset();
            acceptData(parsed, overread);
        } else {
            position = overread.limit();
        }
        acceptData(parsed, chunk);
    }

    private void grow() {
        if (headerBytes.capacity() >= MAX_HEADER_BYTES) {
            throw new GgufException("the header is longer than " + MAX_HEADER_BYTES + " bytes");
        }
        ByteBuffer larger = ByteBuffer.allocateDirect(headerBytes.capacity() * 2);
        larger.put(headerBytes.flip());
        headerBytes = larger;
    }

    private void acceptData(Gguf header, ByteBuffer chunk) {
        List<TensorInfo> tensors = header.tensors();
        while (chunk.hasRemaining() && nextTensor < tensors.size()) {
            TensorInfo tensor = tensors.get(nextTensor);
            long start = header.dataOffset() + tensor.offset();
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
    }

    private void skip(ByteBuffer chunk, long bytes) {
        int count = (int) Math.min(chunk.remaining(), bytes);
        chunk.position(chunk.position() + count);
        position += count;
    }
}
