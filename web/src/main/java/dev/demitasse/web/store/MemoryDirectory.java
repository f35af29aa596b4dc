package dev.demitasse.web.store;

import dev.demitasse.store.Chunk;
import dev.demitasse.store.ModelDirectory;
import dev.demitasse.store.PartialChunk;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A directory in memory, for pages without storage and for loads with {@code cache: false}. */
final class MemoryDirectory implements ModelDirectory {
    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, HeldBytes> chunks = new HashMap<>();

    @Override
    public @Nullable String text(String name) {
        return texts.get(name);
    }

    @Override
    public void putText(String name, String text) {
        texts.put(name, text);
    }

    @Override
    public @Nullable Chunk chunk(String name) {
        return chunks.get(name);
    }

    @Override
    public PartialChunk partialChunk(String name) {
        return new MemoryPartialChunk() {
            @Override
            void put(HeldBytes chunk) {
                chunks.put(name, chunk);
            }
        };
    }

    @Override
    public Map<String, Long> sizes() {
        Map<String, Long> sizes = new HashMap<>();
        chunks.forEach((name, chunk) -> sizes.put(name, chunk.length()));
        return sizes;
    }

    @Override
    public void delete(String name) {
        texts.remove(name);
        HeldBytes chunk = chunks.remove(name);
        if (chunk != null) {
            chunk.free();
        }
    }

    @Override
    public boolean lasts() {
        return false;
    }
}
