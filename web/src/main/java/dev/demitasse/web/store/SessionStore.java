package dev.demitasse.web.store;

import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonReader;
import dev.demitasse.json.JsonWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.typedarrays.Uint8Array;

/** Sessions that the browser keeps for this site, by name: a note and the bytes of a KV cache. Methods wait, and are for Java threads. */
public final class SessionStore {
    /** JSON; it is written last, so what has none is not whole. */
    private static final String ABOUT = "about";

    private static final String KV = "kv";

    private final Storage storage;

    private SessionStore(Storage storage) {
        this.storage = storage;
    }

    /** @throws StoreException where the page has no storage */
    public static SessionStore find() {
        Storage storage = Storage.find("session");
        if (storage == null) {
            throw new StoreException("the browser gives this page no storage");
        }
        return new SessionStore(storage);
    }

    /** Gives bytes one chunk after the other. */
    public interface Source {
        /** The next chunk, direct and valid until the next call, or null. */
        @Nullable
        ByteBuffer next();
    }

    private static void write(ModelDirectory directory, Source source) {
        PartialChunk partial = directory.partialChunk(KV);
        try {
            partial.clear();
            for (ByteBuffer bytes = source.next(); bytes != null; bytes = source.next()) {
                partial.append(Uint8Array.fromJavaBuffer(bytes.slice()));
            }
        } catch (RuntimeException e) {
            partial.close();
            throw e;
        }
        partial.complete();
    }

    private static Chunk kept(ModelDirectory directory) {
        return target -> {
            Chunk chunk = directory.chunk(KV);
            if (chunk == null) {
                throw new StoreException("the session was deleted");
            }
            return chunk.feed(target);
        };
    }

    /** Stores a session, over the one that has the name. */
    public void save(String name, Map<String, @Nullable Object> about, Source kv) {
        String id = Storage.id(name);
        Lock lock = Lock.take("session " + id);
        try {
            storage.delete(id);
            ModelDirectory directory = storage.open(id);
            write(directory, kv);
            Map<String, @Nullable Object> note = new LinkedHashMap<>(about);
            note.put("name", name);
            directory.putText(ABOUT, JsonWriter.write(note, -1));
        } catch (RuntimeException e) {
            storage.delete(id); // a part of it is of no use
            throw e;
        } finally {
            lock.release();
        }
    }

    /** The note of a session, or null. */
    public @Nullable JsonField about(String name) {
        return about(storage.open(Storage.id(name)));
    }

    private static @Nullable JsonField about(ModelDirectory directory) {
        String text = directory.text(ABOUT);
        return text == null ? null : new JsonField("session", JsonReader.read(text));
    }

    /** The bytes of a session that has a note, to be read any number of times. */
    public Chunk kv(String name) {
        return kept(storage.open(Storage.id(name)));
    }

    /** The notes of all sessions, each with the bytes it takes. */
    public List<Map<String, @Nullable Object>> list() {
        List<Map<String, @Nullable Object>> sessions = new ArrayList<>();
        for (String id : storage.ids()) {
            ModelDirectory directory = storage.open(id);
            JsonField about = about(directory);
            if (about != null) {
                Map<String, @Nullable Object> session = new LinkedHashMap<>(about.object());
                long bytes = 0;
                for (long size : directory.sizes().values()) {
                    bytes += size;
                }
                session.put("bytes", bytes);
                sessions.add(session);
            }
        }
        return sessions;
    }

    public void delete(String name) {
        storage.delete(Storage.id(name));
    }
}
