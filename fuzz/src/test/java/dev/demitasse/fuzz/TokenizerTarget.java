package dev.demitasse.fuzz;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.Metadata;
import dev.demitasse.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Vocabularies of any content, and texts that are encoded with them. A tokenizer that is accepted encodes and decodes all texts. */
final class TokenizerTarget extends Target {
    private static final String[] PRE = {
        "gpt-2", "llama-bpe", "qwen2", "default", "tekken", "deepseek-coder", "nonsense"
    };
    private static final int MAX_TOKENS = 64;

    TokenizerTarget() {
        super(GgufException.class);
    }

    @Override
    protected void test(byte[] bytes) {
        Input input = new Input(bytes);
        Map<String, Object> values = new HashMap<>();
        boolean isByteLevel = input.choice(2) == 0;
        int pre = input.choice(PRE.length);
        int count = input.choice(MAX_TOKENS);
        long[] types = new long[count];
        double[] scores = new double[count];
        for (int i = 0; i < count; i++) {
            int choice = input.choice();
            types[i] = choice % 16 == 15 ? choice : choice % 7;
            scores[i] = choice / 16 == 15 ? Double.NaN : choice / 16 - 8;
        }
        List<Integer> special = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            special.add(input.choice() - 8);
        }
        int flags = input.choice();
        List<String> lines = lines(input.text());
        String text = lines.get(0);
        int tokens = Math.min(count, lines.size() - 1);
        put(values, "model", isByteLevel ? "gpt2" : "llama");
        put(values, "pre", PRE[pre]);
        put(values, "tokens", lines.subList(1, 1 + tokens).toArray(new String[0]));
        put(values, "merges", lines.subList(1 + tokens, lines.size()).toArray(new String[0]));
        if ((flags & 1) == 0) {
            put(values, "token_type", Arrays.copyOf(types, (flags & 2) == 0 ? tokens : count));
        }
        put(values, "scores", Arrays.copyOf(scores, (flags & 2) == 0 ? tokens : count));
        put(values, "bos_token_id", (long) special.get(0));
        put(values, "eos_token_id", (long) special.get(1));
        put(values, "unknown_token_id", (long) special.get(2));
        if ((flags & 4) == 0) {
            put(values, "add_bos_token", (flags & 8) == 0);
            put(values, "add_eos_token", (flags & 16) == 0);
        }
        if ((flags & 32) == 0) {
            values.put("general.architecture", "phi3");
        }
        use(Tokenizer.of(new Metadata(values)), text);
    }

    /** Splits at line ends, and keeps empty lines. */
    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
            lines.add(text.substring(start, end));
            start = end + 1;
        }
        lines.add(text.substring(start));
        return lines;
    }

    private static void put(Map<String, Object> values, String key, Object value) {
        values.put("tokenizer.ggml." + key, value);
    }

    private static void use(Tokenizer tokenizer, String text) {
        tokenizer.warnings();
        for (int id : tokenizer.endOfGeneration()) {
            check(tokenizer.isEndOfGeneration(id), id);
        }
        for (int id = 0; id < tokenizer.size(); id++) {
            tokenizer.bytes(id);
            tokenizer.isSpecial(id);
        }
        for (int[] ids :
                List.of(tokenizer.encode(text, true), tokenizer.encode(text, false), tokenizer.encodeLiteral(text))) {
            for (int id : ids) {
                check(id >= 0 && id < tokenizer.size(), "token " + id);
            }
            tokenizer.decode(ids, true);
        }
    }

    @Override
    protected List<byte[]> seeds() {
        return List.of(
                Input.of("the hello\nt\nh\ne\nhe\nthe\n<|im_end|>\nt he\nh e", 0, 9, 9, 9, 3, 1, 1, 1, 1, 1, 6, 0, 0),
                Input.of(
                        "hello the\n<unk>\n<s>\n<0x0A>\n\u2581\nh\nhe\n\u2581he",
                        0,
                        8,
                        9,
                        10,
                        17,
                        33,
                        49,
                        65,
                        6,
                        3,
                        2,
                        7,
                        0,
                        1),
                Input.of("a b\n\u0120\na\nb\n\u0120b", 4, 9, 9, 9, 1, 1, 1, 1, 4, 1, 0));
    }

    @Override
    protected List<String> dictionary() {
        return List.of(
                "\u0120",
                "\u2581",
                "<0x0A>",
                "<0xFF>",
                "<unk>",
                "</s>",
                "<eos>",
                "<|im_end|>",
                "<|endoftext|>",
                "\n",
                "a b");
    }

    @Override
    protected long maxAllocation(int inputLength) {
        return 1_000_000 + 3_000L * inputLength;
    }
}
