package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.TestWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Tests projects in TypeScript that have installed the packed package and are built by Vite. */
class BundlerTest {
    private static final String ANSWER = "The capital of France is Paris.";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path project;

    /** A new project, as {@code npm create vite} makes it. */
    @Test
    void viteBuildsWithoutConfigurationAndTheEngineAnswers() throws IOException, InterruptedException {
        copy(TestWeights.npm().resolve("create-vite/template-vanilla-ts"));
        Files.copy(
                Path.of("src/test/ts/vite-main.ts"),
                project.resolve("src/main.ts"),
                StandardCopyOption.REPLACE_EXISTING);
        assertEquals(ANSWER, answer("document.title.endsWith('.') && document.title"));
    }

    @Test
    void exampleAnswers() throws IOException, InterruptedException {
        copy(Path.of("../examples/vite"));
        assertEquals(ANSWER, answer("""
                (() => {
                  const input = document.querySelector('input');
                  if (!input.value) {
                    input.value = 'What is the capital of France?';
                    document.querySelector('form').requestSubmit();
                  }
                  const { value } = document.querySelector('output');
                  return value.endsWith('.') && value;
                })()"""));
    }

    /**
     * Builds the project, and evaluates an expression in its page until the value is true.
     *
     * @return the value
     */
    private String answer(String expression) throws IOException, InterruptedException {
        InstalledPackage.install(project, List.of("vite", "typescript"));
        Node.run(project, List.of("node", "node_modules/typescript/bin/tsc"));
        Node.run(project, List.of("node", "node_modules/vite/bin/vite.js", "build"));

        Path built = project.resolve("dist");
        try (Stream<Path> files = Files.walk(built)) {
            List<String> names =
                    files.map(file -> file.getFileName().toString()).toList();
            assertTrue(names.stream().anyMatch(name -> name.matches("demitasse-.*\\.wasm")), names::toString);
            // Only demitasse/chat includes the chat element and its libraries.
            assertFalse(
                    names.stream().anyMatch(name -> name.matches(".*(chat|markdown|highlight).*")), names::toString);
        }
        Files.createLink(built.resolve("model.gguf"), TestWeights.smolLm2().toRealPath());
        try (PlainHost host = new PlainHost(built, "/", Map.of());
                ChromiumTab browser = new ChromiumTab()) {
            browser.open(host.address());
            return browser.evaluate("""
                    new Promise((resolve, reject) => {
                      addEventListener('error', ({ message }) => reject(new Error(message)));
                      const settle = () => {
                        const value = %s;
                        return value ? resolve(value) : setTimeout(settle, 100);
                      };
                      settle();
                    })""".formatted(expression)).asText();
        }
    }

    /** Copies the sources of a project. */
    private void copy(Path template) throws IOException {
        try (Stream<Path> files = Files.walk(template)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path path = template.relativize(file);
                if (!path.startsWith("node_modules")
                        && !path.startsWith("dist")
                        && !path.equals(Path.of("public/model.gguf"))) {
                    Path copy = project.resolve(path.toString());
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
            }
        }
    }
}
