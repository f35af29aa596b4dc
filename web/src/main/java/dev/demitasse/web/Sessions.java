package dev.demitasse.web;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.DeviceLostException;
import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.Generation;
import dev.demitasse.engine.GenerationOptions;
import dev.demitasse.engine.PrefixCache;
import dev.demitasse.engine.Session;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonField;
import dev.demitasse.sampling.SamplingOptions;
import dev.demitasse.store.Chunk;
import dev.demitasse.web.js.Promises;
import dev.demitasse.web.store.HeldBytes;
import dev.demitasse.web.store.SessionStore;
import dev.demitasse.web.store.Signal;
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
 * The conversations of one context. The keys and values of one session are in the KV cache. Snapshots of the others are kept in
 * the page's memory within a budget, and serve each session whose prompt begins with the same tokens. Methods wait, and are for
 * one Java thread at a time.
 */
final class Sessions {
    private static final int CHUNK = 1 << 20;
    /** Shared by all sessions: TeaVM does not free direct buffers promptly. */
    private static final ByteBuffer BUFFER = ByteBuffer.allocateDirect(CHUNK);

    private final Context context;
    /** Identifies the model that saved sessions belong to. */
    private final String fingerprint;

    /** Open sessions by number, each with the tokens that it had when it was last resident. */
    private final Map<Integer, Session> sessions = new HashMap<>();

    private final PrefixCache<HeldBytes> cache;

    /**
     * Creates the sessions of a context.
     *
     * @param bytes size of the model
     * @param cacheBytes budget of the snapshots, in bytes
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
     * Moves the sessions to another context after this one's keys and values were lost. The tokens are read again there.
     *
     * @param moved the sessions of the other context
     * @param id number of the session that continues there
     */
    void moveTo(Sessions moved, int id) {
        moved.sessions.putAll(sessions);
        moved.sessions.put(id, moved.context.session());
    }

    /** Opens a session whose keys and values were lost. Its tokens are read again when it is used. */
    void reopen(int id, int[] tokens) {
        session(id).setTokens(tokens);
    }

    /** Returns the tokens of a session. */
    int[] tokens(int id) {
        return session(id).tokens();
    }

    /** Makes a session resident, and restores the snapshot that shares most with its next prompt. An unknown number is a new session. */
    void enter(int id, int[] prompt) {
        // The last token is always read: its logits begin the answer.
        enter(session(id), prompt, prompt.length - 1);
    }

    /** Saves the resident session, so that another computation can use the KV cache. */
    void leave() {
        keep(null);
    }

    /** Forgets a session, whose number is not used again. */
    void close(int id) {
        sessions.remove(id);
    }

    private Session session(int id) {
        return sessions.computeIfAbsent(id, unknown -> new Session());
    }

    /**
     * Makes a session resident.
     *
     * @param count number of tokens whose keys and values are wanted in the KV cache
     */
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
     * Takes a snapshot of the resident session.
     *
     * @param needed the snapshot that must not be freed yet
     * @return the contents of snapshots that the cache has dropped
     */
    private List<HeldBytes> keep(PrefixCache.@Nullable Snapshot<HeldBytes> needed) {
        int[] tokens = context.session().tokens();
        // 0 if dropped tokens have overwritten entries that the prefix needs.
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

    /** Makes a session resident with all of its tokens, and computes those again whose snapshot was dropped. */
    private void read(Session session, int[] tokens) {
        // Tokens are read by an answer, which needs one more position.
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
     * Opens a stored session. If this backend lays out keys and values in another way, the session's next answer computes them
     * again.
     *
     * @throws IllegalArgumentException if no session has the name, or if it belongs to another model
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

    /** Lists the stored sessions: [{name, tokens, bytes, saved}]. */
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

    /** Copies the keys and values of the first positions of the KV cache. */
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
                    throw new DeviceLostException("the GPU was lost");
                }
                offset += count;
                return bytes.position(0);
            }
        };
    }

    /** Restores the keys and values of tokens for the resident session. */
    private void restore(Chunk kept, int[] tokens) {
        context.session().setTokens(new int[0]); // until all of them have been restored
        Backend backend = context.backend();
        int positions = tokens.length;
        long total = backend.kvBytes(positions);
        // Backends take multiples of 4 bytes; storage gives parts of any length.
        ByteBuffer chunk = BUFFER.duplicate().position(0).limit(CHUNK);
        kept.feed(new Chunk.Target() {
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
