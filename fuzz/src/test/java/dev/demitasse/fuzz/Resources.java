package dev.demitasse.fuzz;

import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonReader;
import dev.demitasse.json.JsonWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads seeds from the test resources of core. */
final class Resources {
    private Resources() {}

    static byte[] bytes(String path) {
        try (InputStream in = Resources.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalArgumentException("no resource " + path);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(String path) {
        return new String(bytes(path), StandardCharsets.UTF_8);
    }

    /** Returns a member of each element of a JSON array, as JSON. */
    static List<String> members(String path, String name) {
        List<String> members = new ArrayList<>();
        for (JsonField each : new JsonField(path, JsonReader.read(text(path))).elements()) {
            if (each.member(name).isPresent()) {
                members.add(JsonWriter.write(each.member(name).value(), -1));
            }
        }
        return members;
    }
}
