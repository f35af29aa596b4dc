package dev.demitasse.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.BackendLoader;
import dev.demitasse.ExpectedLogits;
import dev.demitasse.backend.Backend;
import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.model.ModelInfo;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Split models give the same as the whole file, or a {@link GgufException} that names the file. */
class SplitStreamTest {
    private static final ByteBuffer WHOLE = BackendLoader.tinyModel("llama");
    private static final Gguf HEADER = Gguf.parse(WHOLE, WHOLE.capacity());
    private static final int TENSORS = HEADER.tensors().size();
    private static final List<byte[]> SMALL = Splitter.split(ByteBuffer.wrap(small().build()), 1, 1, 1);

    private static GgufBuilder small() {
        return new GgufBuilder()
                .string("general.architecture", "llama")
                .strings("tokenizer.ggml.tokens", "a", "b", "")
                .tensor("a", TensorType.F32, 9)
                .tensor("b", TensorType.Q4_1, 64, 3)
                .tensor("c", TensorType.F16, 16);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1000, 1 << 16, 1 << 20})
    void headerAndTensorsEqualThoseOfTheWholeFile(int chunkBytes) {
        for (int[] counts : new int[][] {{TENSORS}, {0, 5, TENSORS - 5}, {TENSORS - 2, 1, 1}}) {
            List<byte[]> files = Splitter.split(WHOLE, counts);
            checkWhole(read(files, chunkBytes, true));
            checkWhole(read(files, chunkBytes, false));
        }
    }

    @Test
    void chunksMayHaveAnySize() {
        List<byte[]> files = Splitter.split(WHOLE, 3, 4, TENSORS - 7);
        Random random = new Random(5);
        Recorder recorder = new Recorder();
        SplitStream stream = new SplitStream(files.size(), recorder);
        for (int file = stream.file(); file >= 0; file = stream.file()) {
            byte[] bytes = files.get(file);
            stream.begin(bytes.length);
            int at = 0;
            boolean more = true;
            while (more) {
                int count = Math.min(random.nextInt(3000), bytes.length - at);
                more = stream.accept(ByteBuffer.wrap(bytes, at, count));
                at += count;
            }
        }
        stream.finish();
        checkWhole(recorder);
    }

    @Test
    void headersComeFirst() {
        List<byte[]> files = Splitter.split(WHOLE, 5, TENSORS - 6, 1);
        Recorder recorder = new Recorder();
        SplitStream stream = new SplitStream(3, recorder);
        List<Integer> order = new ArrayList<>();
        for (int file = stream.file(); file >= 0; file = stream.file()) {
            order.add(file);
            assertEquals(order.size() > 3, recorder.header != null);
            stream.begin(files.get(file).length);
            Splitter.feed(files.get(file), 100, stream::accept);
        }
        assertEquals(List.of(0, 1, 2, 0, 1, 2), order);
    }

    @ParameterizedTest
    @MethodSource("dev.demitasse.BackendLoader#tinyModels")
    void logitsEqualHuggingFaces(String name) {
        ByteBuffer whole = BackendLoader.tinyModel(name);
        int tensors = Gguf.parse(whole, whole.capacity()).tensors().size();
        List<byte[]> files = Splitter.split(whole, 2, tensors - 5, 3);
        new ExpectedLogits("/tiny/" + name + ".json").check(batch -> load(files, batch));
    }

    @Test
    void errorsNameTheFile() {
        assertFails("file 2 of 3: split.no is 2; it must be 1", List.of(SMALL.get(0), SMALL.get(2), SMALL.get(1)));
        assertFails("file 1 of 2: split.count is 3; it must be 2", SMALL.subList(0, 2));
        assertFails(
                "file 1 of 4: split.count is 3; it must be 4",
                List.of(SMALL.get(0), SMALL.get(1), SMALL.get(2), SMALL.get(2)));
        assertFails("file 1 of 3: split.no is 1; it must be 0", with(0, SMALL.get(1)));
        assertFails("file 2 of 3: missing metadata key split.no", with(1, small().build()));
        assertFails("file 2 of 3: not a GGUF file", with(1, new byte[100]));
        assertFails("file 3 of 3: the file ends inside magic", with(2, new byte[0]));
        assertFails(
                "file 2 of 3: tensor a is also in an earlier file",
                with(1, part(1, 3, 3).tensor("a", TensorType.F32, 4).build()));
        assertFails(
                "split.tensors.count is 3, but the files hold 2 tensors",
                with(2, part(2, 3, 3).build()));
        assertFails(
                "split.tensors.count should be an integer",
                with(
                        0,
                        new GgufBuilder()
                                .uint32("split.no", 0)
                                .uint32("split.count", 3)
                                .string("split.tensors.count", "3")
                                .build()));
        assertThrows(IllegalArgumentException.class, () -> new SplitStream(0, new Recorder()));
    }

    @Test
    void everyTruncationIsDetected() {
        for (int file = 0; file < SMALL.size(); file++) {
            byte[] sound = SMALL.get(file);
            for (int length = 0; length < header(sound).requiredBytes(); length++) {
                assertFails("file " + (file + 1) + " of 3: ", with(file, Arrays.copyOf(sound, length)));
            }
        }
    }

    @Test
    void aChangedFileIsRejected() {
        for (int at = 0; at < header(SMALL.get(1)).dataOffset(); at++) {
            byte[] changed = SMALL.get(1).clone();
            changed[at]++;
            SplitStream stream = dataOfTheSecondFile();
            GgufException e = assertThrows(GgufException.class, () -> Splitter.feed(changed, 10, stream::accept));
            assertEquals("file 2 of 3: the file has changed since its header was read", e.getMessage());
        }
        for (int length = 0; length < header(SMALL.get(1)).requiredBytes(); length++) {
            byte[] cut = Arrays.copyOf(SMALL.get(1), length);
            SplitStream stream = dataOfTheSecondFile();
            GgufException e = assertThrows(GgufException.class, () -> {
                if (Splitter.feed(cut, 10, stream::accept)) {
                    stream.finish();
                }
            });
            assertTrue(e.getMessage().startsWith("file 2 of 3: the file ends at " + length), e.getMessage());
        }
    }

    @Test
    void headerWithoutTensorsMustNotEndEarlyEither() {
        List<byte[]> files = Splitter.split(WHOLE, 0, TENSORS);
        SplitStream stream = new SplitStream(2, new Recorder());
        for (byte[] file : files) {
            stream.begin(file.length);
            stream.accept(ByteBuffer.wrap(file));
        }
        stream.begin(files.get(0).length);
        assertTrue(stream.accept(ByteBuffer.wrap(files.get(0), 0, 50)));
        GgufException e = assertThrows(GgufException.class, stream::end);
        assertEquals("file 1 of 2: the file ends inside its header", e.getMessage());
    }

    @Test
    void missingFileIsNamed() {
        SplitStream stream = new SplitStream(3, new Recorder());
        GgufException e = assertThrows(GgufException.class, stream::finish);
        assertEquals("file 1 of 3: the file is missing", e.getMessage());
        stream.begin(SMALL.get(0).length);
        stream.accept(ByteBuffer.wrap(SMALL.get(0)));
        e = assertThrows(GgufException.class, stream::finish);
        assertEquals("file 2 of 3: the file is missing", e.getMessage());
    }

    @Test
    void aPartOfASplitModelIsRejected() {
        GgufStream stream = new GgufStream(SMALL.get(1).length, new Recorder());
        GgufException e = assertThrows(GgufException.class, () -> stream.accept(ByteBuffer.wrap(SMALL.get(1))));
        assertTrue(e.getMessage().startsWith("this is file 2 of 3 of a split model;"), e.getMessage());
    }

    @Test
    void wholeFileIsASplitOfOne() {
        byte[] file = new byte[WHOLE.capacity()];
        WHOLE.get(0, file);
        checkWhole(read(List.of(file), 1000, true));
    }

    /** Random bytes of valid files are changed, for both readings or for one. */
    @Property(tries = 20_000, shrinking = ShrinkingMode.OFF)
    void mutatedFilesGiveTensorsOrGgufException(
            @ForAll @IntRange(max = 2) int file,
            @ForAll @Size(min = 1, max = 4) int[] places,
            @ForAll @Size(4) byte[] values,
            @ForAll boolean isLengthKnown) {
        byte[] mutated = SMALL.get(file).clone();
        for (int i = 0; i < places.length; i++) {
            mutated[Math.floorMod(places[i], mutated.length)] = values[i];
        }
        try {
            read(with(file, mutated), 64, isLengthKnown);
        } catch (GgufException e) {
            assertNotNull(e.getMessage());
        }
    }

    private static SplitStream dataOfTheSecondFile() {
        SplitStream stream = new SplitStream(3, new Recorder());
        for (byte[] file : SMALL) {
            stream.begin(file.length);
            stream.accept(ByteBuffer.wrap(file));
        }
        stream.begin(SMALL.get(0).length);
        stream.accept(ByteBuffer.wrap(SMALL.get(0)));
        assertEquals(1, stream.file());
        stream.begin(Gguf.UNKNOWN_LENGTH);
        return stream;
    }

    private static Gguf header(byte[] file) {
        return Gguf.parse(ByteBuffer.wrap(file), file.length);
    }

    private static GgufBuilder part(int no, int count, int tensors) {
        return new GgufBuilder()
                .uint32("split.no", no)
                .uint32("split.count", count)
                .uint32("split.tensors.count", tensors);
    }

    /** Returns the small files with one of them replaced. */
    private static List<byte[]> with(int index, byte[] other) {
        List<byte[]> changed = new ArrayList<>(SMALL);
        changed.set(index, other);
        return changed;
    }

    private static void assertFails(String start, List<byte[]> files) {
        for (boolean isLengthKnown : new boolean[] {true, false}) {
            GgufException e = assertThrows(GgufException.class, () -> read(files, 64, isLengthKnown));
            assertTrue(e.getMessage().startsWith(start), e.getMessage());
        }
    }

    private static Recorder read(List<byte[]> files, int chunkBytes, boolean isLengthKnown) {
        Recorder recorder = new Recorder();
        read(files, chunkBytes, isLengthKnown, recorder);
        return recorder;
    }

    private static void read(List<byte[]> files, int chunkBytes, boolean isLengthKnown, GgufStream.Sink sink) {
        SplitStream stream = new SplitStream(files.size(), sink);
        for (int file = stream.file(); file >= 0; file = stream.file()) {
            byte[] bytes = files.get(file);
            stream.begin(isLengthKnown ? bytes.length : Gguf.UNKNOWN_LENGTH);
            if (Splitter.feed(bytes, chunkBytes, stream::accept)) {
                stream.end();
            }
        }
        stream.finish();
    }

    private static void checkWhole(Recorder recorder) {
        assertEquals("llama", recorder.header.metadata().string("general.architecture"));
        assertEquals(TENSORS, recorder.header.tensors().size());
        long end = 0;
        for (int i = 0; i < TENSORS; i++) {
            TensorInfo expected = HEADER.tensors().get(i);
            TensorInfo tensor = recorder.header.tensors().get(i);
            assertEquals(
                    new TensorInfo(expected.name(), expected.type(), expected.shape(), end, expected.bytes()), tensor);
            end += tensor.bytes();
            byte[] bytes = new byte[(int) expected.bytes()];
            WHOLE.get((int) (HEADER.dataOffset() + expected.offset()), bytes);
            assertArrayEquals(bytes, recorder.bytes.get(tensor).toByteArray(), tensor.name());
        }
        assertEquals(TENSORS, recorder.bytes.size());
    }

    private static Backend load(List<byte[]> files, int batch) {
        ReferenceBackend[] backend = new ReferenceBackend[1];
        read(files, 97 * batch, true, new GgufStream.Sink() {
            @Override
            public void header(Gguf gguf) {
                backend[0] = new ReferenceBackend(ModelInfo.of(gguf, 128).plan(), 128, batch);
            }

            @Override
            public void bytes(TensorInfo tensor, long offset, ByteBuffer bytes) {
                backend[0].load(tensor, offset, bytes);
            }
        });
        return backend[0];
    }

    private static final class Recorder implements GgufStream.Sink {
        private final Map<TensorInfo, ByteArrayOutputStream> bytes = new HashMap<>();
        private Gguf header;

        @Override
        public void header(Gguf gguf) {
            header = gguf;
        }

        @Override
        public void bytes(TensorInfo tensor, long offset, ByteBuffer part) {
            assertEquals(ByteOrder.LITTLE_ENDIAN, part.order());
            ByteArrayOutputStream out = bytes.computeIfAbsent(tensor, t -> new ByteArrayOutputStream());
            assertEquals(out.size(), offset);
            assertTrue(offset + part.remaining() <= tensor.bytes());
            byte[] copy = new byte[part.remaining()];
            part.get(copy);
            out.writeBytes(copy);
        }
    }
}
