package dev.demitasse.bench;

import com.microsoft.playwright.Page;
import dev.demitasse.e2e.Chromium;
import dev.demitasse.e2e.ChromiumProcess;
import dev.demitasse.e2e.FullShape;
import dev.demitasse.e2e.Profile;
import dev.demitasse.e2e.UnrulyServer;
import dev.demitasse.e2e.UnrulyServer.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures the memory of a tab as a prompt grows, compared with the estimate before the load; then the time that an abort takes during
 * a prefill.
 *
 * <pre>bench/run LongContext MODEL.gguf|full-shape cpu|webgpu f16|q8_0 LENGTH…</pre>
 *
 * On a software adapter, the memory of the GPU is that of the GPU process.
 */
public final class LongContext {
    private static final int ABORTS = 20;

    private LongContext() {}

    public static void main(String[] args) throws IOException {
        boolean isFullShape = !Files.exists(Path.of(args[0]));
        Content model = isFullShape ? new FullShape() : Content.of(Path.of(args[0]));
        String word = isFullShape ? "!" : " tea"; // a token
        boolean isGpu = args[1].equals("webgpu");
        List<String> lengths = Arrays.asList(args).subList(3, args.length);
        int maxLength = Integer.parseInt(lengths.get(lengths.size() - 1));
        try (UnrulyServer server = new UnrulyServer(Path.of("../static/target/site"));
                Profile profile = new Profile(isGpu ? Chromium.SOFTWARE_WEBGPU : List.of())) {
            server.isolate();
            server.add("model.gguf", model);
            Page page = profile.open(server.origin() + "/icon.svg");
            String process = isGpu ? "GPU" : "renderer";
            double before = ChromiumProcess.largest(profile.context(), process).megabytes();
            Map<?, ?> needs = (Map<?, ?>) page.evaluate("""
                    async ([device, kvType, contextLength]) => {
                      const { Demitasse } = await import('/demitasse.js');
                      let needs;
                      globalThis.engine = await Demitasse.load(new URL('/models/model.gguf', location).href,
                        { device, kvType, contextLength, cache: false, onNeeds: ({ memory }) => (needs = memory) });
                      globalThis.ask = (prompt) => engine.completions.create({ prompt, max_tokens: 1, temperature: 0 });
                      return needs;
                    }""", List.of(args[1], args[2], maxLength + 64));
            double empty = number(needs.get("empty")) / 1e6;
            double perToken = number(needs.get("perToken")) / 1e6;
            page.evaluate("(prompt) => ask(prompt)", word);
            print(args, 1, before, empty + perToken, profile, process);
            for (String length : lengths) {
                Map<?, ?> usage = (Map<?, ?>) page.evaluate(
                        "async (prompt) => (await ask(prompt)).usage", word.repeat(Integer.parseInt(length)));
                int tokens = ((Number) usage.get("prompt_tokens")).intValue();
                print(args, tokens, before, empty + tokens * perToken, profile, process);
            }
            List<?> aborts = (List<?>) page.evaluate("""
                    async ([prompt, count]) => {
                      const times = [];
                      for (let i = 0; i < count; i++) {
                        const stop = new AbortController();
                        const answer = engine.completions.create(
                          { prompt: String(i) + prompt, max_tokens: 1, temperature: 0 }, { signal: stop.signal });
                        await new Promise((resolve) => setTimeout(resolve, 300 + 97 * i));
                        const start = performance.now();
                        stop.abort();
                        await answer.catch(() => {});
                        times.push(performance.now() - start);
                      }
                      return times;
                    }""", List.of(word.repeat(maxLength), ABORTS));
            double[] times =
                    aborts.stream().mapToDouble(LongContext::number).sorted().toArray();
            System.out.printf(
                    Locale.ROOT,
                    "%s: aborts of a prompt of %d tokens: median %.0f ms, maximum %.0f ms%n",
                    args[0],
                    maxLength,
                    times[times.length / 2],
                    times[times.length - 1]);
        }
    }

    private static double number(Object value) {
        return ((Number) value).doubleValue();
    }

    private static void print(
            String[] args, int tokens, double before, double estimate, Profile profile, String process) {
        double taken = ChromiumProcess.largest(profile.context(), process).megabytes() - before;
        System.out.printf(
                Locale.ROOT,
                "%s %s %s: %d tokens take %.0f MB, estimate %.0f (%+.1f %%)%n",
                Path.of(args[0]).getFileName(),
                args[1],
                args[2],
                tokens,
                taken,
                estimate,
                100 * (taken / estimate - 1));
    }
}
