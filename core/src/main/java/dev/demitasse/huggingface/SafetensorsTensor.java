package dev.demitasse.huggingface;

import java.util.List;

/**
 * An entry of a safetensors header.
 *
 * @param shape sizes, the contiguous dimension last
 * @param begin offset of the first byte from the end of the header
 * @param bytes size in the file
 */
record SafetensorsTensor(String name, DType type, List<Integer> shape, long begin, int bytes) {
    /** Types of elements, named as in the file. */
    enum DType {
        F32(4),
        F16(2),
        BF16(2),
        I32(4);

        private final int bytes;

        DType(int bytes) {
            this.bytes = bytes;
        }

        int bytes() {
            return bytes;
        }
    }

    long end() {
        return begin + bytes;
    }
}
