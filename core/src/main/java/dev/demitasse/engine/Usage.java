package dev.demitasse.engine;

/**
 * What an answer cost.
 *
 * @param promptTokens tokens of the prompt
 * @param cachedTokens how many of them the KV cache still held
 * @param completionTokens tokens generated, the end-of-generation token included
 * @param prefillNanos time spent on the rest of the prompt
 * @param decodeNanos time spent on the tokens generated, after the first; reading them again for another engine included
 */
public record Usage(int promptTokens, int cachedTokens, int completionTokens, long prefillNanos, long decodeNanos) {}
