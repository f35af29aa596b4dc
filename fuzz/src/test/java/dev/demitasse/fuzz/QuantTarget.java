package dev.demitasse.fuzz;

import dev.demitasse.gguf.FiniteCheck;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.gguf.TensorType;
import dev.demitasse.gguf.quant.Dequantizer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Blocks of all quantization types. The check of weights must not depend on pieces, and blocks that pass it must give finite numbers. */
final class QuantTarget extends Target {
    private static final TensorType[] TYPES = TensorType.values();
    private static final int GUARD = 8;

    QuantTarget() {
        super(GgufException.class);
    }

    @Override
    protected void test(byte[] bytes) {
        Input input = new Input(bytes);
        TensorType type = TYPES[input.choice(TYPES.length)];
        int piece = 1 + input.choice();
        byte[] content = input.content();
        int blocks = content.length / type.blockBytes();
        int elements = blocks * type.blockSize();
        byte[] data = Arrays.copyOf(content, blocks * type.blockBytes());
        float[] target = new float[elements + 2 * GUARD];
        Arrays.fill(target, 7);
        ByteBuffer source = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        Dequantizer.of(type).dequantize(source, 0, target, GUARD, elements);
        for (int i = 0; i < GUARD; i++) {
            check(target[i] == 7 && target[GUARD + elements + i] == 7, type + " writes outside its elements");
        }
        if (elements == 0) {
            return;
        }
        TensorInfo tensor = new TensorInfo("t", type, List.of(elements), 0, data.length);
        Object whole = outcome(() -> finite(tensor, data, data.length));
        checkEqual(whole, outcome(() -> finite(tensor, data, piece)));
        boolean allFinite = true;
        for (int i = GUARD; i < GUARD + elements; i++) {
            allFinite &= Float.isFinite(target[i]);
        }
        check(allFinite || !whole.equals(true), type + " passes the check of finite weights, but has others");
    }

    private static boolean finite(TensorInfo tensor, byte[] data, int piece) {
        FiniteCheck check = new FiniteCheck();
        for (int at = 0; at < data.length; at += piece) {
            check.check(tensor, at, ByteBuffer.wrap(data, at, Math.min(piece, data.length - at)));
        }
        return true;
    }

    @Override
    protected List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (int i = 0; i < TYPES.length; i++) {
            TensorType type = TYPES[i];
            byte[] blocks = Resources.bytes("/quant/" + type + ".blocks");
            seeds.add(Input.of(Arrays.copyOf(blocks, type.blockBytes() * (type.blockSize() == 1 ? 8 : 2)), 6, i));
        }
        return seeds;
    }

    @Override
    protected long maxAllocation(int inputLength) {
        return 100_000 + 300L * inputLength;
    }
}
