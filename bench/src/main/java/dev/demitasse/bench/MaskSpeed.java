package dev.demitasse.bench;

import dev.demitasse.TestWeights;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.Metadata;
import dev.demitasse.grammar.Grammar;
import dev.demitasse.grammar.Matcher;
import dev.demitasse.grammar.TokenTrie;
import dev.demitasse.grammar.schema.JsonSchema;
import dev.demitasse.huggingface.TokenizerJson;
import dev.demitasse.json.JsonReader;
import dev.demitasse.tokenizer.Tokenizer;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Measures the processor time of a mask: the mean and the maximum over the tokens of an answer, for the first answer with a
 * vocabulary and a schema and for the next one. Prints medians of several runs.
 *
 * <pre>bench/run MaskSpeed</pre>
 */
final class MaskSpeed {
    private static final int REMAINING = 4096;
    private static final int RUNS = 21;
    private static final ThreadMXBean THREAD = ManagementFactory.getThreadMXBean();

    private static final String PERSON = """
            {"type": "object", "properties": {"name": {"type": "string", "maxLength": 60}, "age": {"type": "integer", \
            "minimum": 0, "maximum": 150}, "email": {"type": "string", "format": "email"}, "bio": {"type": \
            "string"}, "tags": {"type": "array", "items": {"enum": ["red", "green", "blue"]}, "maxItems": 5}}, \
            "required": ["name", "age"], "additionalProperties": false}""";
    private static final String PERSON_TEXT = """
            {"name": "Ada Lovelace", "age": 36, "email": "ada@analytical.org", "bio": "English mathematician and \
            writer, known for her work on Charles Babbage's \\"Analytical Engine\\".\\nShe was the first to see that it \
            could do more than calculate.", "tags": ["red", "blue"]}""";
    private static final String ANY_TEXT = """
            {"title": "Weather in Zürich", "values": [1, 2.5, -3e2, null, true], "nested": {"name": "a", "list": \
            [{"x": 1, "y": [2, 3]}, {"x": 4, "y": []}]}, "text": "It rains — cats and dogs — today."}""";

    private MaskSpeed() {}

    public static void main(String[] arguments) {
        Map<String, Tokenizer> tokenizers = new LinkedHashMap<>();
        ByteBuffer file = TestWeights.map(TestWeights.smolLm2());
        tokenizers.put("smollm2", Tokenizer.of(Gguf.parse(file, file.capacity()).metadata()));
        for (String name : new String[] {"llama3", "gemma3"}) {
            tokenizers.put(
                    name,
                    Tokenizer.of(new Metadata(TokenizerJson.metadata(
                            TestWeights.tokenizer(name, "tokenizer.json"),
                            TestWeights.tokenizer(name, "tokenizer_config.json")))));
        }
        tokenizers.forEach((name, tokenizer) -> {
            long start = System.nanoTime();
            trie(tokenizer);
            System.out.printf(
                    "%-8s %,d tokens, trie in %.0f ms%n", name, tokenizer.size(), (System.nanoTime() - start) / 1e6);
            measure("person", tokenizer, PERSON, PERSON_TEXT);
            measure("any object", tokenizer, "{\"type\": \"object\"}", ANY_TEXT);
        });
    }

    private static TokenTrie trie(Tokenizer tokenizer) {
        return new TokenTrie(tokenizer.size(), id -> tokenizer.isSpecial(id) ? null : tokenizer.bytes(id));
    }

    private static void measure(String what, Tokenizer tokenizer, String schema, String text) {
        int[] ids = tokenizer.encodeLiteral(text);
        float[] logits = new float[tokenizer.size()];
        double[][] first = new double[2][RUNS];
        double[][] known = new double[2][RUNS];
        for (int run = 0; run < RUNS; run++) {
            TokenTrie fresh = trie(tokenizer);
            Grammar grammar = JsonSchema.compile(JsonReader.read(schema));
            answer(new Matcher(grammar, fresh), ids, logits, run, first);
            answer(new Matcher(grammar, fresh), ids, logits, run, known);
        }
        System.out.printf("  %-10s %3d tokens, first answer: ", what, ids.length);
        print(first);
        System.out.print(", next: ");
        print(known);
        System.out.println();
    }

    private static void print(double[][] micros) {
        System.out.printf("%4.0f µs/token, at worst %5.0f", median(micros[0]), median(micros[1]));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void answer(Matcher matcher, int[] ids, float[] logits, int run, double[][] result) {
        double sum = 0;
        double worst = 0;
        for (int i = 0; i < ids.length; i++) {
            Arrays.fill(logits, 0);
            long start = THREAD.getCurrentThreadCpuTime();
            matcher.mask(logits, REMAINING - i);
            matcher.accept(ids[i]);
            double micros = (THREAD.getCurrentThreadCpuTime() - start) / 1e3;
            sum += micros;
            worst = Math.max(worst, micros);
        }
        result[0][run] = sum / ids.length;
        result[1][run] = worst;
    }
}
