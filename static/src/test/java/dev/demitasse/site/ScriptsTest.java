package dev.demitasse.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.store.Manifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that the scripts of the root explain themselves, and refuse wrong options before they fetch or build anything. */
class ScriptsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String USAGE = "./run [--model PATH-OR-URL] [--port N]";

    /** Commands that fetch and build; here they only record that they were called. */
    private static final List<String> HEAVY = List.of("mvn", "python3", "npm", "java");

    @TempDir
    Path dir;

    private Path called;
    private Path model;

    private record Outcome(int status, String out, String error) {}

    @BeforeEach
    void replaceHeavyCommands() throws IOException {
        called = dir.resolve("called");
        model = Files.createFile(dir.resolve("model.gguf"));
        Files.createDirectory(dir.resolve("bin"));
        for (String command : HEAVY) {
            Path file = dir.resolve("bin").resolve(command);
            Files.writeString(file, "#!/bin/sh\necho " + command + " \"$@\" >> '" + called + "'\n");
            assertTrue(file.toFile().setExecutable(true));
        }
    }

    private Outcome run(String script, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(ROOT.resolve(script).toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("PATH", dir.resolve("bin") + ":" + System.getenv("PATH"));
        builder.environment().put("DEMITASSE_CACHE", dir.resolve("cache").toString());
        builder.environment().keySet().removeAll(List.of("DISPLAY", "WAYLAND_DISPLAY"));
        Path error = dir.resolve("error");
        Process process = builder.redirectError(error.toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), out, Files.readString(error));
    }

    @ParameterizedTest
    @ValueSource(strings = {"run --help", "run -h", "run shard --help", "run --port 70000 --help", "test --help"})
    void helpIsPrintedWithoutABuild(String line) throws Exception {
        String[] words = line.split(" ");
        Outcome outcome = run(words[0], List.of(words).subList(1, words.length).toArray(new String[0]));
        assertEquals(0, outcome.status());
        assertTrue(outcome.out().contains("./" + words[0]), outcome.out());
        assertEquals("", outcome.error());
        assertFalse(Files.exists(called), "called something");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--modle m|unknown option --modle",
                "model.gguf|unknown option model.gguf",
                "--model=m|unknown option --model=m",
                "--port 0 --open|unknown option --open",
                "--model|--model needs a value",
                "--port 8080 --model|--model needs a value",
                "--port 65536|--port must be a number from 0 to 65535, not 65536",
                "--port -1|--port must be a number from 0 to 65535, not -1",
                "--port 1e3|--port must be a number from 0 to 65535, not 1e3",
                "--port 99999999999999999999|--port must be a number from 0 to 65535, not 99999999999999999999",
                "--model /absent/model.gguf|no such model file: /absent/model.gguf",
                "shard|shard takes MODEL.gguf, FOLDER and, if wanted, --shard-size MIB",
                "shard a b --size 3|shard takes MODEL.gguf, FOLDER and, if wanted, --shard-size MIB",
                "shard /absent.gguf b|no such model file: /absent.gguf",
            })
    void wrongOptionIsNamedBeforeTheBuild(String line) throws Exception {
        int bar = line.indexOf('|');
        assertRefused(line.substring(bar + 1), line.substring(0, bar).split(" "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "half", "65"})
    void wrongShardSizeIsNamedBeforeTheBuild(String size) throws Exception {
        assertRefused(
                "--shard-size must be a number from 1 to " + Manifest.MAX_SHARD_MIB + ", not " + size,
                "shard",
                model.toString(),
                "folder",
                "--shard-size",
                size);
    }

    private void assertRefused(String message, String... arguments) throws IOException, InterruptedException {
        Outcome outcome = run("run", arguments);
        assertEquals("./run: " + message, outcome.error().lines().findFirst().orElse(""));
        assertTrue(outcome.error().contains(USAGE), outcome.error());
        assertEquals("", outcome.out());
        assertEquals(2, outcome.status());
        assertFalse(Files.exists(called), "called something");
    }

    @Test
    void rightOptionsReachTheBuildAndTheServer() throws Exception {
        Outcome outcome = run("run", "--port", "0", "--model", model.toString());
        assertEquals("", outcome.error());
        assertEquals("Starting the server …\n", outcome.out());
        List<String> calls = Files.readAllLines(called);
        assertTrue(calls.get(0).startsWith("mvn ") && calls.get(0).endsWith(" package"), calls::toString);
        assertTrue(calls.get(1).endsWith(" --port 0 --model " + model), calls::toString);
    }

    @Test
    void maximumShardSizeReachesTheTool() throws Exception {
        String size = Integer.toString(Manifest.MAX_SHARD_MIB);
        Outcome outcome = run("run", "shard", model.toString(), "folder", "--shard-size", size);
        assertEquals("", outcome.error());
        assertEquals("Cutting " + model + " …\n", outcome.out());
        List<String> calls = Files.readAllLines(called);
        assertTrue(
                calls.get(1).endsWith("dev.demitasse.shard.Shard " + model + " folder --shard-size " + size),
                calls::toString);
    }
}
