package dev.demitasse.grammar;

import dev.demitasse.TestWeights;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Vocabularies to try grammars with. */
final class Vocabularies {
    private Vocabularies() {}

    /** Every byte, and tokens that span what a grammar takes apart. Token 0 is a control token, token b + 1 the byte b. */
    static List<byte @Nullable []> synthetic() {
        List<byte @Nullable []> tokens = new ArrayList<>();
        tokens.add(null);
        for (int b = 0; b < 256; b++) {
            tokens.add(new byte[] {(byte) b});
        }
        for (String text : new String[] {
            "\",\"",
            "\"},{\"",
            "\": \"",
            "\":",
            "\",",
            "{\"",
            "[{\"",
            "[]",
            "{}",
            "\"]",
            "}]",
            "\"}",
            ", ",
            ": ",
            "\n  ",
            "\n    ",
            "\n",
            "true",
            "false",
            "null",
            "12",
            "345",
            "0.",
            ".5",
            "1e",
            "-1",
            "00",
            "the",
            " the",
            "hello",
            "a",
            "ab",
            "abc",
            "b",
            "name",
            "\"name",
            "\"a\":",
            "é",
            "漢字",
            "😀",
            "\\\"",
            "\\n",
            "\\u00",
            "\\",
            "\"\"",
            "a\"",
            "b\",\"",
            "2024-",
            "-01",
            "T1",
            ":00",
            "Z\"",
            "@",
            ".com",
            "  ",
            "        ",
            "                "
        }) {
            tokens.add(text.getBytes(StandardCharsets.UTF_8));
        }
        tokens.add(new byte[] {(byte) 0xe6, (byte) 0xbc});
        tokens.add(new byte[] {(byte) 0x9f, '"'});
        tokens.add(new byte[] {'a', (byte) 0xc3});
        tokens.add(new byte[0]);
        return tokens;
    }

    static List<byte @Nullable []> smolLm2() {
        ByteBuffer file = TestWeights.map(TestWeights.smolLm2());
        Tokenizer tokenizer = Tokenizer.of(Gguf.parse(file, file.capacity()).metadata());
        List<byte @Nullable []> tokens = new ArrayList<>();
        for (int id = 0; id < tokenizer.size(); id++) {
            tokens.add(tokenizer.isSpecial(id) ? null : tokenizer.bytes(id));
        }
        return tokens;
    }
}
