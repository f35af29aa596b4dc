package dev.demitasse.tokenizer;

import dev.demitasse.gguf.GgufBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Writes vocabularies of 288 tokens, as many as the tiny models have rows, to GGUF files. */
public final class TinyVocabulary {
    public static final int SIZE = 288;

    public static final int NORMAL = 1;
    public static final int UNKNOWN = 2;
    public static final int CONTROL = 3;
    public static final int USER_DEFINED = 4;
    public static final int UNUSED = 5;
    public static final int BYTE = 6;

    private static final String[] MERGES = {
        "h e", "t he", "i n", "e r", "Ġ the", "o n", "a n", "an d", "Ġ and", "r e", "e s", "o r", "s t", "i s", "Ġ w",
        "Ġ a", "l l", "he ll", "hell o", "Ġ in", "e n", "a t", "i t", "e d"
    };

    private TinyVocabulary() {}

    /** Writes a byte-level vocabulary that ends with {@code <|endoftext|>}, 280, to {@code <|unused|>}, 287. */
    public static GgufBuilder byteLevel(GgufBuilder file) {
        return byteLevel(file, CONTROL);
    }

    /** Writes {@link #byteLevel}, with another type of {@code <|im_end|>}, 282, and {@code <|eot_id|>}, 283. */
    public static GgufBuilder byteLevel(GgufBuilder file, int endType) {
        List<String> special = List.of(
                "<|endoftext|>",
                "<|im_start|>",
                "<|im_end|>",
                "<|eot_id|>",
                "<think>",
                "</think>",
                "<|pad|>",
                "<|unused|>");
        int[] types = {CONTROL, CONTROL, endType, endType, USER_DEFINED, USER_DEFINED, CONTROL, CONTROL};
        return byteLevel(file, MERGES, special, types);
    }

    /** Writes a byte-level vocabulary with these control tokens at its end, and as many merges as leave room for them. */
    public static GgufBuilder byteLevel(GgufBuilder file, List<String> special) {
        int[] types = new int[special.size()];
        Arrays.fill(types, CONTROL);
        String[] merges = Arrays.copyOf(MERGES, SIZE - 256 - special.size());
        return byteLevel(file, merges, special, types);
    }

    private static GgufBuilder byteLevel(GgufBuilder file, String[] merges, List<String> special, int[] specialTypes) {
        Stream<String> bytes = IntStream.range(0, 256).mapToObj(b -> String.valueOf(ByteAlphabet.character(b)));
        Stream<String> merged = Stream.of(merges).map(merge -> merge.replace(" ", ""));
        String[] tokens =
                Stream.of(bytes, merged, special.stream()).flatMap(part -> part).toArray(String[]::new);
        int[] types = new int[tokens.length];
        Arrays.fill(types, NORMAL);
        System.arraycopy(specialTypes, 0, types, tokens.length - special.size(), special.size());
        return file.string("tokenizer.ggml.model", "gpt2")
                .string("tokenizer.ggml.pre", "gpt-2")
                .strings("tokenizer.ggml.tokens", tokens)
                .ints("tokenizer.ggml.token_type", types)
                .strings("tokenizer.ggml.merges", merges);
    }

    /**
     * Writes a SentencePiece vocabulary: {@code <unk>}, {@code <s>}, {@code </s>}, 256 bytes, control tokens and pieces. Scores fall with the
     * index; those of single characters are 100 less.
     */
    public static GgufBuilder sentencePiece(GgufBuilder file, List<String> control, List<String> pieces) {
        String[] tokens = new String[SIZE];
        int[] types = new int[SIZE];
        float[] scores = new float[SIZE];
        Arrays.fill(types, NORMAL);
        int count = 0;
        for (String token : List.of("<unk>", "<s>", "</s>")) {
            types[count] = count == 0 ? UNKNOWN : CONTROL;
            tokens[count++] = token;
        }
        for (int b = 0; b < 256; b++) {
            types[count] = BYTE;
            tokens[count++] = String.format("<0x%02X>", b);
        }
        int first = count;
        for (String token : control) {
            types[count] = CONTROL;
            scores[count] = first - count;
            tokens[count++] = token;
        }
        for (String piece : pieces) {
            boolean isCharacter = piece.length() == 1;
            scores[count] = first - count - (isCharacter ? 100 : 0);
            tokens[count++] = piece;
        }
        for (; count < SIZE; count++) {
            types[count] = UNUSED;
            scores[count] = -10_000;
            tokens[count] = "<pad" + count + ">";
        }
        return file.string("tokenizer.ggml.model", "llama")
                .strings("tokenizer.ggml.tokens", tokens)
                .floats("tokenizer.ggml.scores", scores)
                .ints("tokenizer.ggml.token_type", types);
    }
}
