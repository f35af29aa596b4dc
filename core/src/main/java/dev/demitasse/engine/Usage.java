package dev.demitasse.engine;

/**
 * Numbers of tokens and times of an answer.
 *
 * @param promptTokens tokens of the prompt
 * @param cachedTokens tokens of the prompt that the KV cache held already
 * @param completionTokens generated tokens, including the end-of-generation token
 * @param draftedTokens guesses that were tried, see {@link GenerationOptions#speculative}
 * @param acceptedTokens guesses that were right
 * @param prefillNanos time for the rest of the prompt and the first token
 * @param decodeNanos time for the tokens after the first, including reading them again after the device was lost
 */
public record Usage(
        int promptTokens,
        int cachedTokens,
        int completionTokens,
        int draftedTokens,
        int acceptedTokens,
        long prefillNanos,
        long decodeNanos) {}
