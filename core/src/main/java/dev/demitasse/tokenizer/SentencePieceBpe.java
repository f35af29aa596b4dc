package dev.demitasse.tokenizer;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.Metadata;
import java.util.Arrays;

/**
 * SentencePiece's BPE over characters: Llama 2, Phi-3, Gemma (GGUF's model "llama"). A space is written {@code ▁}. A character that is
 * not a token falls back to the tokens of its UTF-8 bytes.
 */
final class SentencePieceBpe extends Tokenizer {
    private static final String SCORES = "tokenizer.ggml.scores";
    private static final String ADD_SPACE_PREFIX = "tokenizer.ggml.add_space_prefix";
    private static final String UNKNOWN = "tokenizer.ggml.unknown_token_id";

    // Llama 2's, for files that do not name them; the same as in llama.cpp.
    private static final int DEFAULT_UNKNOWN = 0;
    private static final int DEFAULT_BOS = 1;
    private static final int DEFAULT_EOS = 2;

    private static final char SPACE = '\u2581';
    private static final byte[] SPACE_UTF8 = {(byte) 0xE2, (byte) 0x96, (byte) 0x81};

    private final MergeRules merges;
    private final int[] byteTokens;
    /** Tokens of single characters of the basic plane. */
    private final int[] characterTokens = new int[0x10000];

    private final boolean addSpacePrefix;
    /** Whether no token has parts of two words, so that words can be merged one by one. */
    private final boolean hasSeparateWords;

    private final int unknownId;

    private SentencePieceBpe(Metadata metadata, Vocabulary vocabulary, double[] scores) {
        super(metadata, vocabulary, DEFAULT_BOS, DEFAULT_EOS, true);
        merges = new ScoredMerges(vocabulary, scores);
        addSpacePrefix = metadata.bool(ADD_SPACE_PREFIX, true);
        unknownId = id(metadata, UNKNOWN, DEFAULT_UNKNOWN);
        byteTokens = vocabulary.byteTokens();
        Arrays.fill(characterTokens, NONE);
        boolean isSeparate = true;
        for (int id = 0; id < vocabulary.size(); id++) {
            if (!vocabulary.isMergeable(id)) {
                continue;
            }
            byte[] bytes = vocabulary.bytes(id);
            if (bytes.length <= 3) {
                String token = vocabulary.token(id);
                if (token.length() == 1) {
                    characterTokens[token.charAt(0)] = id;
                }
            }
            isSeparate = isSeparate && !hasSecondWord(bytes);
        }
        hasSeparateWords = isSeparate;
    }

    static SentencePieceBpe read(Metadata metadata) {
        Vocabulary vocabulary = Vocabulary.read(metadata);
        if (!metadata.has(Vocabulary.TYPES)) {
            vocabulary.makeBytes();
        }
        double[] scores = metadata.reals(SCORES);
        if (scores.length != vocabulary.size()) {
            throw new GgufException(SCORES + " has " + scores.length + " elements but " + Vocabulary.TOKENS + " has "
                    + vocabulary.size());
        }
        return new SentencePieceBpe(metadata, vocabulary, scores);
    }

    @Override
    void encodeOrdinary(String text, int start, int end, IntList ids) {
        if (start == end) {
            return;
        }
        String escaped =
                (addSpacePrefix ? SPACE : "") + text.substring(start, end).replace(' ', SPACE);
        for (int from = 0; from < escaped.length(); ) {
            int to = hasSeparateWords ? wordEnd(escaped, from) : escaped.length();
            encodeWord(escaped, from, to, ids);
            from = to;
        }
    }

    /** Removes the space that encoding adds before the text. */
    @Override
    String trimmed(String decoded) {
        return addSpacePrefix && decoded.startsWith(" ") ? decoded.substring(1) : decoded;
    }

    private void encodeWord(String text, int from, int to, IntList ids) {
        int[] tokens = new int[to - from];
        int count = 0;
        for (int i = from; i < to; ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            int token = token(c);
            tokens[count++] = token == NONE ? ScoredMerges.placeholder(c) : token;
        }
        int left = Merger.merge(merges, tokens, count);
        for (int i = 0; i < left; i++) {
            if (tokens[i] >= 0) {
                ids.add(tokens[i]);
            } else {
                addBytes(ScoredMerges.character(tokens[i]), ids);
            }
        }
    }

    private int token(int character) {
        if (character < characterTokens.length) {
            return characterTokens[character];
        }
        int id = vocabulary.id(new String(Character.toChars(character)));
        return id == NONE || !vocabulary.isMergeable(id) ? NONE : id;
    }

    private void addBytes(int character, IntList ids) {
        for (byte b : Utf8.encode(character)) {
            int token = byteTokens[b & 0xFF];
            if (token == NONE) {
                if (unknownId != NONE) {
                    ids.add(unknownId);
                }
                return;
            }
            ids.add(token);
        }
    }

    private static boolean hasSecondWord(byte[] token) {
        for (int i = 1; i < token.length; i++) {
            if (isSpace(token, i) && !isSpace(token, i - SPACE_UTF8.length)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSpace(byte[] text, int at) {
        return at >= 0
                && at + SPACE_UTF8.length <= text.length
                && text[at] == SPACE_UTF8[0]
                && text[at + 1] == SPACE_UTF8[1]
                && text[at + 2] == SPACE_UTF8[2];
    }

    /** Returns the index of the next space that follows another character. */
    private static int wordEnd(String text, int from) {
        int i = from + 1;
        while (i < text.length() && (text.charAt(i) != SPACE || text.charAt(i - 1) == SPACE)) {
            i++;
        }
        return i;
    }

    @Override
    byte[] decodedBytes(int id) {
        int value = vocabulary.byteValue(id);
        if (value >= 0) {
            return new byte[] {(byte) value};
        }
        String text = vocabulary.token(id).replace(SPACE, ' ');
        return Utf8.encode(text, 0, text.length());
    }
}
