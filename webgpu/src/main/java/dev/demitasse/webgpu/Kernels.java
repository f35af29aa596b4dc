package dev.demitasse.webgpu;

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
        String format1 = String.join("+", format.files());
        return pipelines.computeIfAbsent(
                name + "." + format1 + constants,
                key -> device.createPipeline(name + " " + format1, shaders.over(format, name), "main", constants));
    }

    /** A kernel of attention. */
    Device.Pipeline attention(String entryPoint, int queries, int headSize) {
        String head = "const QUERIES = " + queries + "u;\nconst HEAD_QUADS = " + headSize / 4 + "u;\n";
        return pipelines.computeIfAbsent(
                "attention." + entryPoint + head,
                key -> device.createPipeline(
                        "attention." + entryPoint, head + shaders.plain("attention"), entryPoint, Map.of()));
    }
}
