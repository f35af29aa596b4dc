package dev.demitasse.cpu.layout;

/**
 * An address in a struct that backend and kernels share. It always takes 64 bits; kernels with 32-bit addresses read the lower half.
 *
 * @param offset bytes from the start of the struct
 */
public record AddressField(int offset) {}
