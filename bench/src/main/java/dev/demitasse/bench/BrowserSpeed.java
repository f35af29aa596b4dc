package dev.demitasse.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.demitasse.e2e.ChromiumTab;
import dev.demitasse.e2e.Firefox;
import dev.demitasse.e2e.PlainHost;
import dev.demitasse.e2e.ScriptedBrowser;
import dev.demitasse.e2e.WebKit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures SmolLM2 on the CPU in Chromium, Firefox and WebKit, interleaved, and prints medians in tokens per second: decode of 128
 * tokens, and prefill of a prompt of about 500 tokens.
 *
 * <pre>bench/run BrowserSpeed [ROUNDS]</pre>
 */
final class BrowserSpeed {
    private static final Path SITE = Path.of("../static/target/site");

    private static final String LOAD = """
            (async () => {
              const { Demitasse } = await import('/demitasse.js');
              globalThis.engine?.close();
              globalThis.engine = await Demitasse.load('/models/smollm2.gguf', { contextLength: 1024, device: 'cpu', threads: %d });
            })()""";

    private static final String MEASURE = """
            (async () => {
              const options = { temperature: 0, speculative: false };
              const prompt = String(Math.random()) + ' The coffee house opens at seven in the morning.'.repeat(50);
              const prefill = await engine.completions.create({ prompt, max_tokens: 1, ...options });
              const decode = await engine.completions.create({ prompt: 'Once upon a time', max_tokens: 128, ...options });
              const rate = (count, milliseconds) => (1000 * count) / milliseconds;
              return [
                rate(decode.timings.predicted_n, decode.timings.predicted_ms),
                rate(prefill.usage.prompt_tokens, prefill.timings.prompt_ms),
              ];
            })()""";

    private BrowserSpeed() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        try (PlainHost host = new PlainHost(SITE, "/", PlainHost.ISOLATING);
                ChromiumTab chromium = new ChromiumTab();
                Firefox firefox = new Firefox();
                WebKit webKit = new WebKit()) {
            Map<String, ScriptedBrowser> browsers = new LinkedHashMap<>();
            browsers.put("Chromium", chromium);
            browsers.put("Firefox", firefox);
            browsers.put("WebKit", webKit);
            System.out.println("| browser | threads | decode, tok/s | prefill, tok/s |");
            System.out.println("| --- | --- | --- | --- |");
            for (int threads = 1; threads <= 2; threads++) {
                measure(browsers, host, threads, rounds);
            }
        }
    }

    private static void measure(Map<String, ScriptedBrowser> browsers, PlainHost host, int threads, int rounds)
            throws IOException, InterruptedException {
        Map<String, List<double[]>> figures = new LinkedHashMap<>();
        for (Map.Entry<String, ScriptedBrowser> browser : browsers.entrySet()) {
            browser.getValue().open(host.address() + "icon.svg");
            browser.getValue().evaluate(LOAD.formatted(threads));
            browser.getValue().evaluate(MEASURE); // a warm-up, in which the browser optimizes the code
            figures.put(browser.getKey(), new ArrayList<>());
        }
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<String, ScriptedBrowser> browser : browsers.entrySet()) {
                JsonNode rates = browser.getValue().evaluate(MEASURE);
                figures.get(browser.getKey())
                        .add(new double[] {rates.get(0).asDouble(), rates.get(1).asDouble()});
            }
        }
        figures.forEach((name, rates) -> System.out.printf(
                Locale.ROOT, "| %s | %d | %.1f | %.0f |%n", name, threads, median(rates, 0), median(rates, 1)));
        for (ScriptedBrowser browser : browsers.values()) {
            browser.evaluate("engine.close()");
        }
    }

    private static double median(List<double[]> rates, int index) {
        return rates.stream()
                .mapToDouble(rate -> rate[index])
                .sorted()
                .skip(rates.size() / 2)
                .findFirst()
                .orElseThrow();
    }
}
