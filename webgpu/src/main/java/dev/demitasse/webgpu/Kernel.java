package dev.demitasse.webgpu;

import java.util.Set;

/** A compute pipeline, with the declarations of the WGSL it is made of. */
final class Kernel {
    private final Device.Pipeline pipeline;
    private final WgslModule module;
    private final Set<Slot> slots;
    private final WgslStruct params;

    Kernel(Device.Pipeline pipeline, WgslModule module, String entryPoint) {
        this.pipeline = pipeline;
        this.module = module;
        slots = module.slots(entryPoint);
        params = module.struct("Params");
    }

    Device.Pipeline pipeline() {
        return pipeline;
    }

    /** Returns the slots that the kernel uses, by number: those that its bind groups must have. */
    Set<Slot> slots() {
        return slots;
    }

    /** Returns new parameters for a dispatch. */
    Params params() {
        return new Params(params);
    }

    /**
     * Returns a constant of the WGSL.
     *
     * @throws IllegalArgumentException if the module has no constant of this name
     */
    int constant(String name) {
        return module.constant(name);
    }
}
