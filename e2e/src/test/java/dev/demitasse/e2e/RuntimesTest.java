package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.demitasse.TestWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imports the package outside pages, as servers that render pages do. Functions that need a browser name it in their errors. */
class RuntimesTest {
    private static final String SCRIPT = """
            const demitasse = await import('demitasse');
            console.log(Object.keys(demitasse).sort().join(' '));
            if (typeof Worker === 'undefined') {
              await demitasse.Demitasse.load('https://host/model.gguf').catch(({ message, code }) => console.log(message, code));
            }
            """;

    private static final String EXPORTS = "Demitasse DemitasseError LanguageModel LanguageModelToolCall"
            + " LanguageModelToolError LanguageModelToolSuccess openAiFetch\n";

    @TempDir
    static Path project;

    @BeforeAll
    static void install() throws IOException, InterruptedException {
        InstalledPackage.install(project, List.of());
        Files.writeString(project.resolve("script.mjs"), SCRIPT);
        Files.writeString(project.resolve("package.json"), "{\"dependencies\": {\"demitasse\": \"*\"}}");
    }

    @Test
    void node() throws IOException, InterruptedException {
        String node24 = TestWeights.npm()
                .resolve("../../gpu-runner/node_modules/.bin/node")
                .normalize()
                .toString();
        assertEquals(
                EXPORTS
                        + "Demitasse runs models in a Web Worker, which this environment lacks: use it in a page device_unfit\n",
                run(node24));
    }

    @Test
    void deno() throws IOException, InterruptedException {
        assertEquals(EXPORTS, run(binary("@deno", "deno"), "run", "--allow-all"));
    }

    @Test
    void bun() throws IOException, InterruptedException {
        assertEquals(EXPORTS, run(binary("@oven", "bun")));
    }

    private static String run(String... command) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(List.of(command));
        whole.add("script.mjs");
        return Node.run(project, whole);
    }

    /** Returns the binary of a runtime, which is in its package for this platform. */
    private static String binary(String scope, String name) throws IOException {
        try (Stream<Path> files = Files.walk(TestWeights.npm().resolve(scope))) {
            return files.filter(file -> file.getFileName().toString().equals(name) && Files.isExecutable(file))
                    .filter(Files::isRegularFile)
                    .findFirst()
                    .orElseThrow()
                    .toString();
        }
    }
}
