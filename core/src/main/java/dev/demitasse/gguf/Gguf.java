package dev.demitasse.gguf;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The header of a GGUF file: metadata and tensor table.
 *
 * @param version 2 or 3
 * @param tensors in the order of their data
 * @param dataOffset position of the data section in the file
 */
public record Gguf(int version, Metadata metadata, List<TensorInfo> tensors, long dataOffset) {
    /** Length of a file whose length is not known. */
    public static final long UNKNOWN_LENGTH = -1;

    /**
     * Parses a header (GGUF specification, versions 2 and 3, little-endian).
     *
     * @param prefix first bytes of the file, from index 0 to the limit; array values keep a view of it
     * @param fileBytes length of the whole file, or {@link #UNKNOWN_LENGTH}
     * @return null if the header is longer than {@code prefix}, but not than the file
     * @throws GgufException naming the field that is malformed, out of bounds or unsupported
     */
    public static @Nullable Gguf parse(ByteBuffer prefix, long fileBytes) {
        try {
            return new HeaderParser(prefix, fileBytes).parse();
        } catch (HeaderParser.Incomplete e) {
            return null;
        }
    }

    /** Returns the end of the last tensor, which is the minimum length of a complete file. */
    public long requiredBytes() {
        if (tensors.isEmpty()) {
            return dataOffset;
        }
        TensorInfo last = tensors.get(tensors.size() - 1);
        return dataOffset + last.offset() + last.bytes();
    }

    /** Returns the tensors by name, in the order of their data. */
    public Map<String, TensorInfo> tensorsByName() {
        Map<String, TensorInfo> byName = new LinkedHashMap<>();
        for (TensorInfo tensor : tensors) {
            byName.put(tensor.name(), tensor);
        }
        return byName;
    }
}
