package dev.demitasse.bench.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** The processors of the machine, whose time Linux counts. */
final class Processors {
    private static final Path STAT = Path.of("/proc/stat");
    /** Columns of the first line of {@code /proc/stat}, after its name. */
    private static final int IDLE = 3;

    private static final double ENOUGH_IDLE = 0.95;
    private static final int MAX_WAIT_SECONDS = 60;

    private Processors() {}

    /**
     * Waits for a second in which nothing else computes. The threads of llama.cpp wait for each other without sleeping, so a program
     * that takes a processor from one of them slows it down many times.
     *
     * @return whether there was such a second within a minute
     */
    static boolean awaitIdle() {
        for (int second = 0; second < MAX_WAIT_SECONDS; second++) {
            long[] before = times();
            sleepSecond();
            long[] after = times();
            long idle = after[IDLE] - before[IDLE];
            long all = Arrays.stream(after).sum() - Arrays.stream(before).sum();
            if (idle >= ENOUGH_IDLE * all) {
                return true;
            }
        }
        return false;
    }

    private static long[] times() {
        try {
            String[] line = Files.readAllLines(STAT).get(0).split(" +");
            return Arrays.stream(line).skip(1).mapToLong(Long::parseLong).toArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void sleepSecond() {
        try {
            TimeUnit.SECONDS.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
