package dev.demitasse.web;

import dev.demitasse.backend.Backend;
import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.Generation;
import dev.demitasse.engine.GenerationOptions;
import dev.demitasse.engine.PrefixCache;
import dev.demitasse.engine.Session;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonField;
import dev.demitasse.sampling.SamplingOptions;
import dev.demitasse.web.js.Promises;
import dev.demitasse.web.store.Chunk;
import dev.demitasse.web.store.HeldBytes;
import dev.demitasse.web.store.SessionStore;
import dev.demitasse.web.store.Signal;
import dev.demitasse.web.store.Staging;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.core.JSDate;

/**
 * The conversations of one context. The keys and values of one are in the engine's KV cache; those of the others are held in
 * the page's memory meanwhile, as far as a budget allows, and serve every session whose prompt begins with the same tokens.
 * Methods wait, and are for Java threads, one at a time.
 */
final class Sessions {
    private static final int CHUNK = 1 << 20;
    /** One for all: TeaVM doesn't free direct buffers promptly. */
    private static final ByteBuffer BUFFER = ByteBuffer.allocateDirect(CHUNK);

    private final Context context;
    /** Of which model saved sessions are. */
    private final String fingerprint;

    /** Those that are open: the tokens that each had when it was in the engine last. */
    private final Map<Integer, Session> sessions = new HashMap<>();

    private final PrefixCache<HeldBytes> cache;

    /**
     * @param bytes of the model
     * @param cacheBytes that waiting keys and values may take
     */
    Sessions(Context context, long bytes, long cacheBytes) {
        this.context = context;
        fingerprint =
                context.model().info().name() + ", " + context.model().info().architecture() + ", "
                        + context.model().info().parameters() + ", " + bytes;
        cache = new PrefixCache<>(cacheBytes, context.model().info().plan());
        sessions.put(0, context.session());
    }

    /**
     * Moves to another engine, since this one's keys and values are lost: what is wanted of the tokens is read again there.
     *
     * @param moved the sessions of that engine
     * @param id of the session that goes on there
     */
    void moveTo(Sessions moved, int id) {
        moved.sessions.putAll(sessions);
        moved.sessions.put(id, moved.context.session());
    }

    /** Brings a session into the engine, with what there is of keys and values for its next prompt; one that isn't known yet is new. */
    void enter(int id, int[] prompt) {
        // The last token is always read: its logits begin the answer.
        enter(session(id), prompt, prompt.length - 1);
    }

    /** Leaves the engine to something that is no session. */
    void leave() {
        keep(null);
    }

    /** The session is of no more use; its number will not be used again. */
    void close(int id) {
        sessions.remove(id);
    }

    private Session session(int id) {
        return sessions.computeIfAbsent(id, unknown -> new Session());
    }

    /** @param count how many of the tokens are wanted in the KV cache, if there are their keys and values */
    private void enter(Session session, int[] tokens, int count) {
        Session resident = context.session();
        boolean comes = session != resident;
        boolean isLeft = comes && sessions.containsValue(resident);
        int least = comes ? 1 : PrefixCache.SOME_TOKENS;
        PrefixCache.Snapshot<HeldBytes> best = cache.find(tokens, count, context.validPrefix(tokens, count), least);
        List<HeldBytes> dropped = List.of();
        if (isLeft || PrefixCache.isWorthKeeping(resident.tokens(), tokens)) {
            dropped = keep(best);
        }
        if (comes) {
            session.setTokens(resident.tokens());
            context.makeResident(session);
        }
        if (best != null) {
            restore(best.content(), best.tokens());
            if (dropped.contains(best.content())) {
                best.content().free();
            }
        }
    }

    /**
     * Keeps what the engine holds.
     *
     * @param needed what must not be freed yet
     * @return what is kept no longer
     */
    private List<HeldBytes> keep(PrefixCache.@Nullable Snapshot<HeldBytes> needed) {
        int[] tokens = context.session().tokens();
        // None where later tokens, which were dropped, have overwritten what is needed.
        int length = context.backend().validPrefix(tokens.length);
        if (length == 0 || cache.covers(tokens)) {
            return List.of();
        }
        long bytes = context.backend().kvBytes(length);
        List<HeldBytes> dropped = cache.makeRoom(tokens, bytes);
        if (dropped == null) {
            return List.of();
        }
        for (HeldBytes each : dropped) {
            if (needed == null || each != needed.content()) {
                each.free();
            }
        }
        cache.add(new PrefixCache.Snapshot<>(tokens, bytes, new HeldBytes(reader(length))));
        return dropped;
    }

    /** Stores a session under a name. */
    void save(int id, String name) {
        Session session = session(id);
        if (session != context.session()) {
            read(session, session.tokens());
        }
        Map<String, @Nullable Object> about = new LinkedHashMap<>();
        about.put("saved", new JSDate().toISOString());
        about.put("model", fingerprint);
        about.put("layout", context.backend().kvLayout());
        List<Object> tokens = new ArrayList<>();
        for (int token : session.tokens()) {
            tokens.add(token);
        }
        about.put("tokens", tokens);
        SessionStore.find().save(name, about, reader(session.length()));
    }

    /** Brings a session into the engine as it was, reading again what was dropped of it. */
    private void read(Session session, int[] tokens) {
        // An answer, which is what reads tokens, wants a position for itself.
        int count = Math.min(tokens.length, context.contextLength() - 1);
        enter(session, tokens, count);
        session.truncate(context.validPrefix(tokens, count));
        if (session.length() < count) {
            Generation reading = context.generate(
                    Arrays.copyOf(tokens, count),
                    new GenerationOptions(SamplingOptions.GREEDY, 1, List.of(), AnswerFormat.PLAIN));
            while (session.length() < count) {
                reading.begin();
                Promises.sleep(0);
                Signal.until(reading::whenReady);
                reading.next();
            }
        }
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
        boolean fits = tokens.size() <= context.contextLength()
                && about.member("layout").string().equals(context.backend().kvLayout());
        if (fits) {
            int[] ids = new int[tokens.size()];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = (int)
                        tokens.get(i).integer(0, context.model().tokenizer().size() - 1L);
            }
            keep(null);
            context.makeResident(session(id));
            restore(store.kv(name), ids);
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
        Backend backend = context.backend();
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
                Signal.until(whenRead -> backend.readKv(positions, offset, bytes, whenRead));
                if (bytes.hasRemaining()) {
                    throw new IllegalStateException("the GPU was lost");
                }
                offset += count;
                return bytes.position(0);
            }
        };
    }

    /** Puts keys and values of these tokens into the engine, for the session that is there. */
    private void restore(Chunk kept, int[] tokens) {
        context.session().setTokens(new int[0]); // until all are there
        Backend backend = context.backend();
        int positions = tokens.length;
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
        context.session().setTokens(tokens);
    }
}
