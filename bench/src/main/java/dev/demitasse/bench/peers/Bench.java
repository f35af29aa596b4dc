package dev.demitasse.bench.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.microsoft.playwright.Playwright;
import dev.demitasse.e2e.Chromium;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Measures Demitasse and a peer, each in its own Chromium, and on the CPU llama.cpp, interleaved, and prints a table for each model.
 * Writes progress to the error stream, and the figures of each round to {@code target/bench.json}.
 *
 * <pre>bench/compare --rounds 3 model.gguf</pre>
 */
final class Bench {
    static final String DEMITASSE = "demitasse";

    private static final Path RAW = Path.of("target/bench.json");
    /** Number of tokens after which the browser has optimized the code. */
    private static final int WARM_UP_TOKENS = 64;

    private final Options options;
    private final Peer peer;
    private final Playwright playwright;

    private Bench(Options options, Playwright playwright) {
        this.options = options;
        this.playwright = playwright;
        peer = options.device().isCpu() ? Peer.WLLAMA : Peer.TRANSFORMERS;
    }

    /**
     * Measures.
     *
     * @param args see {@link Options}
     */
    public static void main(String[] args) throws IOException {
        Options options = Options.parse(args);
        try (Playwright playwright = Chromium.playwright()) {
            new Bench(options, playwright).run();
        }
    }

    private void run() throws IOException {
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        String title = peer.title(options.peers());
        Map<String, Map<Integer, Figures>> all = new LinkedHashMap<>();
        for (Path model : options.models()) {
            Map<Integer, Figures> figures = measure(model);
            System.out.println(Table.of(model, figures, options, peer.module(), title));
            all.put(model.getFileName().toString(), figures);
            json.writeValue(RAW.toFile(), all);
        }
    }

    private Map<Integer, Figures> measure(Path model) throws IOException {
        Map<Integer, Figures> all = new TreeMap<>();
        Prompts prompts = new Prompts(model);
        try (BenchSite site = new BenchSite(peer, options.peers(), model)) {
            for (int threads : options.threads()) {
                System.err.printf("%s, threads: %d%n", model.getFileName(), threads);
                Figures figures = new Figures();
                measureLoading(site, threads, figures);
                try (PageEngine demitasse = open(DEMITASSE);
                        PageEngine other = open(peer.module())) {
                    List<PageEngine> pages = List.of(demitasse, other);
                    for (PageEngine engine : pages) {
                        engine.load(site, threads, Options.CONTEXT_LENGTH);
                    }
                    if (options.device().isCpu()) {
                        try (NativeEngine llamaCpp =
                                new NativeEngine(options.peers(), model, threads, Options.CONTEXT_LENGTH)) {
                            measureAnswers(List.of(demitasse, other, llamaCpp), prompts, figures);
                        }
                    } else {
                        measureAnswers(pages, prompts, figures);
                    }
                    measureMemory(pages, figures);
                }
                all.put(threads, figures);
            }
        }
        return all;
    }

    /** Loads the model with a new profile, and then again in a new page, until the first token of an answer. */
    private void measureLoading(BenchSite site, int threads, Figures figures) throws IOException {
        for (int round = 1; round <= options.rounds(); round++) {
            for (String name : List.of(DEMITASSE, peer.module())) {
                try (PageEngine engine = open(name)) {
                    for (Metric metric : List.of(Metric.LOAD_HTTP, Metric.LOAD_CACHED)) {
                        awaitIdle();
                        add(figures, metric, engine, engine.load(site, threads, Options.CONTEXT_LENGTH));
                    }
                    Completion completion = engine.complete(Prompts.SHORT, Completion.UNTIMED_TOKENS);
                    add(figures, Metric.FIRST_TOKEN_CACHED, engine, completion.firstToken());
                }
            }
        }
    }

    private void measureMemory(List<PageEngine> engines, Figures figures) {
        for (PageEngine engine : engines) {
            add(figures, Metric.PEAK_MEMORY, engine, engine.peakMegabytes());
            if (!options.device().isCpu()) {
                add(figures, Metric.GPU_PROCESS_MEMORY, engine, engine.gpuProcessPeakMegabytes());
            }
        }
    }

    private PageEngine open(String engine) throws IOException {
        return new PageEngine(playwright, engine, options.device());
    }

    private void measureAnswers(List<? extends Engine> engines, Prompts prompts, Figures figures) {
        for (Engine engine : engines) {
            int tokens = Math.min(WARM_UP_TOKENS, options.decodeTokens());
            complete(engine, prompts.ofLength(WARM_UP_TOKENS, 0), tokens, prompts);
        }
        int answerTokens = options.decodeTokens() + Completion.UNTIMED_TOKENS;
        for (int round = 1; round <= options.rounds(); round++) {
            for (Engine engine : engines) {
                Completion completion = complete(engine, Prompts.SHORT, answerTokens, prompts);
                figures.addText(engine.name(), completion.text());
                add(figures, Metric.DECODE, engine, completion.decodeSpeed());
            }
        }
        for (int round = 1; round <= options.rounds(); round++) {
            String fresh = prompts.ofLength(options.prefillTokens(), round);
            for (Engine engine : engines) {
                Completion completion = complete(engine, fresh, 1, prompts);
                add(figures, Metric.PREFILL, engine, completion.prefillSpeed());
            }
        }
        // The same text each round, which engines with a prefix cache need not read again.
        String longer = prompts.ofLength(options.contextTokens(), 0);
        for (int round = 1; round <= options.rounds(); round++) {
            for (Engine engine : engines) {
                Completion completion = complete(engine, longer, answerTokens, prompts);
                add(figures, Metric.DECODE_AT_CONTEXT, engine, completion.decodeSpeed());
            }
        }
    }

    /**
     * Completes a prompt when the machine is idle.
     *
     * @throws IllegalStateException if the engine read another number of tokens, or wrote fewer tokens
     */
    private static Completion complete(Engine engine, String prompt, int tokens, Prompts prompts) {
        awaitIdle();
        Completion completion = engine.complete(prompt, tokens);
        if (completion.promptTokens() != prompts.length(prompt)) {
            throw new IllegalStateException("%s read %d tokens of a prompt of %d"
                    .formatted(engine.name(), completion.promptTokens(), prompts.length(prompt)));
        }
        if (completion.stamps().size() != tokens) {
            throw new IllegalStateException("%s wrote %d tokens where %d were asked for: %s"
                    .formatted(engine.name(), completion.stamps().size(), tokens, completion.text()));
        }
        return completion;
    }

    private static void awaitIdle() {
        if (!Processors.awaitIdle()) {
            System.err.println("  The machine is busy with something else: the next figure is worth little.");
        }
    }

    private static void add(Figures figures, Metric metric, Engine engine, double value) {
        System.err.printf("  %s %s: %s%n", engine.name(), metric, metric.format(value));
        figures.add(metric, engine.name(), value);
    }
}
