package dev.demitasse.backend;

/**
 * Bytes of memory that a backend takes.
 *
 * @param empty before the first token
 * @param perToken what each adds, on average
 * @param total when the context is full
 */
public record MemoryEstimate(long empty, long perToken, long total) {}
