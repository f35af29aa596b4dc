package dev.demitasse.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads lines of tab-separated fields that {@code tokenizer_strings.py} writes. */
public final class Fixture {
    private Fixture() {}

    public static List<String[]> read(String name) {
        try (InputStream in = Fixture.class.getResourceAsStream("/tokenizer/" + name)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return List.of(text.split("\n")).stream()
                    .map(line -> line.split("\t", -1))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String unescape(String field) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            if (field.startsWith("\\u", i)) {
                text.append((char) Integer.parseInt(field.substring(i + 2, i + 6), 16));
                i += 5;
            } else {
                text.append(field.charAt(i));
            }
        }
        return text.toString();
    }
}
