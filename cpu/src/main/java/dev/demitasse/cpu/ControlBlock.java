package dev.demitasse.cpu;

import dev.demitasse.cpu.layout.AddressField;
import dev.demitasse.cpu.layout.Control;
import dev.demitasse.cpu.layout.IntField;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The backend's copy of its part of the control block: the fields from {@link Control#PROGRAM} on. */
final class ControlBlock {
    private final ByteBuffer fields = ByteBuffer.allocateDirect(Control.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    ControlBlock set(IntField field, int value) {
        fields.putInt(field.offset(), value);
        return this;
    }

    ControlBlock set(AddressField field, long address) {
        fields.putLong(field.offset(), address);
        return this;
    }

    /** Copies all fields into the kernels' memory. */
    void write(KernelRuntime runtime) {
        fields.position(Control.PROGRAM.offset());
        runtime.write(Control.PROGRAM.offset(), fields);
    }
}
