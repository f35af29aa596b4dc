package dev.demitasse.webgpu;

import dev.demitasse.backend.Batch;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.Rotary;
import dev.demitasse.plan.Weight;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of a pass, in one buffer that is written before it: WGSL's struct {@code BatchInputs} with the first position, the number of
 * tokens, tables of RoPE's cosines and sines, and the tokens' ids.
 */
final class BatchInputs {
    /**
     * Cosines and sines of RoPE's angles for the positions of a batch: {@code [token, pair, 2]}.
     *
     * @param index of the first in the struct's {@code data}
     */
    record RotaryTable(Rotary rotary, @Nullable Weight frequencyFactors, int index) {}

    private final int vocabularySize;
    private final Weights weights;
    private final List<RotaryTable> rotaryTables = new ArrayList<>();
    private final Device.Buffer buffer;
    private final ByteBuffer bytes;
    /** The index of the first id in {@code data}. */
    private final int ids;

    private final int positionOffset;
    private final int countOffset;
    private final int idsOffset;
    private final int dataOffset;

    /**
     * Creates the buffer of the inputs.
     *
     * @param struct {@code BatchInputs} of {@code common.wgsl}
     */
    BatchInputs(Plan plan, int batchSize, WgslStruct struct, Device device, Weights weights) {
        this.weights = weights;
        vocabularySize = plan.vocabularySize();
        int words = 0;
        for (Op op : plan.body()) {
            if (op instanceof Op.Rope rope && rotaryTable(rope) == null) {
                rotaryTables.add(new RotaryTable(rope.rotary(), rope.frequencyFactors(), words));
                words += batchSize * rope.rotary().dimensions();
                if (rope.frequencyFactors() != null) {
                    weights.keep(rope.frequencyFactors());
                }
            }
        }
        ids = words;
        positionOffset = struct.offset("position", "u32");
        countOffset = struct.offset("count", "u32");
        idsOffset = struct.offset("ids", "u32");
        dataOffset = struct.offset("data", "array");
        bytes = ByteBuffer.allocateDirect(struct.bytes(ids + batchSize)).order(ByteOrder.LITTLE_ENDIAN);
        buffer = device.createStorage("batch inputs", bytes.capacity());
    }

    /** Returns the table for a RoPE, or null if it does not exist. */
    @SuppressWarnings("ReferenceEquality") // a weight is a node of the plan's graph
    @Nullable
    RotaryTable rotaryTable(Op.Rope rope) {
        for (RotaryTable table : rotaryTables) {
            if (table.rotary == rope.rotary() && table.frequencyFactors == rope.frequencyFactors()) {
                return table;
            }
        }
        return null;
    }

    Device.Binding bind() {
        return new Device.Binding(Slot.BATCH, buffer, 0, bytes.capacity());
    }

    /**
     * Writes the inputs of the next pass.
     *
     * @throws IndexOutOfBoundsException for an id outside the vocabulary
     */
    void write(Batch batch, Device device) {
        int count = batch.size();
        int position = batch.position();
        bytes.putInt(positionOffset, position).putInt(countOffset, count).putInt(idsOffset, ids);
        int first = dataOffset + 4 * ids;
        for (int i = 0; i < count; i++) {
            int id = Objects.checkIndex(batch.tokens()[batch.from() + i], vocabularySize);
            bytes.putInt(first + 4 * i, id);
        }
        for (RotaryTable table : rotaryTables) {
            writeAngles(table, position, count);
        }
        device.write(buffer, 0, bytes.duplicate().position(0).limit(first + 4 * count));
    }

    private void writeAngles(RotaryTable table, int position, int count) {
        Rotary rotary = table.rotary();
        int pairs = rotary.dimensions() / 2;
        float[] factors = table.frequencyFactors() == null ? null : weights.elements(table.frequencyFactors());
        int at = dataOffset + 4 * table.index();
        for (int r = 0; r < count; r++) {
            for (int i = 0; i < pairs; i++) {
                float angle = rotary.angle(position + r, i, factors);
                bytes.putFloat(at, rotary.attentionFactor() * (float) Math.cos(angle));
                bytes.putFloat(at + 4, rotary.attentionFactor() * (float) Math.sin(angle));
                at += 8;
            }
        }
    }
}
