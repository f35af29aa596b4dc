package dev.demitasse.bench;

import com.microsoft.playwright.Browser.NewContextOptions;
import dev.demitasse.BackendLoader;
import dev.demitasse.TestWeights;
import dev.demitasse.backend.Backend;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.KvType;
import dev.demitasse.backend.Outputs;
import dev.demitasse.cpu.CpuBackend;
import dev.demitasse.cpu.KernelRuntime;
import dev.demitasse.cpu.RemoteKernelRuntime;
import dev.demitasse.cpu.Variant;
import dev.demitasse.cpu.WrappedKernelRuntime;
import dev.demitasse.cpu.layout.Control;
import dev.demitasse.e2e.Browser;
import dev.demitasse.e2e.FullShape;
import dev.demitasse.e2e.WorkerChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Measures a token at the end of a long sequence, in Chromium: layers of SmolLM3-3B's shape with random weights, or a model, with
 * random keys and values. Prints the median of the milliseconds of a pass, and the rate at which it reads keys and values.
 *
 * <pre>bench/run LongDecode THREADS LAYERS|MODEL.gguf [POSITION…]</pre>
 */
public final class LongDecode {
    private static final int RUNS = 11;
    private static final int PATTERN_BYTES = 1 << 20;

    private LongDecode() {}

    public static void main(String[] args) throws IOException {
        int threads = Integer.parseInt(args[0]);
        ByteBuffer model = args[1].endsWith(".gguf") ? TestWeights.map(Path.of(args[1])) : fullShape(args[1]);
        List<Integer> positions = new ArrayList<>(List.of(64));
        for (int i = 2; i < args.length; i++) {
            positions.add(Integer.parseInt(args[i]));
        }
        for (KvType kvType : KvType.values()) {
            try (Browser browser = new Browser(new NewContextOptions())) {
                WorkerChannel channel = new WorkerChannel(browser.open("icon.svg"));
                measure(model, new Variant(true, false, threads), kvType, positions, channel);
            }
        }
    }

    private static ByteBuffer fullShape(String layers) {
        FullShape shape = new FullShape(Integer.parseInt(layers));
        byte[] file = new byte[(int) shape.length()];
        shape.read(0, file, file.length);
        return ByteBuffer.wrap(file);
    }

    private static void measure(
            ByteBuffer model, Variant variant, KvType kvType, List<Integer> positions, WorkerChannel channel)
            throws IOException {
        int context = positions.get(positions.size() - 1) + 1;
        List<KernelRuntime> runtimes = new ArrayList<>();
        Backend backend = BackendLoader.load(model.duplicate(), context, (plan, same) -> {
            KernelRuntime.Factory factory =
                    WrappedKernelRuntime.factory(RemoteKernelRuntime.factory(channel, variant), runtime -> {
                        runtimes.add(runtime);
                        return runtime;
                    });
            return new CpuBackend(plan, same, 64, kvType, factory);
        });
        double first = 0;
        long filled = 0;
        for (int position : positions) {
            backend.forward(new Batch(new int[] {7}, 0, 1, position), Outputs.LOGITS);
            long bytes = backend.kvBytes(position);
            fill(channel, runtimes.get(0), filled, bytes);
            filled = bytes;
            double median = channel.times(RUNS)[RUNS / 2];
            first = first == 0 ? median : first;
            System.out.printf(
                    Locale.ROOT,
                    "%s, %d threads, position %d: %.2f ms, %.1f MB of keys and values, %.1f GB/s more than at the first%n",
                    kvType,
                    variant.threads(),
                    position,
                    median,
                    bytes / 1e6,
                    bytes / 1e6 / (median - first));
        }
    }

    /** Fills the KV cache with bytes that are small numbers both as float16 elements and as scales. */
    private static void fill(WorkerChannel channel, KernelRuntime runtime, long from, long to) {
        byte[] pattern = new byte[PATTERN_BYTES];
        new Random(1).nextBytes(pattern);
        for (int i = 1; i < pattern.length; i += 2) {
            pattern[i] = (byte) (0x30 + (pattern[i] & 7));
        }
        ByteBuffer cache = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        runtime.read(Control.KV.offset(), cache);
        channel.send(Map.of(
                "op",
                "fill",
                "at",
                (double) (cache.getLong(0) + from),
                "count",
                (double) (to - from),
                "bytes",
                Base64.getEncoder().encodeToString(pattern)));
    }
}
