package dev.demitasse.web;

import dev.demitasse.backend.Backend;
import dev.demitasse.engine.Engine;
import dev.demitasse.engine.Session;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonField;
import dev.demitasse.web.store.SessionStore;
import dev.demitasse.web.store.Signal;
import dev.demitasse.web.store.Staging;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.core.JSDate;

/**
 * The conversations of one engine. The keys and values of one are in the engine's KV cache; those of the others are held in
 * the page's memory meanwhile. Methods wait, and are for Java threads, one at a time.
 */
final class Sessions {
    private static final int CHUNK = 1 << 20;
    /** One for all: TeaVM doesn't free direct buffers promptly. */
    private static final ByteBuffer BUFFER = ByteBuffer.allocateDirect(CHUNK);

    private final Engine engine;
    /** Of which model saved sessions are. */
    private final String fingerprint;

    private final Map<Integer, Slot> slots = new HashMap<>();
    private Slot entered;

    private static final class Slot {
        final Session session;
        /** Its keys and values while another session is in the engine. */
        SessionStore.@Nullable Kept kept;
        /** Whether it is of no more use. */
        boolean closed;

        Slot(Session session) {
            this.session = session;
        }
    }

    /** @param bytes of the model */
    Sessions(Engine engine, long bytes) {
        this.engine = engine;
        fingerprint = engine.model().name() + ", " + engine.model().architecture() + ", "
                + engine.model().parameters() + ", " + bytes;
        entered = new Slot(engine.session());
        slots.put(0, entered);
    }

    /** Brings a session into the engine; one that isn't known yet is empty. */
    void enter(int id) {
        enter(slot(id));
    }

    /** Leaves the engine to something that is no session. */
    void leave() {
        Slot none = new Slot(new Session());
        none.closed = true;
        enter(none);
    }

    private Slot slot(int id) {
        Slot slot = slots.get(id);
        if (slot == null) {
            slot = new Slot(new Session());
            slots.put(id, slot);
        }
        return slot;
    }

    private void enter(Slot slot) {
        if (slot == entered) {
            return;
        }
        if (!entered.closed && entered.session.length() > 0) {
            entered.kept = SessionStore.hold(reader(entered.session.length()));
        }
        entered = slot;
        engine.enter(slot.session);
        SessionStore.Kept kept = slot.kept;
        slot.kept = null;
        if (kept == null) {
            slot.session.hold(new int[0]);
        } else {
            restore(kept, slot.session.length());
        }
    }

    /** The session is of no more use; its number will not be used again. */
    void close(int id) {
        Slot slot = slots.remove(id);
        if (slot != null) {
            slot.closed = true;
        }
    }

    /** Stores a session under a name. */
    void save(int id, String name) {
        Slot slot = slot(id);
        enter(slot);
        Map<String, @Nullable Object> about = new LinkedHashMap<>();
        about.put("saved", new JSDate().toISOString());
        about.put("model", fingerprint);
        about.put("layout", engine.backend().kvLayout());
        List<Object> tokens = new ArrayList<>();
        for (int token : slot.session.tokens()) {
            tokens.add(token);
        }
        about.put("tokens", tokens);
        SessionStore.find().save(name, about, reader(slot.session.length()));
    }

    /**
     * Makes a new session of a stored one. Where the device lays out keys and values in another way, they are computed again by
     * the session's next answer.
     *
     * @throws IllegalArgumentException if there is none of the name, or if it is of another model
     */
    void restore(int id, String name) {
        SessionStore store = SessionStore.find();
        JsonField about = store.about(name);
        if (about == null) {
            throw new FieldException("name", "is that of no saved session: " + name);
        }
        if (!about.member("model").string().equals(fingerprint)) {
            throw new FieldException(
                    "name",
                    "is that of a session with another model ("
                            + about.member("model").string() + ")");
        }
        List<JsonField> tokens = about.member("tokens").elements();
        Slot slot = slot(id);
        enter(slot);
        boolean fits = tokens.size() <= engine.contextLength()
                && about.member("layout").string().equals(engine.backend().kvLayout());
        if (fits) {
            restore(store.kv(name), tokens.size());
            int[] ids = new int[tokens.size()];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = (int) tokens.get(i).integer(0, engine.tokenizer().size() - 1L);
            }
            slot.session.hold(ids);
        }
    }

    /** What is stored: [{name, tokens, bytes, saved}]. */
    static List<@Nullable Object> list() {
        List<@Nullable Object> sessions = new ArrayList<>();
        for (Map<String, @Nullable Object> each : SessionStore.find().list()) {
            Map<String, @Nullable Object> session = new LinkedHashMap<>();
            session.put("name", each.get("name"));
            session.put("tokens", each.get("tokens") instanceof List<?> tokens ? tokens.size() : 0);
            session.put("bytes", each.get("bytes"));
            session.put("saved", each.get("saved"));
            sessions.add(session);
        }
        return sessions;
    }

    /** The keys and values of the engine's first so many positions. */
    private SessionStore.Source reader(int positions) {
        Backend backend = engine.backend();
        long total = backend.kvBytes(positions);
        return new SessionStore.Source() {
            private long offset;

            @Override
            public @Nullable ByteBuffer next() {
                int count = (int) Math.min(CHUNK, total - offset);
                if (count == 0) {
                    return null;
                }
                ByteBuffer bytes = BUFFER.duplicate().position(0).limit(count);
                backend.readKv(positions, offset, bytes);
                Signal.until(backend::whenDone);
                if (bytes.hasRemaining()) {
                    throw new IllegalStateException("the GPU was lost");
                }
                offset += count;
                return bytes.position(0);
            }
        };
    }

    private void restore(SessionStore.Kept kept, int positions) {
        Backend backend = engine.backend();
        long total = backend.kvBytes(positions);
        // Backends want multiples of 4 bytes, and storage gives pieces as it likes.
        ByteBuffer chunk = BUFFER.duplicate().position(0).limit(CHUNK);
        kept.feed(new Staging.Target() {
            private long offset;

            @Override
            public boolean accept(ByteBuffer bytes) {
                while (bytes.hasRemaining()) {
                    int count = Math.min(bytes.remaining(), chunk.remaining());
                    chunk.put(bytes.duplicate().limit(bytes.position() + count));
                    bytes.position(bytes.position() + count);
                    if (!chunk.hasRemaining() || offset + chunk.position() == total) {
                        int whole = chunk.position();
                        backend.writeKv(positions, offset, chunk.duplicate().flip());
                        offset += whole;
                        chunk.position(0);
                    }
                }
                return true;
            }
        });
    }
}
