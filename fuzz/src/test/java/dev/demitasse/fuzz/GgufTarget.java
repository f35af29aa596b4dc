package dev.demitasse.fuzz;

import dev.demitasse.BackendLoader;
import dev.demitasse.OddModels;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.Metadata;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.gguf.TensorType;
import dev.demitasse.tokenizer.TinyVocabulary;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The header of a GGUF file that is in memory, and all getters of its metadata. */
final class GgufTarget extends Target {
    GgufTarget() {
        super(GgufException.class);
    }

    @Override
    protected void test(byte[] input) {
        Gguf prefix = Gguf.parse(ByteBuffer.wrap(input), 1L << 40);
        Gguf gguf = Gguf.parse(ByteBuffer.wrap(input), input.length);
        check(gguf != null, "the header of a whole file is incomplete");
        check(prefix != null, "the header of a longer file is incomplete");
        check(gguf.requiredBytes() <= input.length || gguf.tensors().isEmpty(), "a tensor is outside the file");
        checkEqual(gguf.tensors().size(), gguf.tensorsByName().size());
        long end = 0;
        for (TensorInfo tensor : gguf.tensors()) {
            check(tensor.offset() >= end, tensor + " overlaps");
            checkEqual(tensor.type().bytes(tensor.elements()), tensor.bytes());
            end = tensor.offset() + tensor.bytes();
        }
        read(gguf.metadata());
    }

    /** Reads all values by all getters. */
    private void read(Metadata metadata) {
        for (String key : metadata.keys()) {
            attempt(() -> metadata.string(key));
            attempt(() -> metadata.integer(key));
            attempt(() -> metadata.longInteger(key));
            attempt(() -> metadata.real(key));
            attempt(() -> metadata.bool(key, false));
            attempt(() -> metadata.integers(key));
            attempt(() -> metadata.integersOrOne(key));
            attempt(() -> metadata.reals(key));
            attempt(() -> {
                var strings = metadata.strings(key);
                for (int i = 0; i < strings.size(); i++) {
                    checkEqual(strings.get(i).isEmpty(), strings.start(i) == strings.end(i));
                }
            });
        }
    }

    @Override
    protected List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>(List.of(
                file(),
                new GgufBuilder().version(2).build(),
                TinyVocabulary.byteLevel(new GgufBuilder()).build(),
                OddModels.sentencePiece(new GgufBuilder(), List.of("<end_of_turn>"), OddModels.PIECES)
                        .build()));
        ByteBuffer tiny = BackendLoader.tinyModel("llama3");
        Gguf gguf = Gguf.parse(tiny, tiny.capacity());
        byte[] header = new byte[(int) gguf.dataOffset()];
        tiny.get(0, header);
        seeds.add(header);
        return seeds;
    }

    /** Returns a small file with a value of each type and three tensors. */
    static byte[] file() {
        return new GgufBuilder()
                .string("general.architecture", "llama")
                .uint32("general.alignment", 32)
                .float32("f", 1.5f)
                .ints("ints", 1, -2, 3)
                .floats("floats", 0.5f, Float.NaN)
                .strings("strings", "a", "", "\u00e9")
                .tensor("token_embd.weight", TensorType.Q8_0, 32, 2)
                .tensor("a", TensorType.F32, 3)
                .tensor("b", TensorType.Q4_K, 256, 1, 1)
                .build();
    }

    @Override
    protected List<String> dictionary() {
        return List.of(
                "GGUF",
                "\3\0\0\0",
                "general.alignment",
                "split.count",
                "split.no",
                "\t\0\0\0",
                "\b\0\0\0",
                "\1\0\0\0\0\0\0\0",
                "\uFFFD",
                "general.architecture");
    }

    @Override
    protected long maxAllocation(int inputLength) {
        return 200_000 + 300L * inputLength;
    }
}
