package dev.demitasse.bench;

import dev.demitasse.TestWeights;
import dev.demitasse.gguf.Metadata;
import dev.demitasse.huggingface.TokenizerJson;
import dev.demitasse.tokenizer.Fixture;
import dev.demitasse.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Measures how fast real vocabularies encode text of many languages and code: megabytes of UTF-8 per second, the median of nine runs.
 *
 * <pre>bench/run EncodingSpeed</pre>
 */
final class EncodingSpeed {
    private EncodingSpeed() {}

    public static void main(String[] arguments) {
        StringBuilder sample = new StringBuilder();
        for (String[] fields : Fixture.read("llama3.tsv").subList(0, 43)) {
            sample.append(Fixture.unescape(fields[0])).append('\n');
        }
        String text = sample.toString().repeat((2 << 20) / sample.length());
        double megabytes = text.getBytes(StandardCharsets.UTF_8).length / 1e6;
        for (String name : new String[] {"llama3", "qwen3", "gemma3", "llama2"}) {
            Tokenizer tokenizer = Tokenizer.of(new Metadata(TokenizerJson.metadata(
                    TestWeights.tokenizer(name, "tokenizer.json"),
                    TestWeights.tokenizer(name, "tokenizer_config.json"))));
            double[] seconds = new double[9];
            int tokens = 0;
            for (int run = 0; run < seconds.length; run++) {
                long start = System.nanoTime();
                tokens = tokenizer.encode(text, false).length;
                seconds[run] = (System.nanoTime() - start) / 1e9;
            }
            Arrays.sort(seconds);
            System.out.printf("%-7s %.1f MB/s (%,d tokens)%n", name, megabytes / seconds[4], tokens);
        }
    }
}
