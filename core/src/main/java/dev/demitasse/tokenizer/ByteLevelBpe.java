package dev.demitasse.tokenizer;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.Metadata;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Byte pair encoding over the bytes of UTF-8, as GPT-2, Llama 3, SmolLM and Qwen have it. Bytes without a token of their
 * own are dropped, as Hugging Face tokenizers and llama.cpp do: SmolLM2 has none for some control characters.
 */
final class ByteLevelBpe extends Tokenizer {
    private static final String PRE = "tokenizer.ggml.pre";
    private static final String MERGES = "tokenizer.ggml.merges";

    private final PreTokenizer preTokenizer;
    /** Whether text is brought to normalization form C first: Hugging Face's Qwen does, llama.cpp doesn't. */
    private final boolean normalizes;

    private final int[] byteTokens = new int[256];
    private final Merges merges;
    /** Tokens that a whole piece becomes whatever the merges say, or null if there are none such. */
    private final @Nullable Map<String, Integer> wholePieces;

    private ByteLevelBpe(
            Metadata metadata,
            Vocabulary vocabulary,
            PreTokenizer preTokenizer,
            boolean normalizes,
            boolean wholePiecesFirst,
            boolean addBosIfUnsaid) {
        super(metadata, vocabulary, tokenBytes(vocabulary), addBosIfUnsaid);
        Map<String, Integer> ids = vocabulary.ids();
        this.preTokenizer = preTokenizer;
        this.normalizes = normalizes;
        wholePieces = wholePiecesFirst ? ids : null;
        merges = merges(metadata.strings(MERGES), ids);
        for (int b = 0; b < 256; b++) {
            byteTokens[b] = ids.getOrDefault(String.valueOf(ByteAlphabet.character(b)), NONE);
        }
    }

    static ByteLevelBpe read(Metadata metadata) {
        String pre = metadata.string(PRE, "default");
        Vocabulary vocabulary = Vocabulary.read(metadata);
        // The names are those of llama.cpp's convert_hf_to_gguf.py. "smaug-bpe" is Llama 3's without BOS: SmolLM3.
        return switch (pre) {
            case "smollm" -> new ByteLevelBpe(metadata, vocabulary, new Gpt2PreTokenizer(true), false, false, false);
            case "gpt-2", "default" ->
                new ByteLevelBpe(metadata, vocabulary, new Gpt2PreTokenizer(false), false, false, false);
            case "llama-bpe", "llama3", "llama-v3" ->
                new ByteLevelBpe(metadata, vocabulary, new Llama3PreTokenizer(3), false, true, true);
            case "smaug-bpe" -> new ByteLevelBpe(metadata, vocabulary, new Llama3PreTokenizer(3), false, true, false);
            case "qwen2", "deepseek-r1-qwen" ->
                new ByteLevelBpe(metadata, vocabulary, new Llama3PreTokenizer(1), true, false, false);
            default -> throw new GgufException(PRE + " is " + Vocabulary.quote(pre) + ", which is not supported");
        };
    }

    @Override
    void encodeOrdinary(String text, int start, int end, IntList ids) {
        if (normalizes) {
            String normalized = Nfc.normalize(text.substring(start, end));
            encodePieces(normalized, 0, normalized.length(), ids);
        } else {
            encodePieces(text, start, end, ids);
        }
    }

    private void encodePieces(String text, int start, int end, IntList ids) {
        for (int from = start; from < end; ) {
            int to = preTokenizer.end(text, from, end);
            encodePiece(Utf8.encode(text, from, to), ids);
            from = to;
        }
    }

    private void encodePiece(byte[] piece, IntList ids) {
        Integer whole = wholePieces == null ? null : wholePieces.get(ByteAlphabet.spell(piece));
        if (whole != null && !isSpecial(whole)) {
            ids.add(whole);
            return;
        }
        int[] tokens = new int[piece.length];
        int count = 0;
        for (byte b : piece) {
            int token = byteTokens[b & 0xFF];
            if (token != NONE) {
                tokens[count++] = token;
            }
        }
        ids.addAll(tokens, Merger.merge(merges, tokens, count));
    }

    /** What the tokens decode to. One with a character that stands for no byte is taken as text. */
    private static byte[][] tokenBytes(Vocabulary vocabulary) {
        byte[][] bytes = new byte[vocabulary.size()][];
        for (int id = 0; id < bytes.length; id++) {
            String token = vocabulary.token(id);
            boolean isText = vocabulary.isSpecial(id) || vocabulary.isUserDefined(id);
            byte[] spelled = isText ? null : ByteAlphabet.bytes(token);
            bytes[id] = spelled != null ? spelled : Utf8.encode(token, 0, token.length());
        }
        return bytes;
    }

    private static Merges merges(String[] lines, Map<String, Integer> ids) {
        Merges merges = new Merges(lines.length);
        for (int rank = 0; rank < lines.length; rank++) {
            String line = lines[rank];
            int space = line.indexOf(' ');
            if (space <= 0 || space == line.length() - 1 || line.indexOf(' ', space + 1) >= 0) {
                throw new GgufException(MERGES + "[" + rank + "] is " + Vocabulary.quote(line)
                        + ", not two tokens with a space between");
            }
            String left = line.substring(0, space);
            String right = line.substring(space + 1);
            merges.put(id(left, ids, rank), id(right, ids, rank), rank, id(left + right, ids, rank));
        }
        return merges;
    }

    private static int id(String token, Map<String, Integer> ids, int rank) {
        Integer id = ids.get(token);
        if (id == null) {
            throw new GgufException(MERGES + "[" + rank + "] needs " + Vocabulary.quote(token) + ", which is not among "
                    + Vocabulary.TOKENS);
        }
        return id;
    }
}
