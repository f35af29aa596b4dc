package dev.demitasse.web;

import dev.demitasse.backend.KvType;
import dev.demitasse.chat.ChatTemplate;
import dev.demitasse.web.js.Request;
import dev.demitasse.web.js.Text;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.core.JSObjects;

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
    /** Default budget in bytes for snapshots of waiting sessions. */
    private static final double PREFIX_CACHE_BYTES = 1 << 28;

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

    /**
     * Reads the options of a request.
     *
     * @throws IllegalArgumentException if one is invalid
     */
    static LoadOptions of(Request request) {
        Request.Options options = request.getOptions();
        int threads = (int) number(options.getThreads(), 0);
        if (threads < 1 && !Double.isNaN(options.getThreads())) {
            throw new IllegalArgumentException("threads is " + threads + "; it must be at least 1");
        }
        long cacheBytes = (long) number(options.getPrefixCacheBytes(), PREFIX_CACHE_BYTES);
        if (cacheBytes < 0) {
            throw new IllegalArgumentException("prefixCacheBytes is " + cacheBytes + "; it must not be negative");
        }
        String template = text(options.getChatTemplate(), "");
        return new LoadOptions(
                Device.of(text(options.getDevice(), "auto")),
                (int) number(options.getContextLength(), 0),
                threads,
                kvType(text(options.getKvType(), "f16")),
                cacheBytes,
                template.isEmpty() ? null : ChatTemplate.parse(template));
    }

    private static String text(Text text, String absent) {
        return JSObjects.isUndefined(text) ? absent : text.toString();
    }

    private static double number(double value, double absent) {
        return Double.isNaN(value) ? absent : value;
    }

    /** Returns these options with the CPU as the device. */
    LoadOptions onCpu() {
        return new LoadOptions(Device.CPU, contextLength, threads, kvType, prefixCacheBytes, chatTemplate);
    }
}
