package dev.demitasse.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Truncated, contradictory and meaningless files give a {@link GgufException} that names the field. */
@SuppressWarnings("EnumOrdinal") // ordinals are the numbers of the format
class HostileGgufTest {
    private static final byte[] SOUND = sound().build();

    private static GgufBuilder sound() {
        return new GgufBuilder()
                .string("general.architecture", "llama")
                .uint32("llama.block_count", 2)
                .strings("tokenizer.ggml.tokens", "a", "b", "")
                .tensor("token_embd.weight", TensorType.Q4_1, 64, 3)
                .tensor("output_norm.weight", TensorType.F32, 64);
    }

    @Test
    void aValidFileIsParsed() {
        Gguf gguf = parse(SOUND);
        assertEquals(2, gguf.tensors().size());
        assertEquals(2, gguf.metadata().integer("llama.block_count"));
        assertEquals(3, gguf.metadata().strings("tokenizer.ggml.tokens").size());
    }

    @Test
    void everyTruncationIsDetected() {
        long required = parse(SOUND).requiredBytes();
        for (int length = 0; length < required; length++) {
            byte[] cut = Arrays.copyOf(SOUND, length);
            GgufException e = assertThrows(GgufException.class, () -> parse(cut));
            assertTrue(
                    e.getMessage().contains("end") || e.getMessage().contains("the rest of the file"), e.getMessage());
        }
    }

    @Test
    void errorsNameTheField() {
        assertFails("magic", "not a GGUF file at all".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertFails("version is 4", sound().version(4).build());
        assertFails("big-endian", sound().version(3 << 24).build());
        assertFails("tensor_count", sound().build(Long.MAX_VALUE, 3));
        assertFails("tensor_count", sound().build(-1, 3));
        assertFails("metadata_kv_count", sound().build(2, 1L << 40));
        assertFails("x.y has unknown value type 13", sound().raw("x.y", 13).build());
        assertFails(
                "x.y is a bool",
                sound().raw("x.y", ValueType.BOOL.ordinal(), (byte) 2).build());
        assertFails("x.y is an array of arrays", sound().array("x.y", 9, 1).build());
        assertFails("x.y counts", sound().array("x.y", 0, Long.MIN_VALUE).build());
        assertFails("x.y counts", sound().array("x.y", 4, 1 << 30).build());
        assertFails(
                "llama.block_count appears twice",
                sound().uint32("llama.block_count", 1).build());
        assertFails(
                "general.alignment is 24",
                sound().uint32("general.alignment", 24).build());
        assertFails(
                "general.alignment is 0", sound().uint32("general.alignment", 0).build());
        assertFails("tensor t has type 99", sound().rawTensor("t", 99, 320, 32).build());
        assertFails(
                "tensor t has type 4294967295",
                sound().rawTensor("t", -1, 320, 32).build());
        assertFails("tensor t has 0 dimensions", sound().rawTensor("t", 0, 320).build());
        assertFails(
                "tensor t has 5 dimensions",
                sound().rawTensor("t", 0, 320, 1, 1, 1, 1, 1).build());
        assertFails("dimension 1 of 0", sound().rawTensor("t", 0, 320, 32, 0).build());
        assertFails(
                "dimension 0 of 18446744073709551615",
                sound().rawTensor("t", 0, 320, -1).build());
        assertFails(
                "out of range",
                sound().rawTensor("t", 0, 320, 1 << 30, 1 << 30, 1 << 30).build());
        assertFails("larger than 2 GiB", sound().rawTensor("t", 0, 320, 1 << 30).build());
        assertFails("rows of 33 elements", sound().rawTensor("t", 3, 320, 33).build());
        assertFails("offset 7", sound().rawTensor("t", 0, 7, 8).build());
        assertFails(
                "offset 18446744073709551584", sound().rawTensor("t", 0, -32, 8).build());
        assertFails("overlaps", sound().rawTensor("t", 0, 32, 8).build());
        assertFails("ends past the end", sound().rawTensor("t", 0, 1L << 62, 8).build());
        assertFails(
                "tensor output_norm.weight appears twice",
                sound().rawTensor("output_norm.weight", 0, 992, 8).build());
        assertFails(
                "name of tensor 2", sound().rawTensor("t".repeat(65), 0, 992, 8).build());
        assertFails(
                "missing metadata key llama.embedding_length",
                () -> parse(SOUND).metadata().integer("llama.embedding_length"));
        assertFails(
                "general.architecture should be an integer but is a String",
                () -> parse(SOUND).metadata().integer("general.architecture"));
    }

    /** Random bytes of a valid file are changed; it is read whole and in two chunks. */
    @Property(tries = 20_000, shrinking = ShrinkingMode.OFF)
    void mutatedFileGivesHeaderOrGgufException(
            @ForAll @Size(min = 1, max = 8) int[] places,
            @ForAll @Size(8) byte[] values,
            @ForAll @IntRange(max = 600) int cut) {
        byte[] file = SOUND.clone();
        for (int i = 0; i < places.length; i++) {
            file[Math.floorMod(places[i], file.length)] = values[i];
        }
        byte[] mutated = cut < file.length && cut % 3 == 0 ? Arrays.copyOf(file, cut) : file;
        try {
            Gguf gguf = parse(mutated);
            assertTrue(gguf.tensors().isEmpty() || gguf.requiredBytes() <= mutated.length);
            stream(mutated, cut);
        } catch (GgufException e) {
            assertNotNull(e.getMessage());
            assertThrows(GgufException.class, () -> stream(mutated, cut));
        }
    }

    private static void stream(byte[] file, int split) {
        GgufStream stream = new GgufStream(file.length, new GgufStream.Sink() {
            @Override
            public void header(Gguf gguf) {}

            @Override
            public void bytes(TensorInfo tensor, long offset, ByteBuffer bytes) {
                assertTrue(offset + bytes.remaining() <= tensor.bytes());
            }
        });
        int first = Math.min(split, file.length);
        stream.accept(ByteBuffer.wrap(file, 0, first));
        stream.accept(ByteBuffer.wrap(file, first, file.length - first));
        stream.finish();
    }

    private static Gguf parse(byte[] file) {
        Gguf gguf = Gguf.parse(ByteBuffer.wrap(file), file.length);
        assertNotNull(gguf);
        return gguf;
    }

    private static void assertFails(String part, byte[] file) {
        assertFails(part, () -> parse(file));
    }

    private static void assertFails(String part, org.junit.jupiter.api.function.Executable action) {
        GgufException e = assertThrows(GgufException.class, action);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
