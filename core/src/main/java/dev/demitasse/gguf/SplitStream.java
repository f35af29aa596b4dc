package dev.demitasse.gguf;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the files of a split model as their bytes arrive. Passes on the same as {@link GgufStream} for a single file: the metadata
 * of the first file, and the tensors of all files in order.
 *
 * <p>The caller repeats until {@link #file()} is -1: call {@link #begin}, then pass the bytes of that file from its start until
 * {@link #accept} returns false. All headers are read first, so that a model that cannot run is rejected before its weights are
 * fetched; then each file is read from its start to the end of its last tensor.
 *
 * <p>The layout is llama.cpp's ({@code tools/gguf-split/gguf-split.cpp}, {@code src/llama-model-loader.cpp}): each file is a GGUF file
 * with its tensors and {@code split.no} (from 0), {@code split.count} and {@code split.tensors.count} (of all files together). All
 * other metadata is in the first file, which may have no tensors.
 */
public final class SplitStream {
    static final String NUMBER = "split.no";
    static final String COUNT = "split.count";
    private static final String TENSOR_COUNT = "split.tensors.count";

    /**
     * A file whose header has been read.
     *
     * @param tensors with offsets as if the tensors of all files were in one file without gaps
     * @param start first bytes of the file, up to the end of the header
     */
    private record Part(Gguf header, List<TensorInfo> tensors, ByteBuffer start) {}

    private final int files;
    private final GgufStream.Sink sink;
    private final List<Part> parts = new ArrayList<>();
    private final List<TensorInfo> tensors = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    private long dataBytes;
    private int current;
    /** Reads the header of the current file, after it has begun. */
    private @Nullable HeaderReader headerReader;
    /** Reads the tensors of the current file, after it has begun, when all headers have been read. */
    private @Nullable TensorReader tensorReader;
    /** The next bytes of the current file if its header has not changed since it was read. */
    private ByteBuffer expected = ByteBuffer.allocate(0);

    /**
     * Begins to read a split model.
     *
     * @param files number of files, at least 1
     */
    public SplitStream(int files, GgufStream.Sink sink) {
        if (files < 1) {
            throw new IllegalArgumentException("files is " + files + "; it must be at least 1");
        }
        this.files = files;
        this.sink = sink;
    }

    /** Returns the index of the file to read next, from its first byte; -1 when all have been read. */
    public int file() {
        return current < files ? current : -1;
    }

    /**
     * Begins {@link #file()}.
     *
     * @param fileBytes its length, or {@link Gguf#UNKNOWN_LENGTH}
     */
    public void begin(long fileBytes) {
        if (file() < 0 || hasBegun()) {
            throw new IllegalStateException("no file begins here");
        }
        if (parts.size() < files) {
            headerReader = new HeaderReader(fileBytes);
        } else {
            Part part = parts.get(current);
            tensorReader = new TensorReader(part.header(), part.tensors(), sink);
            expected = part.start().duplicate();
        }
    }

    /**
     * Takes the next bytes of {@link #file()}.
     *
     * @return whether more of this file is wanted
     * @throws GgufException naming the file and the field or tensor that is malformed, out of bounds or not supported
     */
    public boolean accept(ByteBuffer chunk) {
        if (headerReader != null) {
            return !readHeader(headerReader, chunk);
        }
        if (tensorReader == null) {
            throw new IllegalStateException("no file has begun");
        }
        checkStart(chunk);
        boolean more = tensorReader.accept(chunk) || expected.hasRemaining();
        if (!more) {
            tensorReader = null;
            current++;
        }
        return more;
    }

    /**
     * Ends {@link #file()}, although {@link #accept} wanted more. This is valid for a short file of unknown length.
     *
     * @throws GgufException if the file ended too early
     */
    public void end() {
        if (headerReader != null) {
            readHeader(headerReader, null);
        } else if (tensorReader != null) {
            try {
                tensorReader.finish();
            } catch (GgufException e) {
                throw error(e.getMessage());
            }
            throw error("the file ends inside its header");
        }
    }

    /**
     * Ends the model.
     *
     * @throws GgufException if a file ended too early or is missing
     */
    public void finish() {
        end();
        if (file() >= 0) {
            throw error("the file is missing");
        }
    }

    /**
     * Reads a part of a header.
     *
     * @param chunk null if the file has ended
     * @return whether the header is complete
     */
    private boolean readHeader(HeaderReader reader, @Nullable ByteBuffer chunk) {
        Gguf header;
        try {
            header = chunk == null ? reader.finish() : reader.accept(chunk);
            if (header == null) {
                return false;
            }
            check(header.metadata(), NUMBER, current);
            check(header.metadata(), COUNT, files);
        } catch (GgufException e) {
            throw error(e.getMessage());
        }
        add(header, reader.bytes());
        return true;
    }

    private void check(Metadata metadata, String key, int required) {
        // The only file of a model need not have these keys.
        int value = files == 1 ? metadata.integer(key, required) : metadata.integer(key);
        if (value != required) {
            throw new GgufException(key + " is " + value + "; it must be " + required);
        }
    }

    private void add(Gguf header, ByteBuffer bytes) {
        int before = tensors.size();
        for (TensorInfo tensor : header.tensors()) {
            if (!names.add(tensor.name())) {
                throw error("tensor " + tensor.name() + " is also in an earlier file");
            }
            tensors.add(new TensorInfo(tensor.name(), tensor.type(), tensor.shape(), dataBytes, tensor.bytes()));
            dataBytes += tensor.bytes();
        }
        ByteBuffer start = bytes.limit((int) Math.min(bytes.limit(), header.dataOffset()));
        parts.add(new Part(header, List.copyOf(tensors.subList(before, tensors.size())), start));
        headerReader = null;
        current++;
        if (parts.size() == files) {
            current = 0;
            Gguf first = parts.get(0).header();
            int count = first.metadata().integer(TENSOR_COUNT, tensors.size());
            if (count != tensors.size()) {
                throw new GgufException(
                        TENSOR_COUNT + " is " + count + ", but the files hold " + tensors.size() + " tensors");
            }
            sink.header(new Gguf(first.version(), first.metadata(), List.copyOf(tensors), 0));
        }
    }

    /** Checks that the header is the one that was read before. */
    private void checkStart(ByteBuffer chunk) {
        int count = Math.min(chunk.remaining(), expected.remaining());
        ByteBuffer before = expected.duplicate().limit(expected.position() + count);
        if (!before.equals(chunk.duplicate().limit(chunk.position() + count))) {
            throw error("the file has changed since its header was read");
        }
        expected.position(expected.position() + count);
    }

    private boolean hasBegun() {
        return headerReader != null || tensorReader != null;
    }

    private GgufException error(@Nullable String problem) {
        return new GgufException("file " + (current + 1) + " of " + files + ": " + problem);
    }
}
