package dev.demitasse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Reads the results of llama.cpp and Hugging Face for real weights, which the scripts in {@code oracle} wrote. */
public final class ReferenceFile {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ReferenceFile() {}

    public static JsonNode json(String name) {
        try (InputStream file = open(name)) {
            return MAPPER.readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads little-endian float32. */
    public static FloatBuffer floats(String name) {
        try (InputStream file = open(name)) {
            return ByteBuffer.wrap(file.readAllBytes())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static int[] ids(JsonNode array) {
        return MAPPER.convertValue(array, int[].class);
    }

    private static InputStream open(String name) {
        return ReferenceFile.class.getResourceAsStream("/reference/" + name);
    }
}
