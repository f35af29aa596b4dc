package dev.demitasse.e2e;

import dev.demitasse.TestWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the types of the npm package: the examples in {@code src/test/ts} compile in strict mode. */
class TypesTest {
    private static final Path EXAMPLES = Path.of("src/test/ts");

    @TempDir
    Path project;

    /** Creates a project that has installed the package. */
    @BeforeEach
    void create() throws IOException {
        for (String name : List.of("package.json", "tsconfig.json", "chat.ts", "example.ts", "openai.ts")) {
            Files.copy(EXAMPLES.resolve(name), project.resolve(name));
        }
        Path modules = Files.createDirectory(project.resolve("node_modules"));
        Files.createSymbolicLink(modules.resolve("demitasse"), PackageTest.FOLDER.toRealPath());
        Files.createSymbolicLink(modules.resolve("openai"), TestWeights.npm().resolve("openai"));
    }

    /** Removes the link, because JUnit warns of links. */
    @AfterEach
    void unlink() throws IOException {
        Files.delete(project.resolve("node_modules/demitasse"));
        Files.delete(project.resolve("node_modules/openai"));
    }

    @Test
    void asNodeResolves() throws IOException, InterruptedException {
        compile("--module", "nodenext");
    }

    @Test
    void asBundlersResolve() throws IOException, InterruptedException {
        compile("--module", "esnext", "--moduleResolution", "bundler");
    }

    private void compile(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("node", TestWeights.npm().resolve("typescript/bin/tsc").toString(), "--project", "."));
        command.addAll(List.of(options));
        Node.run(project, command);
    }
}
