package dev.demitasse.web.store;

import dev.demitasse.store.Chunk;
import dev.demitasse.store.SourceFile;
import dev.demitasse.web.js.NamedBlob;
import dev.demitasse.web.js.StreamReader;
import org.teavm.jso.typedarrays.Uint8Array;

/** A file that the user has chosen. */
final class BlobFile implements SourceFile {
    private final NamedBlob blob;

    BlobFile(NamedBlob blob) {
        this.blob = blob;
    }

    @Override
    public String name() {
        return blob.getName().toString();
    }

    @Override
    public long bytes() {
        return (long) blob.getSize();
    }

    @Override
    public void read(long from, long count, Target target) {
        StreamReader reader = new StreamReader(blob.slice(from, from + count).stream());
        for (Uint8Array bytes = reader.next(); bytes != null; bytes = reader.next()) {
            target.accept(new JsBytes(bytes));
        }
    }

    @Override
    public boolean feed(Chunk.Target target) {
        return Staging.feed(blob, target);
    }
}
