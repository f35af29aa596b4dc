package dev.demitasse.web.store;

import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonException;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonReader;
import dev.demitasse.json.JsonWriter;
import dev.demitasse.store.Chunk;
import dev.demitasse.store.ModelDirectory;
import dev.demitasse.store.PartialChunk;
import dev.demitasse.store.Platform;
import dev.demitasse.store.Storage;
import dev.demitasse.store.StoreException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.typedarrays.Uint8Array;

/**
 * The sessions in the browser's storage for this site, by name: for each a note and the bytes of a KV cache. Methods wait; call them
 * in Java threads.
 */
public final class SessionStore {
    /** The entry with the JSON note. It is written last, so a session without it is incomplete. */
    private static final String ABOUT = "about";

    private static final String KV = "kv";

    private final Storage storage;

    private SessionStore(Storage storage) {
        this.storage = storage;
    }

    /**
     * Finds the storage of the page.
     *
     * @throws StoreException if the page has no storage
     */
    public static SessionStore find() {
        Storage storage = BrowserStorage.find("session");
        if (storage == null) {
            throw new StoreException("the browser provides no storage for this page");
        }
        return new SessionStore(storage);
    }

    /** A sequence of buffers. */
    public interface Source {
        /** Returns the next direct buffer, valid until the next call, or null at the end. */
        @Nullable
        ByteBuffer next();
    }

    private static void write(ModelDirectory directory, Source source) {
        PartialChunk partial = directory.partialChunk(KV);
        try {
            partial.clear();
            for (ByteBuffer bytes = source.next(); bytes != null; bytes = source.next()) {
                partial.append(new JsBytes(Uint8Array.fromJavaBuffer(bytes.slice())));
            }
        } catch (RuntimeException e) {
            partial.close();
            throw e;
        }
        partial.complete();
    }

    private static Chunk reopening(ModelDirectory directory) {
        return target -> {
            Chunk chunk = directory.chunk(KV);
            if (chunk == null) {
                throw new StoreException("the session was deleted");
            }
            return chunk.feed(target);
        };
    }

    /** Stores a session. Replaces a session with the same name. */
    public void save(String name, Map<String, @Nullable Object> about, Source kv) {
        String id = storage.id(name);
        Platform.Lock lock = WebLock.take("session " + id);
        try {
            storage.delete(id);
            ModelDirectory directory = storage.open(id);
            write(directory, kv);
            Map<String, @Nullable Object> note = new LinkedHashMap<>(about);
            note.put("name", name);
            directory.putText(ABOUT, JsonWriter.write(note, -1));
        } catch (RuntimeException e) {
            storage.delete(id); // an incomplete session is not usable
            throw e;
        } finally {
            lock.release();
        }
    }

    /** Returns the note of a session, or null if there is no session with this name. */
    public @Nullable JsonField about(String name) {
        return about(storage.open(storage.id(name)));
    }

    private static @Nullable JsonField about(ModelDirectory directory) {
        String text = directory.text(ABOUT);
        return text == null ? null : new JsonField("session", JsonReader.read(text));
    }

    /** Returns the KV cache of a session with a note. It can be read repeatedly. */
    public Chunk kv(String name) {
        return reopening(storage.open(storage.id(name)));
    }

    /** Returns the notes of all sessions, each with its stored size in bytes. Deletes sessions whose notes are damaged. */
    public List<Map<String, @Nullable Object>> list() {
        List<Map<String, @Nullable Object>> sessions = new ArrayList<>();
        for (String id : storage.ids()) {
            ModelDirectory directory = storage.open(id);
            try {
                JsonField about = about(directory);
                if (about != null) {
                    Map<String, @Nullable Object> session = new LinkedHashMap<>(about.object());
                    session.put("bytes", directory.bytes());
                    sessions.add(session);
                }
            } catch (JsonException | FieldException e) {
                storage.delete(id); // without its note, a session can't be continued
            }
        }
        return sessions;
    }

    /** Deletes a session if it exists. */
    public void delete(String name) {
        storage.delete(storage.id(name));
    }
}
