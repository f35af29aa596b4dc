package dev.demitasse.webgpu;

import dev.demitasse.backend.KvType;

/**
 * The layout of a head's key, or value, at one position in GPU memory: its elements, then the scales of its blocks.
 *
 * @param file the WGSL file that reads and writes it
 * @param blockElements elements per scale; a head has a multiple of them
 * @param scaleBytes bytes of a scale, 0 for none
 */
record KvFormat(String file, int elementBytes, int blockElements, int scaleBytes) {
    static KvFormat of(KvType type) {
        return switch (type) {
            case F16 -> new KvFormat("kv_f16", 2, 4, 0);
            case Q8_0 -> new KvFormat("kv_q8_0", 1, KvType.BLOCK, 4);
        };
    }

    int rowBytes(int headSize) {
        return headSize * elementBytes + headSize / blockElements * scaleBytes;
    }
}
