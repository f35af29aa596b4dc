package dev.demitasse.grammar;

import dev.demitasse.TestWeights;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Vocabularies for tests, and texts of random tokens. */
public final class Vocabulary {
    /** Single bytes, and tokens that span the punctuation of JSON. Token 0 is a control token. */
    public static final Vocabulary SYNTHETIC = synthetic();

    private final List<byte[]> tokens;
    final TokenTrie trie;

    private Vocabulary(List<byte[]> tokens) {
        this.tokens = tokens;
        trie = new TokenTrie(tokens.size(), tokens::get);
    }

    private static Vocabulary synthetic() {
        List<byte[]> tokens = new ArrayList<>();
        tokens.add(null);
        for (int b = 0; b < 256; b++) {
            tokens.add(new byte[] {(byte) b});
        }
        String[] texts = {
            "{\"",
            "\":",
            "\": ",
            "\": \"",
            "\",",
            "\",\"",
            "\", \"",
            "\"},{\"",
            "\"}",
            "\"]",
            "}}",
            "]}",
            "},",
            "[]",
            "{}",
            "[[",
            "[{\"",
            "}]",
            "\n",
            "\n  ",
            ",\n    ",
            "\n    \"",
            ": [",
            ":[",
            "\":{\"",
            "null",
            "true",
            "false",
            ",null",
            "nu",
            "al",
            "12",
            "00",
            "0.",
            "-1",
            "1,",
            "2]",
            "3}",
            "1e",
            "E+",
            ".5",
            "99",
            " \"",
            "a\"",
            "ab",
            "abc\":",
            "name",
            "\"name\"",
            "é\"",
            "漢字",
            "😀",
            "\\u00",
            "\\n",
            "\\\"",
            "\\ud83d",
            "\\ude00",
            "00\"",
            "\\",
            "re",
            "red\",",
            "kind\":\"",
            "circle",
            "square\",\"",
            "value",
            "next\":[",
            "xy",
            "foo",
            "bar\"",
            "2024-",
            "02-",
            "T12",
            ":00",
            "Z\"",
            "@",
            ".com",
            "://",
            "\"\"",
            "\",\"a\":",
            "\":\"\",\"",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "null"
        };
        for (String text : texts) {
            tokens.add(text.getBytes(StandardCharsets.UTF_8));
        }
        tokens.add(new byte[] {(byte) 0xe6, (byte) 0xbc}); // parts of characters
        tokens.add(new byte[] {(byte) 0xa2, '"', ','});
        tokens.add(new byte[] {(byte) 0x9f, (byte) 0x98});
        return new Vocabulary(tokens);
    }

    public static Vocabulary smolLm2() {
        ByteBuffer file = TestWeights.map(TestWeights.smolLm2());
        Tokenizer tokenizer = Tokenizer.of(Gguf.parse(file, file.capacity()).metadata());
        List<byte[]> tokens = new ArrayList<>();
        for (int id = 0; id < tokenizer.size(); id++) {
            tokens.add(tokenizer.isSpecial(id) ? null : tokenizer.bytes(id));
        }
        return new Vocabulary(tokens);
    }

    public int size() {
        return tokens.size();
    }

    byte[] bytes(int id) {
        return tokens.get(id);
    }

    /** Returns a matcher at the start of a text. */
    public Matcher matcher(Grammar grammar) {
        return new Matcher(grammar, trie);
    }

    /** Returns the minimum number of tokens with which a text can be completed for certain. */
    public static int shortest(Matcher matcher) {
        int low = -1;
        int high = 1 << 30;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (matcher.fits(middle)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    /**
     * Returns a text of random tokens that a grammar allows.
     *
     * @param spare the number of tokens that it may have in addition to the minimum
     */
    public String walk(Grammar grammar, int spare, Random random) {
        Matcher matcher = matcher(grammar);
        int remaining = shortest(matcher) + spare;
        List<byte[]> text = new ArrayList<>();
        float[] logits = new float[size()];
        while (!matcher.mustEnd() && !(matcher.mayEnd() && (remaining == 0 || random.nextBoolean()))) {
            for (int id = 0; id < logits.length; id++) {
                byte[] token = tokens.get(id);
                boolean structure = token != null && "\"{}[],:\\".indexOf(token[0]) >= 0;
                logits[id] = random.nextFloat() + (structure && random.nextInt(8) == 0 ? 1 : 0);
            }
            matcher.mask(logits, remaining);
            int best = 0;
            for (int id = 0; id < logits.length; id++) {
                best = logits[id] > logits[best] ? id : best;
            }
            if (logits[best] == Float.NEGATIVE_INFINITY && matcher.mayEnd()) {
                break; // each continuation is too long
            }
            if (logits[best] == Float.NEGATIVE_INFINITY || !matcher.allows(best, remaining)) {
                throw new AssertionError("no way on after " + joined(text) + " with " + remaining + " to come");
            }
            matcher.accept(best);
            text.add(tokens.get(best));
            remaining--;
            if (!matcher.fits(remaining)) {
                throw new AssertionError("can't be finished after " + joined(text) + " with " + remaining + " to come");
            }
        }
        return joined(text);
    }

    /** Returns whether a grammar accepts a text, split into random tokens. */
    public boolean takes(Grammar grammar, String text, Random random) {
        Matcher matcher = matcher(grammar);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; ) {
            List<Integer> candidates = new ArrayList<>();
            for (int id = 0; id < size(); id++) {
                if (tokens.get(id) != null && startsWith(bytes, i, tokens.get(id))) {
                    candidates.add(id);
                }
            }
            int id = candidates.get(random.nextInt(candidates.size()));
            if (!matcher.allows(id, 1 << 20)) {
                return false;
            }
            matcher.accept(id);
            i += tokens.get(id).length;
        }
        return matcher.mayEnd();
    }

    private static boolean startsWith(byte[] text, int from, byte[] token) {
        if (from + token.length > text.length) {
            return false;
        }
        for (int i = 0; i < token.length; i++) {
            if (text[from + i] != token[i]) {
                return false;
            }
        }
        return true;
    }

    private static String joined(List<byte[]> parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return new String(all, StandardCharsets.UTF_8);
    }
}
