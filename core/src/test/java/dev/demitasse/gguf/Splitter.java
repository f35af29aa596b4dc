package dev.demitasse.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** Splits a GGUF file like llama.cpp's {@code gguf-split}. */
@SuppressWarnings("EnumOrdinal") // ordinals are the numbers of the format
public final class Splitter {
    private static final int ALIGNMENT = 32;

    private Splitter() {}

    /**
     * Returns the files of a split.
     *
     * @param whole a GGUF file without split metadata
     * @param tensors number of tensors of each file
     */
    public static List<byte[]> split(ByteBuffer whole, int... tensors) {
        Gguf gguf = Gguf.parse(whole, whole.capacity());
        byte[] pairs = pairs(whole, gguf);
        List<byte[]> files = new ArrayList<>();
        int from = 0;
        for (int no = 0; no < tensors.length; no++) {
            List<TensorInfo> part = gguf.tensors().subList(from, from + tensors[no]);
            from += tensors[no];
            Writer file = new Writer();
            file.bytes("GGUF".getBytes(StandardCharsets.US_ASCII));
            file.integer(3, Integer.BYTES);
            file.integer(part.size(), Long.BYTES);
            file.integer(no == 0 ? gguf.metadata().keys().size() + 3 : 3, Long.BYTES);
            if (no == 0) {
                file.bytes(pairs);
            }
            file.pair("split.no", ValueType.UINT16, no);
            file.pair("split.count", ValueType.UINT16, tensors.length);
            file.pair(
                    "split.tensors.count",
                    ValueType.INT32,
                    Arrays.stream(tensors).sum());
            long offset = 0;
            for (TensorInfo tensor : part) {
                file.bytes(tableRow(tensor, offset));
                offset = (offset + tensor.bytes() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
            }
            file.pad();
            for (TensorInfo tensor : part) {
                byte[] data = new byte[(int) tensor.bytes()];
                whole.get((int) (gguf.dataOffset() + tensor.offset()), data);
                file.bytes(data);
                file.pad();
            }
            files.add(file.out.toByteArray());
        }
        return files;
    }

    /** Passes a file to {@code accept} in chunks until it wants no more. Returns whether it still wants more at the end. */
    public static boolean feed(byte[] file, int chunkBytes, Predicate<ByteBuffer> accept) {
        for (int from = 0; from < file.length; from += chunkBytes) {
            if (!accept.test(ByteBuffer.wrap(file, from, Math.min(chunkBytes, file.length - from)))) {
                return false;
            }
        }
        return true;
    }

    /** Returns the encoded metadata, between the counts and the tensor table. */
    private static byte[] pairs(ByteBuffer whole, Gguf gguf) {
        int start = 2 * Integer.BYTES + 2 * Long.BYTES;
        byte[] header = new byte[(int) gguf.dataOffset()];
        whole.get(0, header);
        String text = new String(header, StandardCharsets.ISO_8859_1);
        int end = gguf.tensors().stream()
                .mapToInt(tensor ->
                        text.indexOf(new String(tableRow(tensor, tensor.offset()), StandardCharsets.ISO_8859_1)))
                .min()
                .orElseThrow();
        return Arrays.copyOfRange(header, start, end);
    }

    private static byte[] tableRow(TensorInfo tensor, long offset) {
        Writer row = new Writer();
        row.string(tensor.name());
        row.integer(tensor.shape().size(), Integer.BYTES);
        for (int size : tensor.shape()) {
            row.integer(size, Long.BYTES);
        }
        row.integer(tensor.type().id(), Integer.BYTES);
        row.integer(offset, Long.BYTES);
        return row.out.toByteArray();
    }

    private static final class Writer {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();

        void bytes(byte[] bytes) {
            out.writeBytes(bytes);
        }

        void integer(long value, int width) {
            ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            out.write(bytes.putLong(value).array(), 0, width);
        }

        void string(String value) {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            integer(utf8.length, Long.BYTES);
            bytes(utf8);
        }

        void pair(String key, ValueType type, int value) {
            string(key);
            integer(type.ordinal(), Integer.BYTES);
            integer(value, type.bytes());
        }

        void pad() {
            while (out.size() % ALIGNMENT != 0) {
                out.write(0);
            }
        }
    }
}
