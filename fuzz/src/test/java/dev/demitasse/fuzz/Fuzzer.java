package dev.demitasse.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The entry point of Jazzer, and of a program that writes the files that Jazzer starts from. */
public final class Fuzzer {
    private static Target target;

    private Fuzzer() {}

    /** Takes the name of the target. Jazzer calls it once. */
    public static void fuzzerInitialize(String[] arguments) {
        target = Targets.of(arguments[0]);
    }

    /** Runs the target. Jazzer calls it for each input. */
    public static void fuzzerTestOneInput(byte[] input) {
        target.run(input);
    }

    /** Lists the targets, or with a name and a folder writes the target's seeds and dictionary there. */
    public static void main(String[] arguments) {
        if (arguments.length == 0) {
            Targets.names().forEach(System.out::println);
        } else {
            prepare(arguments[0], Path.of(arguments[1]));
        }
    }

    /** Writes the seeds of a target into {@code seeds}, and its dictionary into {@code dictionary}. */
    static void prepare(String name, Path folder) {
        Target prepared = Targets.of(name);
        try {
            Path seeds = Files.createDirectories(folder.resolve("seeds"));
            int count = 0;
            for (byte[] seed : prepared.seeds()) {
                Files.write(seeds.resolve("seed-" + count++), seed);
            }
            StringBuilder words = new StringBuilder();
            prepared.dictionary().forEach(word -> words.append(quote(word)).append('\n'));
            Files.writeString(folder.resolve("dictionary"), words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a word in the form of libFuzzer's dictionaries. */
    private static String quote(String word) {
        StringBuilder quoted = new StringBuilder("\"");
        for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
            if (b >= ' ' && b < 127 && b != '"' && b != '\\') {
                quoted.append((char) b);
            } else {
                quoted.append(String.format(Locale.ROOT, "\\x%02X", b & 0xFF));
            }
        }
        return quoted.append('"').toString();
    }

    /** Returns texts as inputs. */
    static List<byte[]> inputs(List<String> texts) {
        return texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
    }
}
