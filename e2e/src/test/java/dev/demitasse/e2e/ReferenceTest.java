package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks that the reference of the JavaScript API equals the output of {@code docs/generate}. */
class ReferenceTest {
    private static final Path DOCS = Path.of("../docs");

    @Test
    void referenceIsUpToDate(@TempDir Path folder) throws IOException, InterruptedException {
        Node.run(DOCS, List.of("./generate", folder.toString()));
        assertEquals(texts(folder), texts(DOCS.resolve("reference")), "run docs/generate, and commit what it writes");
    }

    private static Map<String, String> texts(Path folder) throws IOException {
        Map<String, String> texts = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                texts.put(folder.relativize(file).toString(), Files.readString(file));
            }
        }
        return texts;
    }
}
