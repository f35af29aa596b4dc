package dev.demitasse.bench;

import com.microsoft.playwright.Browser.NewContextOptions;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.KvType;
import dev.demitasse.backend.Outputs;
import dev.demitasse.cpu.CpuBackend;
import dev.demitasse.cpu.RemoteKernelRuntime;
import dev.demitasse.cpu.Variant;
import dev.demitasse.e2e.Browser;
import dev.demitasse.e2e.WorkerChannel;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.gguf.TensorType;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.PlanBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;

/**
 * Measures the rate at which Chromium's WebAssembly reads memory, the bound of decode, by the product of a vector and a float32 matrix
 * of 512 MB, which takes one multiplication for each 4 bytes. Prints GB/s for 1 and 2 threads, medians of 11.
 */
public final class MemoryBandwidth {
    private static final int COLUMNS = 1024;
    private static final int ROWS = 1 << 17;
    private static final int RUNS = 11;

    private MemoryBandwidth() {}

    public static void main(String[] args) throws IOException {
        byte[] header = new GgufBuilder()
                .tensor("table", TensorType.F32, COLUMNS, 1)
                .tensor("matrix", TensorType.F32, COLUMNS, ROWS)
                .build();
        Gguf gguf = Gguf.parse(ByteBuffer.wrap(header), header.length);
        try (Browser browser = new Browser(new NewContextOptions())) {
            for (int threads = 1; threads <= 2; threads++) {
                WorkerChannel channel = new WorkerChannel(browser.open("icon.svg"));
                PlanBuilder builder = new PlanBuilder(gguf);
                Plan plan = builder.build(
                        builder.matMul(builder.lastRows(builder.embed("table", COLUMNS)), "matrix", ROWS));
                CpuBackend backend = new CpuBackend(
                        plan,
                        64,
                        1,
                        KvType.F16,
                        RemoteKernelRuntime.factory(channel, new Variant(true, false, threads)));
                ByteBuffer bytes = ByteBuffer.allocateDirect(1 << 20);
                for (TensorInfo tensor : gguf.tensors()) {
                    for (long at = 0; at < tensor.bytes(); at += bytes.capacity()) {
                        int count = (int) Math.min(bytes.capacity(), tensor.bytes() - at);
                        backend.load(tensor, at, bytes.duplicate().limit(count));
                    }
                }
                backend.forward(new Batch(new int[] {0}, 0, 1, 0), Outputs.LOGITS);
                double[] times = channel.times(RUNS);
                System.out.printf(
                        Locale.ROOT,
                        "%d threads: %.1f GB/s (%s)%n",
                        threads,
                        4.0 * COLUMNS * ROWS / times[RUNS / 2] / 1e6,
                        Arrays.toString(times));
            }
        }
    }
}
