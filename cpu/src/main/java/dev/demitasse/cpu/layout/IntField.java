package dev.demitasse.cpu.layout;

/**
 * A 32-bit integer in a struct that backend and kernels share.
 *
 * @param offset bytes from the start of the struct
 */
public record IntField(int offset) {}
