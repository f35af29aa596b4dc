package dev.demitasse.openai;

import dev.demitasse.engine.Context;
import dev.demitasse.jinja.LocalTime;
import dev.demitasse.json.FieldException;
import dev.demitasse.tokenizer.Tokenizer;
import java.util.List;
import java.util.function.Consumer;

/**
 * A request of OpenAI's chat or text completions. Fields that OpenAI does not define have the names that vLLM and
 * llama-server use. Every known field is checked; others are ignored unless the request is {@code strict}.
 *
 * @param isChat whether the request is one of chat completions
 * @param runs the {@code bestOf} generations of each prompt
 * @param bestOf number of answers to generate for each prompt
 * @param count number of answers to return for each prompt
 * @param echoes the text to repeat before the answers to each prompt; empty if there is none
 * @param answer what the answer contains besides its text
 */
public record CompletionRequest(
        boolean isChat, List<Run> runs, int bestOf, int count, List<String> echoes, AnswerOptions answer)
        implements AnswerRequest {
    /**
     * The form of an answer.
     *
     * @param stream whether to answer in chunks
     * @param includeUsage whether the last chunk has the usage
     * @param returnTokens whether the answer includes the ids of its tokens
     * @param logProbs whether the answer includes the log probabilities of its tokens
     * @param parallelCalls whether the answer may call more than one tool
     */
    public record AnswerOptions(
            boolean stream, boolean includeUsage, boolean returnTokens, boolean logProbs, boolean parallelCalls) {}

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
     * @param body JSON text; its prompt is a text, an array of texts, an array of token ids or an array of such arrays
     * @param seed the seed of the first choice if the request has none
     * @throws FieldException if a field is invalid
     */
    public static CompletionRequest text(String body, Context context, long seed) {
        return TextRequest.read(body, context, seed);
    }

    @Override
    public boolean stream() {
        return answer.stream();
    }

    @Override
    public AnswerWriter writer(
            Tokenizer tokenizer, String model, long created, AnswerWriter.Ids ids, Consumer<String> chunks) {
        return new CompletionWriter(this, tokenizer, model, created, ids, chunks);
    }
}
