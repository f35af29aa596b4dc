package dev.demitasse.bench.peers;

import dev.demitasse.TestWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The command line.
 *
 * @param peers folder whose {@code node_modules} has wllama and node-llama-cpp, or Transformers.js, whose models are in its folder
 *     {@code onnx}
 * @param device the device on which the engines compute
 * @param models GGUF files
 * @param threads numbers of threads, one after the other
 * @param rounds number of measurements of each figure
 * @param decodeTokens number of generated tokens
 * @param prefillTokens length of the prompt whose prefill is measured
 * @param contextTokens length of the prompt after which decode is measured again
 */
record Options(
        Path peers,
        Device device,
        List<Path> models,
        List<Integer> threads,
        int rounds,
        int decodeTokens,
        int prefillTokens,
        int contextTokens) {
    /** Maximum number of tokens of prompt and answer together. */
    static final int CONTEXT_LENGTH = 2048;

    private static final String WEBGPU = "--webgpu";
    private static final String HARDWARE = "--hardware";
    private static final List<String> FLAGS = List.of(WEBGPU, HARDWARE);

    private static final String USAGE =
            "known: --webgpu, --hardware, --rounds, --threads, --decode, --prefill, --context";

    Options {
        if (contextTokens + decodeTokens + Completion.UNTIMED_TOKENS > CONTEXT_LENGTH) {
            throw new IllegalArgumentException(
                    "--context %d and --decode %d are more than the engines' context of %d tokens"
                            .formatted(contextTokens, decodeTokens, CONTEXT_LENGTH));
        }
    }

    /**
     * Parses the arguments of the command line.
     *
     * @throws IllegalArgumentException naming the option that is unknown or has a wrong value
     */
    static Options parse(String... args) {
        List<Path> files = new ArrayList<>();
        Device device = device(Arrays.asList(args));
        boolean slow = device == Device.SOFTWARE_GPU;
        List<Integer> threads = device.isCpu() ? List.of(1, 2) : List.of(1);
        int rounds = slow ? 3 : 5;
        int decode = slow ? 8 : 128;
        int prefill = slow ? 128 : 512;
        int context = slow ? 256 : 1500;
        for (int i = 0; i < args.length; i++) {
            String option = args[i];
            if (!option.startsWith("--")) {
                files.add(Path.of(option));
                continue;
            }
            if (FLAGS.contains(option)) {
                continue;
            }
            String value = ++i < args.length ? args[i] : "";
            switch (option) {
                case "--threads" ->
                    threads = Arrays.stream(value.split(","))
                            .map(n -> positive(option, n))
                            .toList();
                case "--rounds" -> rounds = positive(option, value);
                case "--decode" -> decode = positive(option, value);
                case "--prefill" -> prefill = positive(option, value);
                case "--context" -> context = positive(option, value);
                default -> throw new IllegalArgumentException("unknown option " + option + " (" + USAGE + ")");
            }
        }
        Path peers = files.remove(0);
        List<Path> models = files;
        if (files.isEmpty()) {
            // bench/peer-onnx makes only SmolLM2 for Transformers.js.
            models = device.isCpu()
                    ? List.of(TestWeights.smolLm2(), TestWeights.gemma3())
                    : List.of(TestWeights.smolLm2());
        }
        return new Options(peers, device, models, threads, rounds, decode, prefill, context);
    }

    private static Device device(List<String> args) {
        if (!args.contains(WEBGPU)) {
            if (args.contains(HARDWARE)) {
                throw new IllegalArgumentException(HARDWARE + " goes with " + WEBGPU);
            }
            return Device.CPU;
        }
        return args.contains(HARDWARE) ? Device.GPU : Device.SOFTWARE_GPU;
    }

    private static int positive(String option, String value) {
        try {
            int number = Integer.parseInt(value);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below, like a number that is too small.
        }
        throw new IllegalArgumentException(option + " must be a number above 0, not \"" + value + "\"");
    }
}
