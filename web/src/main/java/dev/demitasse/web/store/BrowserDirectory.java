package dev.demitasse.web.store;

import dev.demitasse.store.Chunk;
import dev.demitasse.store.ModelDirectory;
import dev.demitasse.web.js.Blob;
import dev.demitasse.web.js.Promises;
import org.jspecify.annotations.Nullable;

/** A directory whose entries are blobs. */
interface BrowserDirectory extends ModelDirectory {
    /** Returns an entry without copying its bytes, or null if there is none with this name. */
    @Nullable
    Blob blob(String name);

    @Override
    default @Nullable String text(String name) {
        Blob blob = blob(name);
        return blob == null ? null : Promises.await(blob.text()).toString();
    }

    @Override
    default @Nullable Chunk chunk(String name) {
        Blob blob = blob(name);
        return blob == null ? null : target -> Staging.feed(blob, target);
    }
}
