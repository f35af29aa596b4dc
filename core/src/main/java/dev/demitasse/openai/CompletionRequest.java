package dev.demitasse.openai;

import dev.demitasse.engine.Context;
import dev.demitasse.engine.GenerationOptions;
import dev.demitasse.jinja.LocalTime;
import dev.demitasse.json.FieldException;
import java.util.List;

/**
 * A request of OpenAI's chat or text completions. Fields that OpenAI does not define have the names that vLLM and
 * llama-server use. Every field is checked.
 *
 * @param isChat whether the request is one of chat completions
 * @param prompt the tokens of the prompt
 * @param choices how to generate each of the {@code n} answers
 * @param stream whether to answer in chunks
 * @param includeUsage whether the last chunk tells the usage
 * @param returnTokens whether the answer includes the ids of its tokens
 */
public record CompletionRequest(
        boolean isChat,
        int[] prompt,
        List<GenerationOptions> choices,
        boolean stream,
        boolean includeUsage,
        boolean returnTokens) {
    /**
     * Reads a request of {@code /chat/completions}.
     *
     * @param body JSON text
     * @param now the user's local time
     * @param seed the seed of the first choice if the request has none
     * @throws FieldException if a field is invalid
     */
    public static CompletionRequest chat(String body, Context context, LocalTime now, long seed) {
        return ChatRequest.read(body, context, now, seed);
    }

    /**
     * Returns the tokens of the prompt of a chat request, even if they leave no room for an answer.
     *
     * @param body JSON text
     * @param now the user's local time
     * @throws FieldException if a field is invalid
     */
    public static int[] chatPrompt(String body, Context context, LocalTime now) {
        return ChatRequest.prompt(body, context, now);
    }

    /**
     * Reads a request of {@code /completions}.
     *
     * @param body JSON text; its prompt is a text or an array of token ids
     * @param seed the seed of the first choice if the request has none
     * @throws FieldException if a field is invalid
     */
    public static CompletionRequest text(String body, Context context, long seed) {
        return TextRequest.read(body, context, seed);
    }
}
