package dev.demitasse.webgpu;

import dev.demitasse.backend.KvType;
import java.util.HashMap;
import java.util.Map;

/** The kernels that are in use: each is made once. */
final class Kernels {
    private final Device device;
    private final Shaders shaders;
    private final Map<String, Device.Pipeline> pipelines = new HashMap<>();

    Kernels(Device device, Shaders shaders) {
        this.device = device;
        this.shaders = shaders;
    }

    /** A kernel without weights; {@code constants} are the source's overrides. */
    Device.Pipeline plain(String name, String entryPoint, Map<String, Integer> constants) {
        return pipelines.computeIfAbsent(
                name + "." + entryPoint + constants,
                key -> device.createPipeline(name + "." + entryPoint, shaders.plain(name), entryPoint, constants));
    }

    /** A kernel over weights of a format. */
    Device.Pipeline over(Format format, String name, Map<String, Integer> constants) {
        String types = String.join("+", format.files());
        return pipelines.computeIfAbsent(
                name + "." + types + constants,
                key -> device.createPipeline(name + " " + types, shaders.over(format, name), "main", constants));
    }

    /** A kernel over keys and values of a type. */
    Device.Pipeline overKv(String name, String entryPoint, int headSize, KvType type) {
        String head = "const HEAD_QUADS = " + headSize / 4 + "u;\n";
        return pipelines.computeIfAbsent(
                name + "." + entryPoint + type + head,
                key -> device.createPipeline(
                        name + "." + entryPoint, head + shaders.overKv(type, name), entryPoint, Map.of()));
    }
}
