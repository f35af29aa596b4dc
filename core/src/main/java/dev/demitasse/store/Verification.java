package dev.demitasse.store;

import dev.demitasse.json.JsonWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The result of reading all chunks of a stored model. */
public final class Verification {
    private final long bytes;
    private final int unknown;
    private final List<String> damaged;
    private final @Nullable String error;

    Verification(long bytes, int unknown, List<String> damaged, @Nullable String error) {
        this.bytes = bytes;
        this.unknown = unknown;
        this.damaged = List.copyOf(damaged);
        this.error = error;
    }

    /** Returns the names of the chunks that were damaged or missing. */
    public List<String> damaged() {
        return damaged;
    }

    /** Returns why a damaged chunk could not be fetched again, or null if the model is whole now. */
    public @Nullable String error() {
        return error;
    }

    /** Returns the number of chunks of an earlier version that had no hashes, and have them now. */
    public int unknown() {
        return unknown;
    }

    /** Returns {bytes, unknown, damaged, repaired, error}, without the error if there is none. */
    public String toJson() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("bytes", bytes);
        json.put("unknown", (long) unknown);
        json.put("damaged", damaged);
        json.put("repaired", error == null);
        if (error != null) {
            json.put("error", error);
        }
        return JsonWriter.write(json, -1);
    }
}
