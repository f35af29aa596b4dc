package dev.demitasse.shard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.store.Manifest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShardTest {
    private static final int MIB = 1 << 20;
    private static final Set<String> FILES =
            Set.of("tiny.gguf.000", "tiny.gguf.001", "tiny.gguf.002", "tiny.gguf.json");

    @TempDir
    Path dir;

    private final byte[] bytes = new byte[2 * MIB + 5];
    private Path model;
    private Path folder;

    @BeforeEach
    void writeModel() throws IOException {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 8));
        }
        byte[] header = header(0);
        System.arraycopy(header, 0, bytes, 0, header.length);
        model = Files.write(dir.resolve("tiny.gguf"), bytes);
        folder = dir.resolve("host/models");
    }

    @Test
    void shardsTogetherAreTheModel() throws Exception {
        Path file = Shard.write(model, folder, 1);

        assertEquals(folder.resolve("tiny.gguf.json"), file);
        Manifest manifest = Manifest.parse(Files.readString(file));
        assertEquals("tiny.gguf", manifest.name());
        assertEquals(bytes.length, manifest.bytes());
        assertEquals(MIB, manifest.shardBytes());
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (int i = 0; i < 3; i++) {
            assertEquals("tiny.gguf.00" + i, manifest.shards().get(i).file());
            byte[] shard = Files.readAllBytes(folder.resolve("tiny.gguf.00" + i));
            assertEquals(manifest.shardLength(i), shard.length);
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(shard);
            assertEquals(
                    HexFormat.of().formatHex(hash), manifest.shards().get(i).sha256());
            whole.writeBytes(shard);
        }
        assertArrayEquals(bytes, whole.toByteArray());
        assertEquals(FILES, files());
    }

    @Test
    void shardsOfTheSameModelStay() throws IOException {
        Path file = Shard.write(model, folder, 1);
        String manifest = Files.readString(file);
        Files.delete(folder.resolve("tiny.gguf.001"));
        Shard.write(model, folder, 1);
        assertEquals(FILES, files());
        assertEquals(manifest, Files.readString(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny.gguf.000", "tiny.gguf.002", "tiny.gguf.json"})
    void anotherModelsFilesAreNotOverwritten(String name) throws IOException {
        Files.createDirectories(folder);
        Path other = Files.writeString(folder.resolve(name), "another");
        assertFails(other + " is there already and holds something else; take another folder or remove it", model);
        assertEquals("another", Files.readString(other));
        assertEquals(Set.of(name), files());
    }

    @Test
    void modelThatCannotBeCutIsNamed() throws IOException {
        Path absent = dir.resolve("absent.gguf");
        assertFails("no such model file: " + absent, absent);
        assertFails("no such model file: " + dir, dir);
        Path text = Files.writeString(dir.resolve("text.gguf"), "some text");
        assertFails("cannot cut " + text + ": not a GGUF file", text);
        Path empty = Files.createFile(dir.resolve("empty.gguf"));
        assertFails("cannot cut " + empty + ": the file ends inside magic", empty);
        Path part = Files.write(dir.resolve("part.gguf"), header(2));
        assertFails("cannot cut " + part + ": it is a part of a split model", part);
        Path spaces = Files.write(dir.resolve("a model.gguf"), header(0));
        assertFails("name is \"a model.gguf\"; it must be a file name of letters, digits", spaces);
        assertTrue(Files.notExists(folder), "nothing is written");
    }

    @Test
    void processPrintsOneLine() throws Exception {
        Process process = runMain(model.toString(), folder.toString(), "--shard-size", "1");
        assertEquals(
                "Wrote " + folder.resolve("tiny.gguf.json")
                        + " and the shards it lists; load the model by the address of tiny.gguf.json.\n",
                output(process));
        assertEquals(0, process.waitFor());
        assertEquals(FILES, files());

        Process wrong = runMain(model.toString());
        assertTrue(output(wrong).matches("demitasse: usage: [^\n]+\n"));
        assertEquals(2, wrong.waitFor());

        Process noFolder = runMain(model.toString(), model.toString());
        assertEquals(
                "demitasse: the model can't be cut: java.nio.file.FileAlreadyExistsException: " + model + "\n",
                output(noFolder));
        assertEquals(2, noFolder.waitFor());
    }

    @Test
    void shardsHave16MibUnlessGiven() {
        assertEquals(new Options(Path.of("a.gguf"), Path.of("b"), 16), Options.parse("a.gguf", "b"));
        assertEquals(
                new Options(Path.of("a.gguf"), Path.of("b"), 64), Options.parse("a.gguf", "b", "--shard-size", "64"));
    }

    @ParameterizedTest
    @CsvSource({
        "'', usage: ./run shard MODEL.gguf FOLDER",
        "a, usage: ./run shard MODEL.gguf FOLDER",
        "a b c, usage: ./run shard MODEL.gguf FOLDER",
        "a b --size 1, usage: ./run shard MODEL.gguf FOLDER",
        "a b --shard-size, usage: ./run shard MODEL.gguf FOLDER",
        "a b --shard-size 0, '--shard-size must be a number of MiB from 1 to 64, not 0'",
        "a b --shard-size 65, '--shard-size must be a number of MiB from 1 to 64, not 65'",
        "a b --shard-size big, '--shard-size must be a number of MiB from 1 to 64, not big'",
    })
    void faultOfTheArgumentsIsNamed(String arguments, String start) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Options.parse(arguments.split(" ")));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }

    /** A GGUF file without tensors. */
    private static byte[] header(int splitCount) {
        byte[] key = "split.count".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer header = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        header.put("GGUF".getBytes(StandardCharsets.US_ASCII))
                .putInt(3)
                .putLong(0)
                .putLong(1);
        return header.putLong(key.length).put(key).putInt(4).putInt(splitCount).array();
    }

    private Set<String> files() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    private void assertFails(String start, Path file) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Shard.write(file, folder, 1));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }

    private static Process runMain(String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Shard.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
