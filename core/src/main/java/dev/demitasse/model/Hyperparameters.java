package dev.demitasse.model;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.Metadata;

/** An architecture's metadata: keys without their prefix, values checked. */
record Hyperparameters(Metadata metadata, String architecture) {
    /** An integer of at least 1. */
    int positive(String key) {
        int value = metadata.integer(path(key));
        if (value < 1) {
            throw new GgufException(path(key) + " is " + value + "; it must be positive");
        }
        return value;
    }

    int positive(String key, int absent) {
        return has(key) ? positive(key) : absent;
    }

    /** A finite float above 0. */
    float positiveReal(String key) {
        float value = metadata.real(path(key));
        if (!(value > 0 && value < Float.POSITIVE_INFINITY)) {
            throw new GgufException(path(key) + " is " + value + "; it must be positive");
        }
        return value;
    }

    float positiveReal(String key, float absent) {
        return has(key) ? positiveReal(key) : absent;
    }

    /** Fails unless the key is absent or has the given value: for features that would silently change the answer. */
    void requireAbsentOr(String key, String value) {
        if (has(key) && !metadata.string(path(key)).equals(value)) {
            throw new GgufException(path(key) + " is \"" + metadata.string(path(key)) + "\", which is not supported");
        }
    }

    /** Fails if {@code part} does not divide {@code whole}. */
    void requireDivides(String part, int divisor, String whole, int dividend) {
        if (dividend % divisor != 0) {
            throw new GgufException(
                    path(part) + " (" + divisor + ") does not divide " + path(whole) + " (" + dividend + ")");
        }
    }

    /** Elements of each head that RoPE turns: even, and no more than the head has. */
    int rotaryDimensions(int headSize) {
        int dimensions = positive("rope.dimension_count", headSize);
        if (dimensions % 2 != 0 || dimensions > headSize) {
            throw new GgufException(path("rope.dimension_count") + " is " + dimensions
                    + "; it must be even and at most the head size, " + headSize);
        }
        return dimensions;
    }

    private boolean has(String key) {
        return metadata.has(path(key));
    }

    private String path(String key) {
        return architecture + "." + key;
    }
}
