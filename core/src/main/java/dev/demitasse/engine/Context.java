package dev.demitasse.engine;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.Pass;
import org.jspecify.annotations.Nullable;

/**
 * A loaded model on a backend, with the KV cache of one sequence. It runs one {@link Generation} or {@link Embedding} at a time.
 * The longest prefix that the next prompt shares with the cached sequence is not computed again.
 */
public final class Context {
    private final LoadedModel model;
    private final Backend backend;
    private Session session = new Session();

    /** The generation or embedding that uses the KV cache. */
    private @Nullable Object current;

    private @Nullable Pass pass;
    private int lengthBeforePass;

    Context(LoadedModel model, Backend backend) {
        this.model = model;
        this.backend = backend;
    }

    public LoadedModel model() {
        return model;
    }

    /**
     * Returns the backend. Keys and values may be written to it only for the {@link #session resident session}, and not while a
     * pass is under way.
     */
    public Backend backend() {
        return backend;
    }

    /** Returns the maximum number of tokens of a prompt and its answer together. */
    public int contextLength() {
        return backend.contextLength();
    }

    /** Returns the maximum of {@link GenerationOptions#keep}: a context shift must make room. */
    public int maxKeep() {
        return contextLength() / 2;
    }

    /** Returns the session that the KV cache holds, which {@link #generate} extends. */
    public Session session() {
        return session;
    }

    /**
     * Makes another session the one that the KV cache holds. The caller has ensured that the keys and values of its tokens are
     * there. Ends a running generation.
     */
    public void makeResident(Session other) {
        abandon();
        session = other;
        current = null;
    }

    /** Returns how many of the first {@code count} tokens the KV cache holds such that a pass can continue after them. */
    public int validPrefix(int[] tokens, int count) {
        return backend.validPrefix(session.commonPrefix(tokens, count));
    }

    /**
     * Starts an answer. Ends a running generation.
     *
     * @throws IllegalArgumentException if the prompt is empty or leaves no room in the context, or if {@code keep} exceeds
     *     {@link #maxKeep}
     */
    public Generation generate(int[] prompt, GenerationOptions options) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("the prompt is empty");
        }
        if (prompt.length >= contextLength()) {
            throw new IllegalArgumentException("the prompt has " + prompt.length + " tokens; the context of "
                    + contextLength() + " leaves no room for an answer");
        }
        if (options.keep() > maxKeep()) {
            throw new IllegalArgumentException("keep is " + options.keep() + "; of a context of " + contextLength()
                    + " tokens, at most " + maxKeep() + " can stay");
        }
        return new Generation(this, prompt, options);
    }

    /**
     * Starts an embedding. Ends a running generation, and replaces the resident session by an empty one, since the KV cache is
     * overwritten.
     *
     * @throws IllegalArgumentException if there are no tokens, or more than the context has positions, or if the model's file says that texts
     *     have no embeddings
     */
    public Embedding embed(int[] tokens) {
        model.pooling().requireEmbedding();
        if (tokens.length == 0) {
            throw new IllegalArgumentException("the text to embed is empty");
        }
        if (tokens.length > contextLength()) {
            throw new IllegalArgumentException(
                    "the text to embed has " + tokens.length + " tokens; the context has room for " + contextLength());
        }
        makeResident(new Session());
        Embedding embedding = new Embedding(this, tokens);
        current = embedding;
        return embedding;
    }

    /** Abandons the pass that is under way, if any. */
    public void abandon() {
        if (pass != null && pass.abandon()) {
            session.truncate(lengthBeforePass);
        }
    }

    /** Makes a generation the current one, and truncates the session to the longest valid prefix of its tokens. */
    void begin(Generation generation, int[] tokens, int count) {
        abandon();
        // The last token is always run again: its logits begin the answer.
        session.truncate(validPrefix(tokens, count - 1));
        current = generation;
    }

    boolean isCurrent(Object user) {
        return current == user;
    }

    /** Returns the number of tokens in the KV cache. */
    int length() {
        return session.length();
    }

    /**
     * Begins a pass over the next of these tokens, from {@link #length} on, and appends them to the session. It covers at most a
     * batch; if it reaches the last token, it computes logits.
     *
     * @param draft tokens that may follow the only one that is appended; their logits are computed, too, but they belong to
     *     the session only when they are {@link #commitDraft committed}
     * @param topK number of highest logits that suffice; 0 if all are wanted
     */
    Pass forward(int[] tokens, int count, int[] draft, int topK) {
        int from = session.length();
        int end = Math.min(count, from + backend.batchSize(from));
        Pass begun;
        if (draft.length == 0) {
            Outputs last = topK == 0 ? Outputs.LOGITS : Outputs.topLogits(topK);
            begun = forward(new Batch(tokens, from, end, from), end == count ? last : Outputs.NONE);
        } else {
            int[] all = new int[end - from + draft.length]; // TeaVM 0.15's copyOfRange traps past the end
            System.arraycopy(tokens, from, all, 0, end - from);
            System.arraycopy(draft, 0, all, end - from, draft.length);
            begun = forward(new Batch(all, 0, all.length, from), Outputs.logits(all.length));
        }
        session.append(tokens, end);
        return begun;
    }

    /** Begins a pass that does not extend the session. */
    Pass forward(Batch batch, Outputs outputs) {
        lengthBeforePass = session.length();
        Pass begun = backend.forward(batch, outputs);
        pass = begun;
        return begun;
    }

    /** Appends tokens of the last pass's draft to the session: their keys and values exist. */
    void commitDraft(int[] tokens, int count) {
        session.append(tokens, count);
    }
}
