package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.demitasse.TestWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the npm package. */
class PackageTest {
    static final Path FOLDER = Path.of("../web/target/npm");

    @Test
    void publintFindsNothing() throws IOException, InterruptedException {
        String publint = TestWeights.npm().resolve("publint/src/cli.js").toString();
        String written = Node.run(FOLDER, List.of("node", publint, ".", "--strict"));
        assertTrue(written.contains("All good!"), written);
    }

    /** Every entry point has types in every way of resolution, except CommonJS, which the package does not support. */
    @Test
    void areTheTypesWrongFindsNothing(@TempDir Path folder) throws IOException, InterruptedException {
        String attw =
                TestWeights.npm().resolve("@arethetypeswrong/cli/dist/index.js").toString();
        String tarball = InstalledPackage.pack(folder).toString();
        Node.run(folder, List.of("node", attw, tarball, "--profile", "esm-only"));
    }

    /** {@code npm pack} includes all files of the build. */
    @Test
    void containsAllFiles() throws IOException, InterruptedException {
        String written = Node.run(FOLDER, List.of("npm", "pack", "--dry-run", "--json", "--silent"));
        JsonNode packed = new ObjectMapper().readTree(written).get(0);
        assertEquals("demitasse", packed.get("name").asText());
        Set<String> names = new TreeSet<>();
        packed.get("files").forEach(file -> names.add(file.get("path").asText()));
        try (Stream<Path> files = Files.walk(FOLDER)) {
            Set<String> built = files.filter(Files::isRegularFile)
                    .map(file -> FOLDER.relativize(file).toString())
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(built, names);
        }
        assertTrue(
                names.containsAll(Set.of("demitasse.js", "demitasse.d.ts", "demitasse.wasm", "LICENSE")),
                names::toString);
    }
}
