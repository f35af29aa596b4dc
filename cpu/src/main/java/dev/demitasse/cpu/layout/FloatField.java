package dev.demitasse.cpu.layout;

/**
 * A float32 in a struct that backend and kernels share.
 *
 * @param offset bytes from the start of the struct
 */
public record FloatField(int offset) {}
