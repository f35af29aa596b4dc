package dev.demitasse.store;

/** Received bytes, in memory of the platform. */
public interface Bytes {
    int length();

    /** Returns a part of these bytes without copying it. */
    Bytes slice(int from, int count);

    /** Returns a copy that stays valid. */
    Bytes copy();

    /** Passes the bytes to a target until it wants no more. The target must not wait. */
    void feed(Chunk.Target target);

    /** Copies all bytes to an array. */
    void copyTo(byte[] target, int at);
}
