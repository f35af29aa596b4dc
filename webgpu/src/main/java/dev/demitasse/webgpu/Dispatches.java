package dev.demitasse.webgpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Collects the dispatches of programs. Their parameters are in one buffer, so that bind groups are made when all dispatches are known. */
final class Dispatches {
    /** A dispatch without a bind group. */
    private static final class Draft {
        final Program program;
        final Kernel kernel;
        final @Nullable Params params;
        final Program.Grid grid;
        /** The slots whose buffers differ from dispatch to dispatch. */
        final Map<Slot, Device.Binding> buffers = new TreeMap<>();

        Draft(Program program, Kernel kernel, @Nullable Params params, Program.Grid grid) {
            this.program = program;
            this.kernel = kernel;
            this.params = params;
            this.grid = grid;
        }
    }

    private final GpuMemory memory;
    private final Device device;
    private final List<Draft> drafts = new ArrayList<>();

    Dispatches(GpuMemory memory, Device device) {
        this.memory = memory;
        this.device = device;
    }

    /**
     * Adds a dispatch to a program.
     *
     * @param params null for a kernel without
     * @param buffers the bindings that differ from dispatch to dispatch; {@link GpuMemory#bind} has the others
     * @throws IllegalArgumentException if a parameter is not set
     */
    void add(Program program, Kernel kernel, @Nullable Params params, Program.Grid grid, Device.Binding... buffers) {
        if (params != null) {
            params.requireComplete();
        }
        Draft draft = new Draft(program, kernel, params, grid);
        for (Device.Binding buffer : buffers) {
            draft.buffers.put(buffer.slot(), buffer);
        }
        drafts.add(draft);
    }

    /**
     * Makes the dispatches that were added since the last call.
     *
     * @return the buffer of their parameters
     * @throws IllegalArgumentException if a kernel uses a slot without a buffer
     */
    Device.Buffer finish() {
        int bytes = Math.max(1, drafts.size()) * Params.BYTES;
        ByteBuffer words = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < drafts.size(); i++) {
            Params params = drafts.get(i).params;
            if (params != null) {
                params.writeTo(words.position(i * Params.BYTES));
            }
        }
        Device.Buffer uniforms = device.createUniforms("parameters", bytes);
        device.write(uniforms, 0, words.clear());
        for (int i = 0; i < drafts.size(); i++) {
            Draft draft = drafts.get(i);
            if (draft.params != null) {
                Device.Binding binding = new Device.Binding(Slot.PARAMS, uniforms, i * Params.BYTES, Params.BYTES);
                draft.buffers.put(Slot.PARAMS, binding);
            }
            Device.Pipeline pipeline = draft.kernel.pipeline();
            List<Device.Binding> bindings = bindings(draft.kernel.slots(), draft.buffers);
            draft.program.add(pipeline, device.createBindGroup(pipeline, bindings), draft.grid);
        }
        drafts.clear();
        return uniforms;
    }

    private List<Device.Binding> bindings(Set<Slot> slots, Map<Slot, Device.Binding> buffers) {
        List<Device.Binding> bindings = new ArrayList<>();
        for (Slot slot : slots) {
            Device.Binding own = buffers.get(slot);
            bindings.add(own == null ? memory.bind(slot) : own);
        }
        return bindings;
    }
}
