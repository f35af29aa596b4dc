package dev.demitasse.fuzz;

import dev.demitasse.OddModels;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.tokenizer.StreamDecoder;
import dev.demitasse.tokenizer.TinyVocabulary;
import dev.demitasse.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Encoding of any text with vocabularies that have all bytes, and decoding in a stream. The text must come back. */
final class EncodeTarget extends Target {
    private static final List<String> PRE = List.of(
            "gpt-2",
            "smollm",
            "llama-bpe",
            "qwen2",
            "qwen35",
            "gpt-4o",
            "tekken",
            "deepseek-v3",
            "deepseek-llm",
            "deepseek-coder",
            "seed-coder",
            "minicpm5",
            "bloom",
            "viking",
            "falcon",
            "default",
            "ufakzeka");
    private static final List<Tokenizer> TOKENIZERS = tokenizers();

    EncodeTarget() {
        super();
    }

    private static List<Tokenizer> tokenizers() {
        List<Tokenizer> tokenizers = new ArrayList<>();
        for (String pre : PRE) {
            byte[] file = TinyVocabulary.byteLevel(new GgufBuilder()).build();
            tokenizers.add(tokenizer(replace(file, pre)));
        }
        tokenizers.add(tokenizer(OddModels.sentencePiece(new GgufBuilder(), List.of("<end_of_turn>"), OddModels.PIECES)
                .build()));
        return tokenizers;
    }

    /** Returns a file with another pre-tokenizer. */
    private static byte[] replace(byte[] file, String pre) {
        String latin1 = new String(file, StandardCharsets.ISO_8859_1);
        String old = string("gpt-2");
        int at = latin1.indexOf(old, latin1.indexOf("tokenizer.ggml.pre"));
        // A header without tensors may have any length.
        return (latin1.substring(0, at) + string(pre) + latin1.substring(at + old.length()))
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String string(String text) {
        return (char) text.length() + "\0\0\0\0\0\0\0" + text;
    }

    private static Tokenizer tokenizer(byte[] file) {
        return Tokenizer.of(Gguf.parse(ByteBuffer.wrap(file), file.length).metadata());
    }

    @Override
    protected void test(byte[] bytes) {
        Input input = new Input(bytes);
        int index = input.choice(TOKENIZERS.size());
        Tokenizer tokenizer = TOKENIZERS.get(index);
        String text = input.text();
        int[] ids = tokenizer.encodeLiteral(text);
        checkEqual(expected(text, index), tokenizer.decode(ids, true));
        StreamDecoder decoder = new StreamDecoder(tokenizer, Set.of());
        StringBuilder streamed = new StringBuilder();
        for (int id : ids) {
            streamed.append(decoder.push(id));
        }
        String whole = streamed.append(decoder.finish()).toString();
        check(whole.endsWith(tokenizer.decode(ids, false)), "the stream gives " + whole);
        decodesAsJava(tokenizer, input.content());
    }

    /** Returns the text that comes back. */
    private static String expected(String text, int index) {
        // A half pair of surrogates becomes U+FFFD.
        String utf8 = new String(text.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.UTF_16BE);
        if (index == PRE.size()) {
            return utf8.replace('\u2581', ' '); // SentencePiece writes spaces as this character
        }
        return PRE.get(index).startsWith("qwen") ? Normalizer.normalize(utf8, Normalizer.Form.NFC) : utf8;
    }

    /** Decodes tokens of single bytes, which need not be UTF-8. */
    private static void decodesAsJava(Tokenizer tokenizer, byte[] bytes) {
        for (int i = 1; i < bytes.length; i++) {
            if ((bytes[i - 1] & 0xFF) == 0xED && (bytes[i] & 0xFF) >= 0xA0) {
                return; // of an encoded surrogate, Java makes one U+FFFD instead of three
            }
        }
        int[] ids = new int[bytes.length];
        int[] byteTokens = byteTokens(tokenizer);
        for (int i = 0; i < ids.length; i++) {
            ids[i] = byteTokens[bytes[i] & 0xFF];
        }
        String java = new String(bytes, StandardCharsets.UTF_8);
        String decoded = tokenizer.decode(ids, true);
        check(decoded.equals(java) || java.startsWith(" ") && decoded.equals(java.substring(1)), "decoded " + decoded);
    }

    private static int[] byteTokens(Tokenizer tokenizer) {
        int[] tokens = new int[256];
        Arrays.fill(tokens, Tokenizer.NONE);
        for (int id = 0; id < tokenizer.size(); id++) {
            byte[] bytes = tokenizer.bytes(id);
            if (bytes.length == 1 && !tokenizer.isSpecial(id)) {
                tokens[bytes[0] & 0xFF] = id;
            }
        }
        return tokens;
    }

    @Override
    protected List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        String[] texts = {
            "The hello, and 12345 isn't it?\n\n  x\t",
            "\u00e9\u0301 \uD83D\uDE00\u200d \u6f22\u5b57\u304b\u306a \u0e01\u0e33",
            "<think> <|im_end|></s> <0x0A>"
        };
        for (int i = 0; i < TOKENIZERS.size(); i++) {
            seeds.add(Input.of(texts[i % texts.length], i));
        }
        seeds.add(Input.of(new byte[] {(byte) 0xFF, (byte) 0xD8, 0x3D, 'a', (byte) 0xE2, (byte) 0x82}, 0));
        return seeds;
    }

    @Override
    protected List<String> dictionary() {
        return List.of(
                "'s",
                "'LL",
                "  ",
                "\r\n",
                "\u00a0",
                "\u3000",
                "\u0301",
                "\u0345",
                "\uFFFD",
                "<|im_end|>",
                "\u2581",
                "\uAC00\u11A8");
    }

    @Override
    protected long maxAllocation(int inputLength) {
        return 1_000_000 + 2_000L * inputLength;
    }
}
