package dev.demitasse.bench;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import dev.demitasse.BackendLoader;
import dev.demitasse.TestWeights;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.KvType;
import dev.demitasse.backend.Outputs;
import dev.demitasse.e2e.Browser;
import dev.demitasse.e2e.Chromium;
import dev.demitasse.e2e.RemoteDevice;
import dev.demitasse.webgpu.WebGpuBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Measures the time of each kernel for a token and for a batch on the software adapter, by timestamp queries around each dispatch.
 * These exclude the work of the browser between dispatches.
 *
 * <pre>bench/run GpuProfile [MODEL.gguf] [hardware]</pre>
 */
final class GpuProfile {
    private static final int CONTEXT = 2048;
    private static final int BATCH = 128;
    private static final int TOKENS = 4;

    private GpuProfile() {}

    /**
     * Measures.
     *
     * @param args a model, and {@code hardware} for the sizes for hardware
     */
    public static void main(String[] args) throws IOException {
        Path model = args.length > 0 ? Path.of(args[0]) : TestWeights.smolLm2();
        try (Browser browser = new Browser(new NewContextOptions(), Chromium.SOFTWARE_WEBGPU)) {
            Page page = browser.open("icon.svg");
            boolean software = args.length < 2;
            WebGpuBackend backend = (WebGpuBackend) BackendLoader.load(
                    TestWeights.map(model),
                    CONTEXT,
                    (plan, context) -> new WebGpuBackend(
                            plan,
                            context,
                            BATCH,
                            KvType.F16,
                            new RemoteDevice(page, 1 << 30, software),
                            RemoteDevice.shaders()));
            int[] prompt = IntStream.range(100, 100 + BATCH).toArray();
            run(backend, prompt, 0, BATCH, 0); // compiles the kernels
            run(backend, prompt, 0, 1, BATCH);
            page.evaluate("() => timeGpu(true)");
            for (int i = 0; i < TOKENS; i++) {
                run(backend, prompt, i, i + 1, BATCH + i);
            }
            print("A token at " + BATCH, (Map<?, ?>) page.evaluate("() => timeGpu(true)"), TOKENS);
            run(backend, prompt, 0, BATCH, 0);
            print("A batch of " + BATCH, (Map<?, ?>) page.evaluate("() => timeGpu(false)"), 1);
            for (int count : new int[] {1, BATCH}) {
                long start = System.nanoTime();
                run(backend, prompt, 0, count, 0);
                System.out.printf("%d token(s) in one pass: %.1f ms%n", count, (System.nanoTime() - start) / 1e6);
            }
        }
    }

    private static void run(WebGpuBackend backend, int[] tokens, int from, int to, int position) {
        backend.forward(new Batch(tokens, from, to, position), Outputs.topLogits(1))
                .topLogits();
    }

    private static void print(String title, Map<?, ?> times, int runs) {
        List<String> lines = new ArrayList<>();
        double[] total = new double[1];
        times.entrySet().stream()
                .sorted(Comparator.comparingDouble(e -> -nanoseconds(e)))
                .forEach(entry -> {
                    total[0] += nanoseconds(entry);
                    List<?> figures = (List<?>) entry.getValue();
                    lines.add("%-32s %8.2f ms in %d dispatches"
                            .formatted(
                                    entry.getKey(),
                                    nanoseconds(entry) / runs / 1e6,
                                    ((Number) figures.get(1)).intValue() / runs));
                });
        System.out.printf("%s: %.2f ms%n", title, total[0] / runs / 1e6);
        lines.forEach(line -> System.out.println("  " + line));
    }

    private static double nanoseconds(Map.Entry<?, ?> entry) {
        return ((Number) ((List<?>) entry.getValue()).get(0)).doubleValue();
    }
}
