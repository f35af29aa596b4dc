package dev.demitasse.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Runs Jazzer on each target for some thousand executions, always with the same inputs. Jazzer takes one target in a process. An input that
 * fails is saved in {@code target/fuzz/TARGET/findings}.
 */
@Execution(ExecutionMode.CONCURRENT)
class FuzzTest {
    private static final int EXECUTIONS = 10_000;
    private static final Path WORK = Path.of("target/fuzz").toAbsolutePath();

    @TestFactory
    Stream<DynamicTest> targetsHold() {
        return Targets.names().stream().map(name -> DynamicTest.dynamicTest(name, () -> fuzz(name)));
    }

    private static void fuzz(String name) throws IOException, InterruptedException {
        Path folder = WORK.resolve(name);
        delete(folder);
        Fuzzer.prepare(name, folder);
        Files.createDirectories(folder.resolve("findings"));
        File log = folder.resolve("log").toFile();
        Process jazzer = new ProcessBuilder(command(name, folder))
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        int status = jazzer.waitFor();
        String text = Files.readString(log.toPath());
        assertEquals(0, status, () -> name + " has a finding in " + folder + ":\n" + tail(text));
        assertTrue(executions(text) >= EXECUTIONS, () -> tail(text));
    }

    private static List<String> command(String name, Path folder) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // Of processes that live for seconds, the JIT compiler would take most of the time.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx1g",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + Fuzzer.class.getName(),
                "--target_args=" + name,
                "--instrumentation_includes=dev.demitasse.**",
                "--instrumentation_excludes=dev.demitasse.fuzz.**",
                "--custom_hook_includes=dev.demitasse.**",
                "--reproducer_path=" + folder,
                folder.resolve("seeds").toString(),
                "-dict=" + folder.resolve("dictionary"),
                "-artifact_prefix=" + folder.resolve("findings") + File.separator,
                "-runs=" + EXECUTIONS,
                "-seed=1",
                "-timeout=20",
                "-rss_limit_mb=4000",
                "-print_final_stats=1");
    }

    /** Returns the number of executions in Jazzer's log, which counts those of the seeds, too; 0 if there is none. */
    private static int executions(String log) {
        Matcher number =
                Pattern.compile("stat::number_of_executed_units: (\\d+)").matcher(log);
        return number.find() ? Integer.parseInt(number.group(1)) : 0;
    }

    private static String tail(String log) {
        return log.substring(Math.max(0, log.length() - 4000));
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
