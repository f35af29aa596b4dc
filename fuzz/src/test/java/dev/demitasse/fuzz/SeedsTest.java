package dev.demitasse.fuzz;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Runs the seeds of all targets, and the inputs that fuzzing found once. */
class SeedsTest {
    /** The files that a target failed on before it was mended, in a folder for each target. */
    private static final Path FINDINGS = Path.of("src/test/resources/findings");

    @Test
    void allTargetsAreInTheDocumentation() throws IOException {
        String page = Files.readString(Path.of("../docs/testing.md"));
        for (String name : Targets.names()) {
            assertTrue(page.contains("| `" + name + "` |"), name);
        }
    }

    @TestFactory
    Stream<DynamicTest> allSeedsPass() {
        return Targets.names().stream()
                .map(name -> DynamicTest.dynamicTest(
                        name, () -> Targets.of(name).seeds().forEach(Targets.of(name)::run)));
    }

    /** A fuzzer does not get far into a parser that rejects all seeds. */
    @TestFactory
    Stream<DynamicTest> someSeedsAreAccepted() {
        return Targets.names().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    Target target = Targets.of(name);
                    assertTrue(target.seeds().stream().anyMatch(seed -> isAccepted(target, seed)));
                }));
    }

    private static boolean isAccepted(Target target, byte[] seed) {
        try {
            target.test(seed);
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    @TestFactory
    Stream<DynamicTest> allFindingsPass() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path folder : list(FINDINGS)) {
            for (Path file : list(folder)) {
                String target = folder.getFileName().toString();
                tests.add(DynamicTest.dynamicTest(
                        target + "/" + file.getFileName(),
                        () -> assertDoesNotThrow(() -> Targets.of(target).run(Files.readAllBytes(file)))));
            }
        }
        return tests.stream();
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
