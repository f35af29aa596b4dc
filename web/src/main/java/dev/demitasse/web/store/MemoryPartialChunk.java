package dev.demitasse.web.store;

import dev.demitasse.store.Bytes;
import dev.demitasse.store.Chunk;
import dev.demitasse.store.PartialChunk;
import dev.demitasse.web.js.Buffers;
import dev.demitasse.web.js.Hash;
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
    public void append(Bytes bytes) {
        held.append(JsBytes.array(bytes));
    }

    @Override
    public void feed(Chunk.Target target) {
        held.feedWritten(target);
    }

    @Override
    public String sha256() {
        Uint8Array content = held.content();
        String hash = Hash.sha256(content);
        Buffers.free(content);
        return hash;
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
