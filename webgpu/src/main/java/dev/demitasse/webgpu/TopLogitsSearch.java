package dev.demitasse.webgpu;

import dev.demitasse.plan.Plan;
import dev.demitasse.sampling.TopLogits;
import java.nio.ByteBuffer;
import java.util.Map;

/** Finds the top logits of a pass on the GPU ({@code select.wgsl}), and reads them back. */
final class TopLogitsSearch {
    private final GpuMemory.View logits;
    private final int vocabularySize;
    private final Kernels kernels;
    private final Program top1;
    private final Program topK;
    private final Device.Buffer result;
    private final WgslStruct struct;
    private final int countOffset;
    private final int thresholdOffset;
    private final int expSumOffset;
    private final int entriesOffset;

    TopLogitsSearch(Plan plan, Kernels kernels, GpuMemory memory, Dispatches dispatches) {
        this.kernels = kernels;
        logits = memory.view(plan.logits());
        vocabularySize = plan.vocabularySize();
        result = memory.bind(Slot.RESULT).buffer();
        struct = kernels.struct(KernelSource.SELECT, "Result");
        countOffset = struct.offset("count", "u32");
        thresholdOffset = struct.offset("threshold", "f32");
        expSumOffset = struct.offset("exp_sum", "f32");
        entriesOffset = struct.offset("entries", "array");
        int splits = Size.LOGIT_SPLITS.value();
        top1 = new Program();
        add(top1, "max_logits", splits, dispatches);
        add(top1, "top_1", 1, dispatches);
        topK = new Program();
        add(topK, "max_logits", splits, dispatches);
        add(topK, "histogram", splits, dispatches);
        add(topK, "top_k", splits, dispatches);
    }

    private void add(Program program, String entryPoint, int workgroups, Dispatches dispatches) {
        Kernel kernel = kernels.get(KernelSource.SELECT, entryPoint, Map.of());
        Params params = kernel.slots().contains(Slot.PARAMS)
                ? kernel.params().set("logits", logits.offset()).set("vocabulary_size", vocabularySize)
                : null;
        dispatches.add(program, kernel, params, (count, position) -> workgroups);
    }

    /**
     * Adds the search to the pass that {@link Device#submit} will end, and reads its result back.
     *
     * @param k 1 for the most probable token, or more for up to {@link Size#MAX_TOP_K}
     */
    void run(int k, Device device) {
        (k == 1 ? top1 : topK).run(device, 1, 0);
        device.read(result, 0, struct.bytes(k == 1 ? 1 : Size.MAX_TOP_K.value()));
    }

    /** Returns the top logits from the bytes that were read back. */
    TopLogits read(ByteBuffer bytes) {
        int count = bytes.getInt(countOffset);
        int[] ids = new int[count];
        float[] found = new float[count];
        for (int i = 0; i < count; i++) {
            ids[i] = bytes.getInt(entriesOffset + 8 * i);
            found[i] = bytes.getFloat(entriesOffset + 8 * i + 4);
        }
        return new TopLogits(ids, found, count, bytes.getFloat(thresholdOffset), bytes.getFloat(expSumOffset));
    }
}
