package dev.demitasse.web.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the boxes of all models are. Methods wait for the storage. */
interface Storage {
    /** A model's box, made if it isn't there; ids are of letters and digits. */
    Box open(String id);

    List<String> ids();

    /** Deletes a model's box, if it is there, and all that is in it. */
    void delete(String id);

    /** The best that this page has, or null. */
    static @Nullable Storage find() {
        Storage files = OpfsStorage.find();
        return files == null ? CacheStorage.find() : files;
    }
}
