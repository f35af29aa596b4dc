package dev.demitasse.bench.peers;

import com.microsoft.playwright.Playwright;
import dev.demitasse.e2e.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Loads a model that is too large for the table of the peers, and prints the seconds to load, tokens per second, bytes of weights read
 * per second, and the peak memory of the renderer.
 *
 * <pre>bench/run peers.LargeModel FOLDER-OF-BENCH-PACKAGES MODEL.gguf THREADS</pre>
 */
final class LargeModel {
    private static final int ROUNDS = 5;
    private static final int TOKENS = 32;
    private static final int PREFILL_TOKENS = 128;

    private LargeModel() {}

    /**
     * Measures.
     *
     * @param args the folder where bench/compare keeps its packages, a GGUF file, a number of threads
     */
    public static void main(String[] args) throws IOException {
        Path peers = Path.of(args[0]);
        Path model = Path.of(args[1]);
        int threads = Integer.parseInt(args[2]);
        Prompts prompts = new Prompts(model);
        Figures figures = new Figures();
        try (Playwright playwright = Chromium.playwright();
                BenchSite site = new BenchSite(Peer.WLLAMA, peers, model);
                PageEngine engine = new PageEngine(playwright, Bench.DEMITASSE, Device.CPU)) {
            figures.add(Metric.LOAD_HTTP, engine.name(), engine.load(site, threads, Options.CONTEXT_LENGTH));
            engine.complete(Prompts.SHORT, TOKENS);
            for (int round = 1; round <= ROUNDS; round++) {
                figures.add(
                        Metric.DECODE,
                        engine.name(),
                        engine.complete(Prompts.SHORT, TOKENS + Completion.UNTIMED_TOKENS)
                                .decodeSpeed());
            }
            String fresh = prompts.ofLength(PREFILL_TOKENS, 1);
            figures.add(Metric.PREFILL, engine.name(), engine.complete(fresh, 1).prefillSpeed());
            figures.add(Metric.PEAK_MEMORY, engine.name(), engine.peakMegabytes());
        }
        double bytes = Files.size(model);
        double decode = figures.median(Metric.DECODE, Bench.DEMITASSE).orElseThrow();
        System.out.printf(
                Locale.ROOT,
                "%s, %.0f MB, threads: %d%nload %s, prefill of %d %s, decode %s (%.1f GB/s of weights), peak memory %s%n",
                model.getFileName(),
                bytes / 1e6,
                threads,
                text(figures, Metric.LOAD_HTTP),
                PREFILL_TOKENS,
                text(figures, Metric.PREFILL),
                text(figures, Metric.DECODE),
                decode * bytes / 1e9,
                text(figures, Metric.PEAK_MEMORY));
    }

    private static String text(Figures figures, Metric metric) {
        return metric.format(figures.median(metric, Bench.DEMITASSE).orElseThrow());
    }
}
