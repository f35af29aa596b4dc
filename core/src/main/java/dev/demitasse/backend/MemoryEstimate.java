package dev.demitasse.backend;

/**
 * Memory that a backend takes, in bytes.
 *
 * @param empty before the first token
 * @param perToken average for each token
 * @param total when the context is full
 */
public record MemoryEstimate(long empty, long perToken, long total) {}
