package dev.demitasse.grammar;

import dev.demitasse.TestWeights;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.json.JsonReader;
import dev.demitasse.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What masks cost a token, with SmolLM2's vocabulary (49,152 tokens) along real answers: microseconds, on average and at
 * worst, of a grammar's first answer and of those after it; and what making the trie costs.
 *
 * <pre>core/bench dev.demitasse.grammar.MaskSpeed</pre>
 */
final class MaskSpeed {
    private static final String[][] ANSWERS = {
        {
            "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},\"age\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":150},"
                    + "\"email\":{\"type\":\"string\",\"format\":\"email\"},\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
                    + "\"address\":{\"type\":\"object\",\"properties\":{\"street\":{\"type\":\"string\",\"maxLength\":40},"
                    + "\"city\":{\"type\":\"string\",\"maxLength\":1000}},\"required\":[\"street\",\"city\"]}},"
                    + "\"required\":[\"name\",\"age\",\"email\",\"tags\",\"address\"]}",
            "{\"name\": \"Jane Doe\", \"age\": 34, \"email\": \"jane.doe@example.com\", \"tags\": [\"engineer\", \"likes tea\", \"Köln\"], "
                    + "\"address\": {\"street\": \"12 Long Garden Walk\", \"city\": \"Farnham, which lies in Surrey\"}}"
        },
        {
            "{\"type\":\"object\",\"additionalProperties\":{}}",
            "{\"summary\": \"The quick brown fox jumps over the lazy dog. It does so every morning.\", \"scores\": [1, 2.5, -3e4], "
                    + "\"nested\": {\"a\": {\"b\": {\"c\": [true, false, null]}}}, \"done\": true}"
        },
        {
            "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\",\"pattern\":\"^[A-Z]{2}-[0-9]{4}$\"},"
                    + "\"due\":{\"type\":\"string\",\"format\":\"date\"},\"state\":{\"enum\":[\"open\",\"closed\",\"waiting\"]}},"
                    + "\"required\":[\"id\",\"due\",\"state\"]}}",
            "[{\"id\": \"AB-1234\", \"due\": \"2024-05-06\", \"state\": \"open\"}, {\"id\": \"XY-0001\", \"due\": \"2025-12-31\", \"state\": \"waiting\"}]"
        },
    };

    private MaskSpeed() {}

    public static void main(String[] arguments) {
        ByteBuffer file = TestWeights.map(TestWeights.smolLm2());
        Tokenizer tokenizer = Tokenizer.of(Gguf.parse(file, file.capacity()).metadata());
        List<byte @Nullable []> tokens = Vocabularies.smolLm2();
        for (int run = 0; run < 5; run++) {
            long start = System.nanoTime();
            TokenTrie trie = new TokenTrie(tokens.size(), tokens::get);
            System.out.printf("trie %.1f ms%n", (System.nanoTime() - start) / 1e6);
            for (String[] each : ANSWERS) {
                start = System.nanoTime();
                Grammar grammar = Grammar.jsonSchema(JsonReader.read(each[0]));
                System.out.printf("  compiled in %.1f ms", (System.nanoTime() - start) / 1e6);
                int[] ids = tokenizer.encodeLiteral(each[1]);
                for (int remaining : new int[] {1000, 1000, ids.length}) {
                    measure(new Matcher(grammar, trie), ids, remaining, new float[tokens.size()]);
                }
                System.out.println();
            }
        }
    }

    private static void measure(Matcher matcher, int[] ids, int limit, float[] logits) {
        double worst = 0;
        double sum = 0;
        int remaining = limit;
        for (int id : ids) {
            long start = System.nanoTime();
            matcher.mask(logits, remaining--);
            matcher.accept(id);
            double micros = (System.nanoTime() - start) / 1e3;
            sum += micros;
            worst = Math.max(worst, micros);
        }
        System.out.printf("; %d tokens of %d: %.0f µs, worst %.0f", ids.length, limit, sum / ids.length, worst);
    }
}
