package dev.demitasse.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.TestWeights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** Streams real weights in chunks of random size, and compares the tensors with the mapped file. */
class GgufStreamTest {
    private final Map<String, CRC32> checksums = new HashMap<>();
    private final Map<String, Long> lengths = new HashMap<>();
    private int headers;

    @Test
    void everyTensorsBytesArriveInOrder() {
        ByteBuffer file = TestWeights.map(TestWeights.smolLm2());
        GgufStream stream = new GgufStream(file.capacity(), recorder());
        Random random = new Random(7);
        for (int at = 0; at < file.capacity(); ) {
            int count = Math.min(1 + random.nextInt(300_000), file.capacity() - at);
            stream.accept(file.slice(at, count));
            at += count;
        }
        stream.finish();

        Gguf gguf = Gguf.parse(file, file.capacity());
        assertEquals(1, headers);
        assertEquals("llama", gguf.metadata().string("general.architecture"));
        assertEquals(49_152, gguf.metadata().strings("tokenizer.ggml.tokens").size());
        assertEquals(272, gguf.tensors().size());
        for (TensorInfo tensor : gguf.tensors()) {
            CRC32 expected = new CRC32();
            expected.update(file.slice((int) (gguf.dataOffset() + tensor.offset()), (int) tensor.bytes()));
            assertEquals(tensor.bytes(), lengths.get(tensor.name()), tensor.name());
            assertEquals(expected.getValue(), checksums.get(tensor.name()).getValue(), tensor.name());
        }
    }

    @Test
    void shortFileOfUnknownLengthIsReadAtItsEnd() {
        byte[] file = new GgufBuilder()
                .string("general.architecture", "llama")
                .tensor("a", TensorType.F32, 4)
                .build();
        GgufStream stream = new GgufStream(Gguf.UNKNOWN_LENGTH, recorder());
        for (byte b : file) {
            stream.accept(ByteBuffer.wrap(new byte[] {b}));
        }
        stream.finish();
        assertEquals(1, headers);
        assertEquals(16L, lengths.get("a"));
    }

    private GgufStream.Sink recorder() {
        return new GgufStream.Sink() {
            @Override
            public void header(Gguf gguf) {
                headers++;
            }

            @Override
            public void bytes(TensorInfo tensor, long offset, ByteBuffer bytes) {
                assertEquals(lengths.getOrDefault(tensor.name(), 0L), offset, tensor.name());
                assertEquals(ByteOrder.LITTLE_ENDIAN, bytes.order());
                assertTrue(bytes.hasRemaining());
                lengths.merge(tensor.name(), (long) bytes.remaining(), Long::sum);
                checksums.computeIfAbsent(tensor.name(), name -> new CRC32()).update(bytes);
            }
        };
    }
}
