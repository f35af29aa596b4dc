package dev.demitasse.store;

/** Received bytes, in memory of the platform. */
public interface Bytes {
    int length();

    /** Returns a part of these bytes without copying it. */
    Bytes slice(int from, int count);

    /** Copies all bytes to an array. */
    void copyTo(byte[] target, int at);
}
