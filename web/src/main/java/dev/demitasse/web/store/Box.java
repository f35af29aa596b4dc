package dev.demitasse.web.store;

import dev.demitasse.web.js.Blob;
import dev.demitasse.web.js.Promises;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.typedarrays.Uint8Array;

/** What is stored of one model: small texts and pieces of files, by name. Methods wait for the storage. */
interface Box {
    /** Ends the names of pieces that are not complete. */
    String PART = ".part";

    /** A text that was put here, or null. */
    default @Nullable String text(String name) {
        Blob blob = blob(name);
        return blob == null ? null : Promises.await(blob.text()).toString();
    }

    void putText(String name, String text);

    /** A complete piece, or null. Its bytes stay where they are. */
    @Nullable
    Blob blob(String name);

    /** Opens a complete piece, or null. */
    default @Nullable Piece piece(String name) {
        Blob blob = blob(name);
        return blob == null ? null : target -> Staging.feed(blob, target);
    }

    /** Opens what there is of a piece, maybe nothing, to add to it. */
    Part part(String name);

    /** Sizes in bytes of all that is here, incomplete pieces too. */
    Map<String, Long> sizes();

    /** Deletes what has the name, if there is such. */
    void delete(String name);

    /** Whether it lasts beyond this page. Otherwise pieces should be deleted as soon as they have been read. */
    boolean lasts();

    /** A piece that is being written. One of the last two methods ends it. */
    interface Part {
        long length();

        /** @throws StorageFullException which leaves what was there */
        void append(Uint8Array bytes);

        /** Begins anew. */
        void clear();

        /** Its whole content. */
        Uint8Array content();

        /** Makes it a complete piece. */
        void complete();

        /** Keeps it for later, where the storage can. */
        void close();
    }
}
