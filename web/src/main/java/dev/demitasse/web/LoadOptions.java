package dev.demitasse.web;

import dev.demitasse.backend.KvType;

/**
 * How a model is to be run.
 *
 * @param contextLength tokens; 0 for what suits the device
 * @param threads of the CPU; 0 for what suits it
 * @param prefixCacheBytes that keys and values of waiting conversations may take
 */
record LoadOptions(Device device, int contextLength, int threads, KvType kvType, long prefixCacheBytes) {
    /** Where to compute. */
    enum Device {
        AUTO,
        WEBGPU,
        CPU;

        /** @throws IllegalArgumentException for another name than auto, webgpu and cpu */
        static Device of(String name) {
            return switch (name) {
                case "auto" -> AUTO;
                case "webgpu" -> WEBGPU;
                case "cpu" -> CPU;
                default ->
                    throw new IllegalArgumentException(
                            "device is \"" + name + "\"; it must be \"auto\", \"webgpu\" or \"cpu\"");
            };
        }
    }

    /** @throws IllegalArgumentException for another name than f16 and q8_0 */
    static KvType kvType(String name) {
        return switch (name) {
            case "f16" -> KvType.F16;
            case "q8_0" -> KvType.Q8_0;
            default -> throw new IllegalArgumentException("kvType is \"" + name + "\"; it must be \"f16\" or \"q8_0\"");
        };
    }

    /** The same on the CPU. */
    LoadOptions onCpu() {
        return new LoadOptions(Device.CPU, contextLength, threads, kvType, prefixCacheBytes);
    }
}
