package dev.demitasse.cpu;

import dev.demitasse.cpu.layout.AddressField;
import dev.demitasse.cpu.layout.Command;
import dev.demitasse.cpu.layout.EnumField;
import dev.demitasse.cpu.layout.FloatField;
import dev.demitasse.cpu.layout.IntField;
import dev.demitasse.cpu.layout.Opcode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Builds one command: its fields, and the memory that it reads and writes. */
final class CommandBuilder {
    private final Opcode opcode;
    /** Not direct: TeaVM doesn't clear direct buffers. */
    private final ByteBuffer fields = ByteBuffer.allocate(Command.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    private final List<MemoryRange> reads = new ArrayList<>();
    private final List<MemoryRange> writes = new ArrayList<>();

    /** Starts a command of one chunk, all of whose other fields are 0. */
    CommandBuilder(Opcode opcode) {
        this.opcode = opcode;
        set(Command.OPCODE, opcode);
        chunks(1);
    }

    /** Sets the number of chunks that threads may execute in parallel, limited to {@link Command#MAX_CHUNKS}. */
    CommandBuilder chunks(int count) {
        return set(Command.CHUNKS, Math.max(1, Math.min(count, Command.MAX_CHUNKS)));
    }

    <E extends Enum<E>> CommandBuilder set(EnumField<E> field, E value) {
        fields.putInt(field.offset(), field.code(value));
        return this;
    }

    CommandBuilder set(IntField field, int value) {
        fields.putInt(field.offset(), value);
        return this;
    }

    /**
     * Sets a float32 field.
     *
     * @param value boxed, because Java would convert an int to a float
     */
    CommandBuilder set(FloatField field, Float value) {
        fields.putFloat(field.offset(), value);
        return this;
    }

    CommandBuilder set(AddressField field, long address) {
        fields.putLong(field.offset(), address);
        return this;
    }

    /** Sets an address from which the command reads {@code bytes} bytes. */
    CommandBuilder reads(AddressField field, long address, long bytes) {
        reads.add(new MemoryRange(address, bytes));
        return set(field, address);
    }

    /** Sets an address to which the command writes {@code bytes} bytes. */
    CommandBuilder writes(AddressField field, long address, long bytes) {
        writes.add(new MemoryRange(address, bytes));
        return set(field, address);
    }

    /** Declares that the command reads a layer's keys and values. */
    CommandBuilder readsCache(int layer) {
        reads.add(cache(layer));
        return this;
    }

    /** Declares that the command writes a layer's keys and values. */
    CommandBuilder writesCache(int layer) {
        writes.add(cache(layer));
        return this;
    }

    /** Returns a range that stands for a layer of the KV cache, away from all addresses. */
    private static MemoryRange cache(int layer) {
        return new MemoryRange(Long.MIN_VALUE + layer, 1);
    }

    Opcode opcode() {
        return opcode;
    }

    List<MemoryRange> reads() {
        return reads;
    }

    List<MemoryRange> writes() {
        return writes;
    }

    /** Writes the command's {@link Command#BYTES} bytes, and moves the target's position past them. */
    void encode(ByteBuffer target) {
        target.put(fields.array());
    }
}
