package dev.demitasse.bench.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType.LaunchPersistentContextOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import dev.demitasse.e2e.Chromium;
import dev.demitasse.e2e.ChromiumProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** An engine in a page of its own Chromium with a new profile, so that nothing is cached at first. */
final class PageEngine implements Engine {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double MS_PER_SECOND = 1000;

    private final String name;
    private final Device device;
    private final Path profile;
    private final BrowserContext context;
    private Page page;

    /**
     * Opens the browser; {@link #load} must be called next.
     *
     * @param name of the engine's module in {@code resources/bench}
     * @param device the device on which the engine computes
     */
    PageEngine(Playwright playwright, String name, Device device) throws IOException {
        this.name = name;
        this.device = device;
        profile = Files.createTempDirectory("demitasse-bench");
        context = playwright
                .chromium()
                .launchPersistentContext(
                        profile,
                        new LaunchPersistentContextOptions()
                                .setExecutablePath(Chromium.executable())
                                .setArgs(device.arguments()));
        page = context.newPage();
    }

    @Override
    public String name() {
        return name;
    }

    /**
     * Loads the model in a new page, which replaces the one before.
     *
     * @return seconds until the engine was ready
     */
    double load(BenchSite site, int threads, int contextLength) {
        page.close();
        page = context.newPage();
        page.onConsoleMessage(message -> System.err.printf("  %s: %s%n", name, message.text()));
        page.navigate(site.page());
        Object milliseconds = page.evaluate(
                "([name, model, options]) => load(name, model, options)",
                List.of(
                        name,
                        site.model(name),
                        Map.of("threads", threads, "contextLength", contextLength, "device", device.option())));
        return ((Number) milliseconds).doubleValue() / MS_PER_SECOND;
    }

    @Override
    public Completion complete(String prompt, int maxTokens) {
        Object completion =
                page.evaluate("([prompt, maxTokens]) => complete(prompt, maxTokens)", List.of(prompt, maxTokens));
        return JSON.convertValue(completion, Completion.class);
    }

    /** Returns the peak memory of the page's process, including shared memory, in megabytes. */
    double peakMegabytes() {
        return ChromiumProcess.largest(context, "renderer").peakMegabytes();
    }

    /** Returns the peak memory of the GPU process, in megabytes. */
    double gpuProcessPeakMegabytes() {
        return ChromiumProcess.largest(context, "GPU").peakMegabytes();
    }

    @Override
    public void close() {
        context.close();
        try (Stream<Path> files = Files.walk(profile)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
