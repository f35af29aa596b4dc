package dev.demitasse.e2e;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.demitasse.TestWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The npm package as {@code npm pack} packs it, installed in a project. */
final class InstalledPackage {
    private InstalledPackage() {}

    /** Packs the package. */
    static Path pack(Path folder) throws IOException, InterruptedException {
        String packed = Node.run(
                PackageTest.FOLDER,
                List.of("npm", "pack", "--json", "--silent", "--pack-destination", folder.toString()));
        return folder.resolve(
                new ObjectMapper().readTree(packed).get(0).get("filename").asText());
    }

    /** Installs the packed package in a project, next to links to packages that the tests have. */
    static void install(Path project, List<String> others) throws IOException, InterruptedException {
        Path tarball = pack(project);
        Path modules = Files.createDirectories(project.resolve("node_modules"));
        Node.run(modules, List.of("tar", "-xzf", tarball.toString()));
        Files.move(modules.resolve("package"), modules.resolve("demitasse"));
        for (String other : others) {
            Files.createSymbolicLink(modules.resolve(other), TestWeights.npm().resolve(other));
        }
    }
}
