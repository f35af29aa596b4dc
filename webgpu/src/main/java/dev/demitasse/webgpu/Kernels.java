package dev.demitasse.webgpu;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The kernels in use. Each is compiled once. */
final class Kernels {
    private final Device device;
    private final Shaders shaders;
    private final Map<List<String>, WgslModule> modules = new HashMap<>();
    private final Map<String, Kernel> kernels = new HashMap<>();

    Kernels(Device device, Shaders shaders) {
        this.device = device;
        this.shaders = shaders;
    }

    /**
     * Returns a kernel without variants.
     *
     * @param overrides the values of the overrides that are no {@link Size}
     */
    Kernel get(KernelSource source, String entryPoint, Map<String, Integer> overrides) {
        return get(source.file() + "." + entryPoint, source.files(), entryPoint, overrides);
    }

    /** Returns a kernel over weights of a format. */
    Kernel get(KernelSource source, Format format, Map<String, Integer> overrides) {
        return get(source.file() + " " + String.join("+", format.files()), source.files(format), "main", overrides);
    }

    /** Returns a kernel over keys and values of a format. */
    Kernel get(KernelSource source, String entryPoint, KvFormat format, int headSize) {
        return get(
                source.file() + "." + entryPoint + " " + format.file(),
                source.files(format),
                entryPoint,
                Map.of("HEAD_VEC4S", headSize / 4));
    }

    private Kernel get(String label, List<String> files, String entryPoint, Map<String, Integer> overrides) {
        WgslModule module = module(files);
        Map<String, Integer> values = Size.overrides(module, overrides);
        return kernels.computeIfAbsent(
                label + values,
                key -> new Kernel(
                        device.createPipeline(label, shaders.join(files), entryPoint, values), module, entryPoint));
    }

    /** Returns a struct of a kernel without variants. */
    WgslStruct struct(KernelSource source, String name) {
        return module(source.files()).struct(name);
    }

    private WgslModule module(List<String> files) {
        return modules.computeIfAbsent(files, names -> new WgslModule(String.join("+", names), shaders.join(names)));
    }
}
