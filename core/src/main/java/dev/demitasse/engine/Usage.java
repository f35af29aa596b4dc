package dev.demitasse.engine;

/**
 * What an answer cost.
 *
 * @param promptTokens tokens of the prompt
 * @param cachedTokens how many of them the KV cache still held
 * @param completionTokens tokens generated, the end-of-generation token included
 * @param draftedTokens guesses that were tried, see {@link GenerationOptions#speculative}
 * @param acceptedTokens those of them that were right
 * @param prefillNanos time spent on the rest of the prompt
 * @param decodeNanos time spent on the tokens generated, after the first; reading them again for another engine included
 */
public record Usage(
        int promptTokens,
        int cachedTokens,
        int completionTokens,
        int draftedTokens,
        int acceptedTokens,
        long prefillNanos,
        long decodeNanos) {}
