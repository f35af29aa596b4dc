package dev.demitasse.web.store;

import dev.demitasse.web.js.Blob;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps nothing beyond the page: for pages without storage, and models that shall not be kept. */
final class MemoryBox implements Box {
    /** TeaVM would need more of JavaScript for blobs in a collection. */
    private static final class Piece {
        final Blob blob;

        Piece(Blob blob) {
            this.blob = blob;
        }
    }

    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, Piece> pieces = new HashMap<>();

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
        Piece piece = pieces.get(name);
        return piece == null ? null : piece.blob;
    }

    @Override
    public Part part(String name) {
        return new MemoryPart() {
            @Override
            void put(Blob piece) {
                pieces.put(name, new Piece(piece));
            }
        };
    }

    @Override
    public Map<String, Long> sizes() {
        Map<String, Long> sizes = new HashMap<>();
        pieces.forEach((name, piece) -> sizes.put(name, (long) piece.blob.getSize()));
        return sizes;
    }

    @Override
    public void delete(String name) {
        texts.remove(name);
        pieces.remove(name);
    }

    @Override
    public boolean lasts() {
        return false;
    }
}
