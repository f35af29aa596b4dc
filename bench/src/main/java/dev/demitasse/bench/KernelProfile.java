package dev.demitasse.bench;

import com.microsoft.playwright.Browser.NewContextOptions;
import dev.demitasse.BackendLoader;
import dev.demitasse.TestWeights;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.KvType;
import dev.demitasse.backend.Outputs;
import dev.demitasse.cpu.CpuBackend;
import dev.demitasse.cpu.KernelRuntime;
import dev.demitasse.cpu.RemoteKernelRuntime;
import dev.demitasse.cpu.Variant;
import dev.demitasse.cpu.WrappedKernelRuntime;
import dev.demitasse.cpu.layout.Command;
import dev.demitasse.cpu.layout.Control;
import dev.demitasse.cpu.layout.Opcode;
import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.e2e.Browser;
import dev.demitasse.e2e.WorkerChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures the time of each operation of a pass, in Chromium with one thread, and prints a Markdown table.
 *
 * <p>Arguments: a GGUF file, the number of tokens of the pass (1 for decode), the position of the first token.
 */
public final class KernelProfile {
    private static final int DECODE_ROUNDS = 100;
    private static final int PREFILL_ROUNDS = 5;

    private KernelProfile() {}

    /**
     * A command of the program.
     *
     * @param name of the operation, with the packing and the size of a product
     * @param weightBytes bytes of weights that the command reads
     */
    private record Entry(String name, double weightBytes) {}

    public static void main(String[] args) throws IOException {
        Path model = Path.of(args[0]);
        int count = Integer.parseInt(args[1]);
        int position = Integer.parseInt(args[2]);
        try (Browser browser = new Browser(new NewContextOptions())) {
            WorkerChannel channel = new WorkerChannel(browser.open("icon.svg"));
            List<Recorder> made = new ArrayList<>();
            KernelRuntime.Factory runtimes = WrappedKernelRuntime.factory(
                    RemoteKernelRuntime.factory(channel, new Variant(true, false, 1)), runtime -> {
                        made.add(new Recorder(runtime));
                        return made.get(0);
                    });
            CpuBackend backend = (CpuBackend) BackendLoader.load(
                    TestWeights.map(model),
                    position + count,
                    (plan, context) -> new CpuBackend(plan, context, Math.max(count, 64), KvType.F16, runtimes));
            int[] tokens = new int[Math.max(count, 64)];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = 100 + 7 * i;
            }
            for (int at = 0; at < position; at += 64) {
                backend.forward(new Batch(tokens, 0, Math.min(64, position - at), at), Outputs.NONE);
            }
            made.get(0).started.clear();
            backend.forward(new Batch(tokens, 0, count, position), Outputs.LOGITS);
            print(channel, made.get(0), count);
        }
    }

    /** Records the addresses of the programs that are started: the parts of a pass, which are stored in sequence. */
    private static final class Recorder extends WrappedKernelRuntime {
        final List<Long> started = new ArrayList<>();

        Recorder(KernelRuntime runtime) {
            super(runtime);
        }

        @Override
        public void start() {
            ByteBuffer address = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            read(Control.PROGRAM.offset(), address);
            started.add(address.getLong(0));
            super.start();
        }
    }

    private static void print(WorkerChannel channel, Recorder runtime, int count) {
        long program = runtime.started.get(0);
        List<Entry> lines = commands(runtime, program);
        List<?> times = (List<?>) channel.call(Map.of(
                "op",
                "profile",
                "program",
                (double) program,
                "commands",
                lines.size(),
                "commandBytes",
                Command.BYTES,
                "rounds",
                count == 1 ? DECODE_ROUNDS : PREFILL_ROUNDS));
        Map<String, double[]> sums = new LinkedHashMap<>();
        double total = 0;
        for (int i = 0; i < lines.size(); i++) {
            double time = ((Number) times.get(i)).doubleValue();
            double[] sum = sums.computeIfAbsent(lines.get(i).name, name -> new double[2]);
            sum[0] += time;
            sum[1] += lines.get(i).weightBytes;
            total += time;
        }
        double all = total;
        System.out.printf(Locale.ROOT, "%.2f ms, %.1f tokens/s%n%n", all, count / all * 1000);
        System.out.println("| operation | ms | % | GB/s of weights |\n| --- | --- | --- | --- |");
        sums.entrySet().stream()
                .sorted(Comparator.comparingDouble((Map.Entry<String, double[]> e) -> -e.getValue()[0]))
                .forEach(e -> System.out.printf(
                        Locale.ROOT,
                        "| %s | %.3f | %.1f | %s |%n",
                        e.getKey(),
                        e.getValue()[0],
                        100 * e.getValue()[0] / all,
                        e.getValue()[1] == 0
                                ? ""
                                : String.format(Locale.ROOT, "%.1f", e.getValue()[1] / e.getValue()[0] / 1e6)));
    }

    /** Returns the commands of all parts of the pass. */
    @SuppressWarnings("EnumOrdinal") // commands hold ordinals
    private static List<Entry> commands(Recorder runtime, long program) {
        long lastPart = runtime.started.get(runtime.started.size() - 1);
        List<Entry> lines = new ArrayList<>();
        ByteBuffer command = ByteBuffer.allocate(Command.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (true) {
            long address = program + (long) lines.size() * Command.BYTES;
            runtime.read(address, command);
            Opcode opcode = Opcode.values()[command.getInt(Command.OPCODE.offset())];
            if (opcode == Opcode.END && address > lastPart) {
                return lines;
            }
            if (opcode == Opcode.MAT_VEC || opcode == Opcode.MAT_MUL) {
                Packing packing = Packing.values()[command.getInt(Command.PACKING.offset())];
                int columns = command.getInt(Command.COLUMNS.offset());
                int rows = command.getInt(Command.OUT_COLUMNS.offset());
                lines.add(
                        new Entry(opcode + " " + packing + " " + columns + " × " + rows, packing.bytes(columns, rows)));
            } else {
                lines.add(new Entry(opcode.name(), 0));
            }
        }
    }
}
