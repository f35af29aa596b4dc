package dev.demitasse.openai;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The objects in which chat and text completions differ. */
interface CompletionFormat {
    /** Returns the beginning of the id of a response. */
    String idPrefix();

    /** Returns the type of a whole response. */
    String object();

    /** Returns the type of a chunk. */
    String chunkObject();

    /** Returns the first object of a streamed choice, or null if there is none. */
    @Nullable
    JsonObject begin(int index);

    /**
     * Returns the object of a piece of a streamed choice.
     *
     * @param logProbs the log probabilities of the token, or null
     */
    JsonObject piece(int index, String reasoning, String text, @Nullable TokenLogProbs logProbs);

    /** Returns the last object of a streamed choice. */
    JsonObject end(int index, String finishReason, List<JsonObject> toolCalls);

    /** Returns the object of a whole choice. */
    JsonObject choice(Choice choice, boolean withLogProbs);
}
