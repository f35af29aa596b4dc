package dev.demitasse.cpu;

import dev.demitasse.backend.Backend;
import dev.demitasse.cpu.layout.Control;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.Rotary;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Runs plans with SIMD kernels. Weights, KV cache and activations lie in the kernels' memory; a forward pass writes the batch's ids and
 * angles, and starts a program that was made when the model was loaded. Activations are rounded to 8 bits, blockwise, before
 * products by quantized matrices; the KV cache is float16.
 */
public final class CpuBackend implements Backend {
    private final Plan plan;
    private final int contextLength;
    private final int batchSize;
    private final Machine machine;
    private final Weights weights;
    private final Lowering lowering;
    private final long decodeProgram;
    private final long prefillProgram;
    private final long prefillProgramWithHead;
    private final ByteBuffer staging;
    private final float[] logits;
    private boolean ready;

    /**
     * @param contextLength positions of the KV cache, which takes memory only as they are used
     * @param batchSize most tokens of one forward pass
     * @throws IllegalStateException if there is not enough memory
     */
    public CpuBackend(Plan plan, int contextLength, int batchSize, Machine.Factory machines) {
        int threads = machines.threads();
        this.plan = plan;
        this.contextLength = contextLength;
        this.batchSize = batchSize;
        MemoryLayout memory = new MemoryLayout();
        weights = new Weights(plan, memory);
        lowering = new Lowering(plan, contextLength, batchSize, threads, weights, memory);
        Program decode = lowering.program(true, true);
        Program prefill = lowering.program(false, false);
        Program prefillWithHead = lowering.program(false, true);
        decodeProgram = memory.allocate(decode.bytes());
        prefillProgram = memory.allocate(prefill.bytes());
        prefillProgramWithHead = memory.allocate(prefillWithHead.bytes());
        int scratchBytes = (lowering.scratchBytes() + 63) / 64 * 64;
        long scratch = memory.allocate((long) scratchBytes * threads);
        int pairs = 0;
        for (Lowering.RotaryTable table : lowering.rotaryTables()) {
            pairs = Math.max(pairs, table.rotary().dimensions() / 2);
        }
        int stagingBytes = Math.max(4 * plan.vocabularySize(), 4 * batchSize * Math.max(pairs, 1));
        staging = ByteBuffer.allocateDirect(stagingBytes).order(ByteOrder.LITTLE_ENDIAN);
        logits = new float[plan.vocabularySize()];
        machine = machines.create(memory.size());
        machine.write(decodeProgram, decode.encode());
        machine.write(prefillProgram, prefill.encode());
        machine.write(prefillProgramWithHead, prefillWithHead.encode());
        staging.clear();
        staging.putLong(0, scratch).putInt(8, scratchBytes);
        write(Control.SCRATCH, 12);
        staging.putInt(0, threads);
        write(Control.THREADS, 4);
    }

    private void write(long address, int bytes) {
        staging.position(0);
        staging.limit(bytes);
        machine.write(address, staging);
        staging.clear();
    }

    @Override
    public void load(TensorInfo tensor, long offset, ByteBuffer bytes) {
        weights.load(machine, tensor, offset, bytes);
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    @Override
    public int contextLength() {
        return contextLength;
    }

    @Override
    public void forward(int[] tokens, int from, int to, int position, boolean withLogits) {
        Objects.checkFromToIndex(from, to, tokens.length);
        int count = to - from;
        Objects.checkIndex(count - 1, batchSize);
        Objects.checkFromToIndex(position, position + count, contextLength);
        if (!ready) {
            weights.requireAll();
            ready = true;
        }
        for (int i = 0; i < count; i++) {
            staging.putInt(4 * i, Objects.checkIndex(tokens[from + i], plan.vocabularySize()));
        }
        write(lowering.tokens(), 4 * count);
        for (Lowering.RotaryTable table : lowering.rotaryTables()) {
            writeAngles(table, position, count);
        }
        long program = prefillProgram;
        if (withLogits) {
            program = count == 1 ? decodeProgram : prefillProgramWithHead;
        }
        staging.putLong(0, program);
        write(Control.PROGRAM, 8);
        staging.putInt(0, count).putInt(4, position);
        write(Control.TOKENS, 8);
        machine.start();
    }

    private void writeAngles(Lowering.RotaryTable table, int position, int count) {
        Rotary rotary = table.rotary();
        int pairs = rotary.dimensions() / 2;
        float[] angles = new float[count * pairs];
        float[] factors = table.frequencyFactors() == null ? null : weights.elements(table.frequencyFactors());
        for (int r = 0; r < count; r++) {
            for (int i = 0; i < pairs; i++) {
                float factor = factors == null ? 1 : factors[i];
                angles[r * pairs + i] = (position + r) * (rotary.inverseFrequency(i) / factor);
            }
        }
        for (int i = 0; i < angles.length; i++) {
            staging.putFloat(4 * i, rotary.magnitude() * (float) Math.cos(angles[i]));
        }
        write(table.cosines(), 4 * angles.length);
        for (int i = 0; i < angles.length; i++) {
            staging.putFloat(4 * i, rotary.magnitude() * (float) Math.sin(angles[i]));
        }
        write(table.sines(), 4 * angles.length);
    }

    @Override
    public float[] logits() {
        staging.position(0);
        staging.limit(4 * logits.length);
        machine.read(lowering.logits(), staging);
        staging.clear();
        for (int i = 0; i < logits.length; i++) {
            logits[i] = staging.getFloat(4 * i);
        }
        return logits;
    }
}
