package dev.demitasse.fuzz;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufStream;
import dev.demitasse.gguf.TensorInfo;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Records what a stream passes on, so that two streams can be compared. */
final class Recorder implements GgufStream.Sink {
    private final StringBuilder header = new StringBuilder();
    /** A hash and the length of the bytes of each tensor. */
    private final Map<String, long[]> tensors = new LinkedHashMap<>();

    @Override
    public void header(Gguf gguf) {
        Target.check(header.length() == 0, "two headers");
        header.append(gguf.tensors()).append(gguf.metadata().keys());
    }

    @Override
    public void bytes(TensorInfo tensor, long offset, ByteBuffer bytes) {
        Target.check(header.length() > 0, "bytes before the header");
        long[] state = tensors.computeIfAbsent(tensor.name(), name -> new long[2]);
        Target.checkEqual(state[1], offset);
        Target.check(offset + bytes.remaining() <= tensor.bytes(), tensor);
        ByteBuffer rest = bytes.duplicate();
        while (rest.hasRemaining()) {
            state[0] = state[0] * 31 + rest.get();
            state[1]++;
        }
    }

    /** Returns whether a header came. */
    boolean hasHeader() {
        return header.length() > 0;
    }

    /** Returns everything that was passed on. */
    String record() {
        StringBuilder record = new StringBuilder(header);
        new TreeMap<>(tensors)
                .forEach((name, state) ->
                        record.append(name).append(state[0]).append(' ').append(state[1]));
        return record.toString();
    }
}
