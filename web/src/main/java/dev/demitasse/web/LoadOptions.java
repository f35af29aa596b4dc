package dev.demitasse.web;

import dev.demitasse.backend.KvType;
import dev.demitasse.chat.ChatTemplate;
import org.jspecify.annotations.Nullable;

/**
 * Options of a load.
 *
 * @param device the device that computes
 * @param contextLength in tokens; 0 for the maximum that the device suits
 * @param threads number of CPU threads; 0 for one per processor
 * @param kvType the type of keys and values
 * @param prefixCacheBytes budget of the snapshots of waiting sessions, in bytes
 * @param chatTemplate the chat template in place of the file's; null to use that
 */
record LoadOptions(
        Device device,
        int contextLength,
        int threads,
        KvType kvType,
        long prefixCacheBytes,
        @Nullable ChatTemplate chatTemplate) {
    /** The device that computes. */
    enum Device {
        AUTO,
        WEBGPU,
        CPU;

        /**
         * Returns the device of a name.
         *
         * @throws IllegalArgumentException for a name other than auto, webgpu and cpu
         */
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

    /**
     * Returns the type of keys and values of a name.
     *
     * @throws IllegalArgumentException for a name other than f16 and q8_0
     */
    static KvType kvType(String name) {
        return switch (name) {
            case "f16" -> KvType.F16;
            case "q8_0" -> KvType.Q8_0;
            default -> throw new IllegalArgumentException("kvType is \"" + name + "\"; it must be \"f16\" or \"q8_0\"");
        };
    }

    /** Returns these options with the CPU as the device. */
    LoadOptions onCpu() {
        return new LoadOptions(Device.CPU, contextLength, threads, kvType, prefixCacheBytes, chatTemplate);
    }
}
