package dev.demitasse.bench.peers;

import dev.demitasse.TestWeights;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Texts with a given number of a model's tokens: the beginning of a story, cut at a word. */
final class Prompts {
    /** A prompt of about 16 tokens. */
    static final String SHORT = "Once upon a time, in a small village by the sea, there lived a";

    /** A word that is one token in the vocabularies of both models. */
    private static final String FILLER = " very";

    private final Tokenizer tokenizer;
    private final List<String> words;

    Prompts(Path model) throws IOException {
        ByteBuffer file = TestWeights.map(model);
        tokenizer = Tokenizer.of(Gguf.parse(file, file.capacity()).metadata());
        try (InputStream story = Prompts.class.getResourceAsStream("/bench/story.txt")) {
            words = List.of(new String(story.readAllBytes(), StandardCharsets.UTF_8).split(" "));
        }
    }

    /**
     * Returns a prompt with a number of tokens.
     *
     * @param number beginning of the text, so that texts of different numbers have no common prefix
     */
    String ofLength(int tokens, int number) {
        int fitting = 0;
        while (fitting < words.size() && length(story(number, fitting + 1)) <= tokens) {
            fitting++;
        }
        StringBuilder text = new StringBuilder(story(number, fitting));
        for (int missing = tokens - length(text.toString()); missing > 0; missing--) {
            text.append(FILLER);
        }
        if (fitting == words.size() || length(text.toString()) != tokens) {
            throw new IllegalArgumentException("the story gives no prompt of " + tokens + " tokens");
        }
        return text.toString();
    }

    /** Returns the number of tokens of a prompt, including a BOS token. */
    int length(String prompt) {
        return tokenizer.encode(prompt, true).length;
    }

    private String story(int number, int length) {
        return number + ". " + String.join(" ", words.subList(0, length));
    }
}
