package dev.demitasse.web.store;

import org.teavm.jso.typedarrays.Uint8Array;

/** A piece that is collected in memory, for storage that takes only whole ones. */
abstract class MemoryPart implements Box.Part {
    private HeldBytes held = new HeldBytes();

    /** Takes the whole piece, which it frees when it has no more use of it. */
    abstract void put(HeldBytes piece);

    @Override
    public long length() {
        return held.length();
    }

    @Override
    public void append(Uint8Array bytes) {
        held.append(bytes);
    }

    @Override
    public Uint8Array content() {
        return held.content();
    }

    @Override
    public void complete() {
        HeldBytes piece = held;
        held = new HeldBytes();
        put(piece);
    }

    @Override
    public void close() {
        clear();
    }

    @Override
    public void clear() {
        held.free();
    }
}
