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

    /** Gives bytes one piece after the other. */
    public interface Source {
        /** The next piece, direct and valid until the next call, or null. */
        @Nullable
        ByteBuffer next();
    }

    private static void write(Box box, Source source) {
        Box.Part part = box.part(KV);
        try {
            part.clear();
            for (ByteBuffer bytes = source.next(); bytes != null; bytes = source.next()) {
                part.append(Uint8Array.fromJavaBuffer(bytes.slice()));
            }
        } catch (RuntimeException e) {
            part.close();
            throw e;
        }
        part.complete();
    }

    private static Piece kept(Box box) {
        return target -> {
            Piece piece = box.piece(KV);
            if (piece == null) {
                throw new StoreException("the session was deleted");
            }
            return piece.feed(target);
        };
    }

    /** Stores a session, over the one that has the name. */
    public void save(String name, Map<String, @Nullable Object> about, Source kv) {
        String id = Storage.id(name);
        Lock lock = Lock.take("session " + id);
        try {
            storage.delete(id);
            Box box = storage.open(id);
            write(box, kv);
            Map<String, @Nullable Object> note = new LinkedHashMap<>(about);
            note.put("name", name);
            box.putText(ABOUT, JsonWriter.write(note, -1));
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

    private static @Nullable JsonField about(Box box) {
        String text = box.text(ABOUT);
        return text == null ? null : new JsonField("session", JsonReader.read(text));
    }

    /** The bytes of a session that has a note, to be read any number of times. */
    public Piece kv(String name) {
        return kept(storage.open(Storage.id(name)));
    }

    /** The notes of all sessions, each with the bytes it takes. */
    public List<Map<String, @Nullable Object>> list() {
        List<Map<String, @Nullable Object>> sessions = new ArrayList<>();
        for (String id : storage.ids()) {
            Box box = storage.open(id);
            JsonField about = about(box);
            if (about != null) {
                Map<String, @Nullable Object> session = new LinkedHashMap<>(about.object());
                long bytes = 0;
                for (long size : box.sizes().values()) {
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
