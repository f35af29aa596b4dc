package dev.demitasse.engine;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.Metadata;

/** The way from the hidden states of a text to its embedding: {@code pooling_type} of the file (llama.cpp's {@code llama_pooling_type}). */
enum Pooling {
    /** The mean, not normalized, of a model that is not made for embeddings: the file has no {@code pooling_type}. */
    DEFAULT,
    /** None: the file says that a text has no embedding. */
    NONE,
    /** The mean. */
    MEAN,
    /** The hidden state of the first token. */
    CLS,
    /** The hidden state of the last token. */
    LAST,
    /** A score of relevance instead of an embedding. */
    RANK;

    private static final String KEY = ".pooling_type";

    static Pooling of(Metadata metadata, String architecture) {
        int type = metadata.integer(architecture + KEY, -1);
        return switch (type) {
            case -1 -> DEFAULT;
            case 0 -> NONE;
            case 1 -> MEAN;
            case 2 -> CLS;
            case 3 -> LAST;
            case 4 -> RANK;
            default -> throw new GgufException(architecture + KEY + " is " + type + ", which is not supported");
        };
    }

    /**
     * Checks that a text has an embedding.
     *
     * @throws IllegalArgumentException if not
     */
    void requireEmbedding() {
        if (this == NONE || this == RANK) {
            throw new IllegalArgumentException("the model has no embeddings of texts: its pooling_type is "
                    + (this == NONE ? "none" : "rank, which gives scores"));
        }
    }

    /**
     * Returns whether embeddings have the length 1. The models that have a {@code pooling_type} are trained with the cosine similarity, and
     * their cards normalize; llama.cpp's server does, too.
     */
    boolean isNormalized() {
        return this != DEFAULT;
    }
}
