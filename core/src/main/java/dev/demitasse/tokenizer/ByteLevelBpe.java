package dev.demitasse.tokenizer;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.Metadata;
import dev.demitasse.gguf.StringTable;

/**
 * Byte pair encoding over the bytes of UTF-8: GPT-2, Llama 3, SmolLM, Qwen. Bytes without a token of their own are dropped, as in
 * Hugging Face tokenizers and llama.cpp: SmolLM2 has no tokens for some control characters.
 */
final class ByteLevelBpe extends Tokenizer {
    private static final String PRE = "tokenizer.ggml.pre";
    private static final String MERGES = "tokenizer.ggml.merges";

    private final PreTokenizer preTokenizer;
    /** Whether text is first converted to normalization form C, as in Hugging Face's Qwen, but not in llama.cpp. */
    private final boolean normalizes;

    private final int[] byteTokens = new int[256];
    private final Merges merges;
    /** Whether a word that is a token becomes it without merges ({@code ignore_merges} in {@code tokenizer.json}). */
    private final boolean ignoreMerges;

    private ByteLevelBpe(
            Metadata metadata,
            Vocabulary vocabulary,
            PreTokenizer preTokenizer,
            boolean normalizes,
            boolean ignoreMerges,
            boolean addBosByDefault) {
        super(metadata, vocabulary, NONE, NONE, addBosByDefault);
        this.preTokenizer = preTokenizer;
        this.normalizes = normalizes;
        this.ignoreMerges = ignoreMerges;
        merges = merges(metadata.strings(MERGES), vocabulary);
        for (int b = 0; b < 256; b++) {
            byteTokens[b] = vocabulary.id(String.valueOf(ByteAlphabet.character(b)));
        }
    }

    static ByteLevelBpe read(Metadata metadata) {
        String pre = metadata.string(PRE, "default");
        PreTokenizer preTokenizer = PreTokenizer.of(pre);
        if (preTokenizer == null) {
            throw new GgufException(PRE + " is " + Vocabulary.quote(pre) + ", which is not supported");
        }
        Vocabulary vocabulary = Vocabulary.read(metadata);
        return switch (pre) {
            case "llama-bpe",
                    "llama3",
                    "llama-v3",
                    "falcon3",
                    "falcon-h1",
                    "pixtral",
                    "midm-2.0",
                    "lfm2",
                    "jina-v5-nano",
                    "tekken" -> new ByteLevelBpe(metadata, vocabulary, preTokenizer, false, true, true);
            case "minicpm5", "granite-embed-multi-97m" ->
                new ByteLevelBpe(metadata, vocabulary, preTokenizer, false, true, false);
            case "qwen2", "qwen35", "deepseek-r1-qwen" ->
                new ByteLevelBpe(metadata, vocabulary, preTokenizer, true, false, false);
            default -> new ByteLevelBpe(metadata, vocabulary, preTokenizer, false, false, false);
        };
    }

    @Override
    void encodeOrdinary(String text, int start, int end, IntList ids) {
        if (normalizes) {
            String normalized = Nfc.normalize(text.substring(start, end));
            encodeWords(normalized, 0, normalized.length(), ids);
        } else {
            encodeWords(text, start, end, ids);
        }
    }

    private void encodeWords(String text, int start, int end, IntList ids) {
        preTokenizer.split(text, start, end, (from, to) -> encodeWord(Utf8.encode(text, from, to), ids));
    }

    private void encodeWord(byte[] word, IntList ids) {
        if (ignoreMerges) {
            byte[] spelled = ByteAlphabet.spell(word);
            int whole = vocabulary.id(spelled, 0, spelled.length);
            if (whole != NONE && !isSpecial(whole)) {
                ids.add(whole);
                return;
            }
        }
        int[] tokens = new int[word.length];
        int count = 0;
        for (byte b : word) {
            int token = byteTokens[b & 0xFF];
            if (token != NONE) {
                tokens[count++] = token;
            }
        }
        ids.addAll(tokens, Merger.merge(merges, tokens, count));
    }

    /** Returns the bytes that the token spells; its text if a character is not in the byte alphabet. */
    @Override
    byte[] decodedBytes(int id) {
        byte[] spelled = vocabulary.bytes(id);
        boolean isText = vocabulary.isSpecial(id) || vocabulary.isUserDefined(id);
        byte[] bytes = isText ? null : ByteAlphabet.bytes(spelled);
        return bytes == null ? spelled : bytes;
    }

    private static Merges merges(StringTable lines, Vocabulary vocabulary) {
        Merges merges = new Merges(lines.size());
        byte[] bytes = lines.bytes();
        for (int rank = 0; rank < lines.size(); rank++) {
            int start = lines.start(rank);
            int end = lines.end(rank);
            int space = space(bytes, start, end);
            if (space == start || space >= end - 1 || space(bytes, space + 1, end) < end) {
                throw new GgufException(MERGES + "[" + rank + "] is " + Vocabulary.quote(lines.get(rank))
                        + ", not two tokens with a space between");
            }
            int left = vocabulary.id(bytes, start, space);
            int right = vocabulary.id(bytes, space + 1, end);
            int result = vocabulary.id(bytes, start, space, space + 1, end);
            if (left == NONE || right == NONE || result == NONE) {
                String pair = lines.get(rank);
                String first = pair.substring(0, pair.indexOf(' '));
                String second = pair.substring(pair.indexOf(' ') + 1);
                String missing = left == NONE ? first : right == NONE ? second : first + second;
                throw new GgufException(MERGES + "[" + rank + "] needs " + Vocabulary.quote(missing)
                        + ", which is not among " + Vocabulary.TOKENS);
            }
            merges.put(left, right, rank, result);
        }
        return merges;
    }

    /** Returns the index of the first space; {@code end} if there is none. */
    private static int space(byte[] bytes, int start, int end) {
        int i = start;
        while (i < end && bytes[i] != ' ') {
            i++;
        }
        return i;
    }
}
