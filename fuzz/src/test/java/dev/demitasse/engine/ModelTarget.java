package dev.demitasse.engine;

import dev.demitasse.BackendLoader;
import dev.demitasse.fuzz.Input;
import dev.demitasse.fuzz.Target;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.Metadata;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.gguf.TensorType;
import dev.demitasse.model.ModelInfo;
import dev.demitasse.plan.MemoryPlan;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Plans and settings of models: the headers of the tiny models with other values of metadata and other shapes of tensors. */
public final class ModelTarget extends Target {
    private static final List<Gguf> MODELS =
            BackendLoader.tinyModels().stream().map(ModelTarget::header).toList();
    private static final List<Object> VALUES = List.of(
            0L,
            1L,
            2L,
            3L,
            7L,
            8L,
            16L,
            32L,
            64L,
            65_536L,
            1L << 30,
            2_147_483_647L,
            2_147_483_648L,
            -1L,
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            0.0,
            -0.5,
            0.5,
            1e-30,
            1e38,
            1e300,
            Double.NaN,
            Double.POSITIVE_INFINITY,
            true,
            "",
            "yarn",
            "linear",
            "none",
            "longrope",
            new long[] {1, 2},
            new double[] {0.5},
            new String[] {"a"},
            40L,
            100L);
    private static final String[] KEYS = {
        "rope.scaling.type",
        "rope.scaling.factor",
        "rope.scale_linear",
        "rope.scaling.attn_factor",
        "rope.scaling.original_context_length",
        "rope.scaling.yarn_beta_fast",
        "attention.sliding_window",
        "attention.sliding_window_pattern",
        "attention.key_length",
        "attention.value_length",
        "rope.dimension_count",
        "final_logit_softcapping",
        "attn_logit_softcapping",
        "rope.unknown",
        "pooling_type"
    };
    private static final List<String> SAMPLING_KEYS = List.of(
            "general.sampling.temp",
            "general.sampling.top_k",
            "general.sampling.top_p",
            "general.sampling.min_p",
            "general.sampling.penalty_repeat");
    private static final int[] SIZES = {1, 2, 3, 8, 16, 32, 48, 64, 256, 288, 65_536, 1 << 24, Integer.MAX_VALUE};

    public ModelTarget() {
        super(GgufException.class);
    }

    private static Gguf header(String model) {
        ByteBuffer file = BackendLoader.tinyModel(model);
        return Gguf.parse(file, file.capacity());
    }

    @Override
    protected void test(byte[] bytes) {
        Input input = new Input(bytes);
        Gguf base = MODELS.get(input.choice(MODELS.size()));
        int contextLength = List.of(0, 1, 64, 100_000, Integer.MAX_VALUE).get(input.choice(5));
        Map<String, Object> values = new HashMap<>();
        for (String key : base.metadata().keys()) {
            values.put(key, value(base.metadata(), key));
        }
        String architecture = base.metadata().string("general.architecture");
        List<String> keys = new ArrayList<>(base.metadata().keys());
        for (String key : KEYS) {
            keys.add(architecture + "." + key);
        }
        keys.addAll(SAMPLING_KEYS);
        List<TensorInfo> tensors = new ArrayList<>(base.tensors());
        while (input.remaining() > 0) {
            switch (input.choice(4)) {
                case 0 -> values.put(keys.get(input.choice(keys.size())), VALUES.get(input.choice(VALUES.size())));
                case 1 -> values.remove(keys.get(input.choice(keys.size())));
                case 2 -> reshape(tensors, input);
                default -> tensors.remove(input.choice(tensors.size()));
            }
            if (tensors.isEmpty()) {
                break;
            }
        }
        Gguf changed = new Gguf(3, new Metadata(values), List.copyOf(tensors), 0);
        attempt(() -> DefaultSampling.of(changed.metadata(), architecture));
        attempt(() -> Pooling.of(changed.metadata(), architecture));
        ModelInfo info = ModelInfo.of(changed, contextLength, input.choice(2) == 0 ? "" : "a-Q4_K_M.gguf");
        check(info.contextLength() > 0, "no context");
        info.plan().weights().forEach(weight -> check(tensors.contains(weight.tensor()), weight));
        info.plan().attention().forEach(op -> check(op.window() > 0, op));
        MemoryPlan.of(info.plan(), 16, 1);
    }

    private Object value(Metadata metadata, String key) {
        for (Object each :
                List.of(outcome(() -> metadata.longInteger(key)), outcome(() -> metadata.string(key)), outcome(() ->
                        (double) metadata.real(key)))) {
            if (!String.valueOf(each).startsWith("rejected: ")) {
                return each;
            }
        }
        return metadata.bool(key, false);
    }

    private static void reshape(List<TensorInfo> tensors, Input input) {
        int index = input.choice(tensors.size());
        TensorInfo old = tensors.get(index);
        List<Integer> shape = new ArrayList<>(old.shape());
        shape.set(input.choice(shape.size()), SIZES[input.choice(SIZES.length)]);
        if (input.choice(4) == 0) {
            shape.add(1);
        }
        TensorType type = input.choice(4) == 0 ? TensorType.Q8_0 : old.type();
        long elements = 1;
        for (int size : shape) {
            elements *= size;
        }
        // The parser of headers lets no larger and no uneven tensors pass.
        if (elements / type.blockSize() * type.blockBytes() <= Integer.MAX_VALUE
                && elements / type.blockSize() < Integer.MAX_VALUE
                && shape.get(0) % type.blockSize() == 0) {
            tensors.set(
                    index, new TensorInfo(old.name(), type, List.copyOf(shape), old.offset(), type.bytes(elements)));
        }
    }

    @Override
    protected List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (int model = 0; model < MODELS.size(); model++) {
            seeds.add(Input.of(new byte[] {1}, 0, model));
            seeds.add(Input.of(new byte[] {5, 20, 0}, 2, model));
        }
        return seeds;
    }

    @Override
    protected long maxAllocation(int inputLength) {
        return 16L << 20;
    }
}
