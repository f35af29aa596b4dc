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

/** Tests a new Vite project in TypeScript, as {@code npm create vite} makes it, that has installed the packed package. */
class BundlerTest {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path project;

    @Test
    void viteBuildsWithoutConfigurationAndTheEngineAnswers() throws IOException, InterruptedException {
        copyTemplate();
        Files.copy(
                Path.of("src/test/ts/vite-main.ts"),
                project.resolve("src/main.ts"),
                StandardCopyOption.REPLACE_EXISTING);
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
            assertEquals(
                    "The capital of France is Paris.", browser.evaluate("""
                            new Promise((resolve, reject) => {
                              addEventListener('error', ({ message }) => reject(new Error(message)));
                              const settle = () => document.title.endsWith('.') ? resolve(document.title) : setTimeout(settle, 100);
                              settle();
                            })""").asText());
        }
    }

    private void copyTemplate() throws IOException {
        Path template = TestWeights.npm().resolve("create-vite/template-vanilla-ts");
        try (Stream<Path> files = Files.walk(template)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = project.resolve(template.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }
}
