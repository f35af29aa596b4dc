package dev.demitasse.fuzz;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.SplitStream;
import dev.demitasse.gguf.TensorType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** A split GGUF model, whose files arrive in pieces of any size. The pieces must not matter. */
final class SplitTarget extends Target {
    SplitTarget() {
        super(GgufException.class);
    }

    @Override
    protected void test(byte[] bytes) {
        Input input = new Input(bytes);
        int piece = 1 + input.choice();
        boolean isKnown = input.choice(2) == 0;
        byte[][] files = new byte[1 + input.choice(3)][];
        int[] lengths = new int[files.length];
        for (int i = 0; i < files.length - 1; i++) {
            lengths[i] = input.choice() << 8 | input.choice();
        }
        byte[] content = input.content();
        int at = 0;
        for (int i = 0; i < files.length; i++) {
            int end = i == files.length - 1 ? content.length : Math.min(content.length, at + lengths[i]);
            files[i] = Arrays.copyOfRange(content, at, end);
            at = end;
        }
        Object whole = outcome(() -> read(files, isKnown, Math.max(1, content.length)));
        checkEqual(whole, outcome(() -> read(files, isKnown, piece)));
    }

    private static String read(byte[][] files, boolean isKnown, int piece) {
        Recorder recorder = new Recorder();
        SplitStream stream = new SplitStream(files.length, recorder);
        while (stream.file() >= 0) {
            int current = stream.file();
            byte[] file = files[current];
            int before = 0;
            stream.begin(isKnown ? file.length : Gguf.UNKNOWN_LENGTH);
            boolean more = true;
            for (int at = 0; at < file.length && more; at += piece) {
                more = stream.accept(ByteBuffer.wrap(file, at, Math.min(piece, file.length - at)));
                before++;
            }
            if (more) {
                stream.end();
            }
            check(before <= file.length, "endless");
        }
        stream.finish();
        check(recorder.hasHeader(), "no header");
        return recorder.record();
    }

    @Override
    protected List<byte[]> seeds() {
        byte[] first = part(0).string("general.architecture", "llama")
                .tensor("a", TensorType.F32, 4)
                .build();
        byte[] second = part(1).tensor("b", TensorType.Q8_0, 32, 3).build();
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(first);
        both.writeBytes(second);
        byte[] files = both.toByteArray();
        int length = first.length;
        return List.of(
                Input.of(files, length & 0xFF, length >> 8, 1, 0, 40),
                Input.of(files, length & 0xFF, length >> 8, 1, 1, 0),
                Input.of(first, 0, 0, 12));
    }

    private static GgufBuilder part(int number) {
        return new GgufBuilder()
                .uint32("split.no", number)
                .uint32("split.count", 2)
                .uint32("split.tensors.count", 2);
    }

    @Override
    protected List<String> dictionary() {
        return new GgufTarget().dictionary();
    }

    @Override
    protected long maxAllocation(int inputLength) {
        return 200_000 + 500L * inputLength;
    }
}
