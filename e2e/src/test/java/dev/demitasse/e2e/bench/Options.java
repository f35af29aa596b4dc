package dev.demitasse.e2e.bench;

import dev.demitasse.TestWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The command line.
 *
 * @param peers folder whose node_modules holds wllama and node-llama-cpp
 * @param models GGUF files
 * @param threads numbers of threads, one after the other
 * @param rounds how often each figure is taken
 * @param decodeTokens how many tokens are written
 * @param prefillTokens length of the prompt whose reading is timed
 * @param contextTokens length of the prompt after which tokens are written once more
 */
record Options(
        Path peers,
        List<Path> models,
        List<Integer> threads,
        int rounds,
        int decodeTokens,
        int prefillTokens,
        int contextTokens) {
    private static final String USAGE =
            "PEERS [--rounds 5] [--threads 1,2] [--decode 128] [--prefill 512]" + " [--context 1500] [MODEL.gguf ...]";

    /** @throws IllegalArgumentException naming the option that is unknown or without a value */
    static Options parse(String... args) {
        List<Path> files = new ArrayList<>();
        List<Integer> threads = List.of(1, 2);
        int rounds = 5;
        int decode = 128;
        int prefill = 512;
        int context = 1500;
        for (int i = 0; i < args.length; i++) {
            String option = args[i];
            if (!option.startsWith("--")) {
                files.add(Path.of(option));
                continue;
            }
            if (++i == args.length) {
                throw new IllegalArgumentException(option + " needs a value (" + USAGE + ")");
            }
            switch (option) {
                case "--threads" ->
                    threads = Arrays.stream(args[i].split(","))
                            .map(Integer::valueOf)
                            .toList();
                case "--rounds" -> rounds = Integer.parseInt(args[i]);
                case "--decode" -> decode = Integer.parseInt(args[i]);
                case "--prefill" -> prefill = Integer.parseInt(args[i]);
                case "--context" -> context = Integer.parseInt(args[i]);
                default -> throw new IllegalArgumentException("unknown option " + option + " (" + USAGE + ")");
            }
        }
        Path peers = files.remove(0);
        List<Path> models = files.isEmpty() ? List.of(TestWeights.smolLm2(), TestWeights.gemma3()) : files;
        return new Options(peers, models, threads, rounds, decode, prefill, context);
    }
}
