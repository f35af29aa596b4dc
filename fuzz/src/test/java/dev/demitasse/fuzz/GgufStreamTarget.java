package dev.demitasse.fuzz;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.GgufStream;
import java.nio.ByteBuffer;
import java.util.List;

/** A GGUF file in pieces of any size. The pieces must not matter. */
final class GgufStreamTarget extends Target {
    GgufStreamTarget() {
        super(GgufException.class);
    }

    @Override
    protected void test(byte[] bytes) {
        Input input = new Input(bytes);
        int piece = 1 + input.choice();
        boolean isKnown = input.choice(2) == 0;
        byte[] file = input.content();
        long length = isKnown ? file.length : Gguf.UNKNOWN_LENGTH;
        Object whole = outcome(() -> read(file, length, Math.max(1, file.length)));
        checkEqual(whole, outcome(() -> read(file, length, piece)));
    }

    private static String read(byte[] file, long length, int piece) {
        Recorder recorder = new Recorder();
        GgufStream stream = new GgufStream(length, recorder);
        for (int at = 0; at < file.length; at += piece) {
            stream.accept(ByteBuffer.wrap(file, at, Math.min(piece, file.length - at)));
        }
        stream.finish();
        check(recorder.hasHeader(), "no header");
        return recorder.record();
    }

    @Override
    protected List<byte[]> seeds() {
        return List.of(
                Input.of(GgufTarget.file(), 0, 6),
                Input.of(GgufTarget.file(), 1, 0),
                Input.of(GgufTarget.file(), 1, 99));
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
