package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.demitasse.TestWeights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Checks the JavaScript of the site and of the npm package with ESLint and TypeScript, and runs its unit tests. */
class JavaScriptTest {
    private static final Path ROOT = Path.of("..");
    private static final List<String> SOURCES = List.of(
            "web/src/main/site",
            "cpu/src/main/site",
            "static/src/main/site",
            "e2e/src/test/js",
            "e2e/src/test/resources",
            "bench/src/main/resources");

    @Test
    void eslintFindsNothing() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("env", "NODE_PATH=" + TestWeights.npm(), "node"));
        command.add(TestWeights.npm().resolve("eslint/bin/eslint.js").toString());
        command.addAll(List.of("--max-warnings", "0"));
        command.addAll(SOURCES);
        assertEquals("", Node.run(ROOT, command));
    }

    @Test
    void typescriptFindsNothing() throws IOException, InterruptedException {
        String tsc = TestWeights.npm().resolve("typescript/bin/tsc").toString();
        assertEquals("", Node.run(ROOT, List.of("node", tsc, "--project", "jsconfig.json")));
    }

    @Test
    void unitTestsPass() throws IOException, InterruptedException {
        Path tests = Path.of("src/test/js").toAbsolutePath();
        String written = Node.run(tests, List.of("node", "--test", "--test-reporter=spec"));
        System.out.println(written.lines().filter(line -> line.startsWith("ℹ")).collect(Collectors.joining(", ")));
    }
}
