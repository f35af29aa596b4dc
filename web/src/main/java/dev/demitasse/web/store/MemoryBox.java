package dev.demitasse.web.store;

import dev.demitasse.web.js.Blob;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps nothing beyond the page: for pages without storage, and models that shall not be kept. */
final class MemoryBox implements Box {
    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, HeldBytes> pieces = new HashMap<>();

    @Override
    public @Nullable String text(String name) {
        return texts.get(name);
    }

    @Override
    public void putText(String name, String text) {
        texts.put(name, text);
    }

    @Override
    public @Nullable Blob blob(String name) {
        HeldBytes piece = pieces.get(name);
        return piece == null ? null : piece.blob();
    }

    @Override
    public @Nullable Piece piece(String name) {
        return pieces.get(name);
    }

    @Override
    public Part part(String name) {
        return new MemoryPart() {
            @Override
            void put(HeldBytes piece) {
                pieces.put(name, piece);
            }
        };
    }

    @Override
    public Map<String, Long> sizes() {
        Map<String, Long> sizes = new HashMap<>();
        pieces.forEach((name, piece) -> sizes.put(name, piece.length()));
        return sizes;
    }

    @Override
    public void delete(String name) {
        texts.remove(name);
        HeldBytes piece = pieces.remove(name);
        if (piece != null) {
            piece.free();
        }
    }

    @Override
    public boolean lasts() {
        return false;
    }
}
