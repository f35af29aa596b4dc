package dev.demitasse.web.store;

import org.teavm.jso.typedarrays.Uint8Array;

/** A partial chunk in memory, for storage that accepts complete chunks only. */
abstract class MemoryPartialChunk implements PartialChunk {
    private HeldBytes held = new HeldBytes();

    /** Stores the complete chunk, and frees it once it is no longer needed. */
    abstract void put(HeldBytes chunk);

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
        HeldBytes chunk = held;
        held = new HeldBytes();
        put(chunk);
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
