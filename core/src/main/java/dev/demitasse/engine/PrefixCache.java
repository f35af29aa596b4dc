package dev.demitasse.engine;

import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cache of snapshots of the KV cache, found by their tokens: a prompt of any session that begins with the same tokens can use them. The
 * least recently used snapshots are dropped when all together exceed a budget of bytes.
 *
 * @param <S> content of a snapshot
 */
public final class PrefixCache<S> {
    /** Number of tokens that restoring a snapshot must save, if the resident session has to be replaced for it. */
    public static final int SOME_TOKENS = 32;

    /** Number of tokens whose keys and values are copied in about the time in which one token is read, or less. */
    private static final int COPIED_PER_READ = 64;

    /** Number of lost tokens below which a snapshot is not worthwhile. */
    private static final int WORTH_KEEPING = 64;

    private final long budget;
    /** Number of positions of the shortest sliding window. */
    private final int window;
    /** The least recently used first. */
    private final List<Snapshot<S>> snapshots = new ArrayList<>();

    /**
     * Keys and values of a sequence.
     *
     * @param bytes size of the content
     */
    public record Snapshot<S>(int[] tokens, long bytes, S content) {}

    /**
     * Creates an empty cache.
     *
     * @param budget maximum number of bytes of all snapshots together
     * @param plan of the model
     */
    public PrefixCache(long budget, Plan plan) {
        this(budget, window(plan));
    }

    PrefixCache(long budget, int window) {
        this.budget = budget;
        this.window = window;
    }

    private static int window(Plan plan) {
        int window = Op.Attention.ALL_POSITIONS;
        for (Op.Attention attention : plan.attention()) {
            window = Math.min(window, attention.window());
        }
        return window;
    }

    /**
     * Returns the snapshot that saves the most tokens of a prompt, if the copy is worthwhile, and marks it as used.
     *
     * @param count number of the prompt's tokens that may come from a snapshot
     * @param have number of the prompt's tokens that the KV cache holds
     * @param minSaved number of further tokens that a snapshot must save
     */
    public @Nullable Snapshot<S> find(int[] prompt, int count, int have, int minSaved) {
        Snapshot<S> best = null;
        int max = 0;
        for (Snapshot<S> snapshot : snapshots) {
            int length = snapshot.tokens.length;
            int usable = usable(commonPrefix(snapshot.tokens, length, prompt, count), length);
            boolean isWorthwhile = usable - have >= Math.max(minSaved, length / COPIED_PER_READ);
            boolean isBetter = best == null || usable > max || (usable == max && length < best.tokens.length);
            if (isWorthwhile && isBetter) {
                best = snapshot;
                max = usable;
            }
        }
        if (best != null) {
            snapshots.remove(best);
            snapshots.add(best);
        }
        return best;
    }

    /**
     * Returns how many of the first {@code tokens} of a snapshot can be used: a snapshot may lack keys and values that were outside the
     * sliding window at its end.
     */
    private int usable(int tokens, int length) {
        return tokens == length || length <= window ? tokens : 0;
    }

    /** Returns whether the cache has a snapshot that can be used for these tokens. */
    public boolean covers(int[] tokens) {
        for (Snapshot<S> snapshot : snapshots) {
            if (replaces(snapshot.tokens, tokens)) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether a snapshot of a sequence can be used wherever a snapshot of {@code part} can. */
    private boolean replaces(int[] sequence, int[] part) {
        return commonPrefix(sequence, sequence.length, part, part.length) == part.length
                && usable(part.length, sequence.length) == part.length;
    }

    /**
     * Returns whether to take a snapshot of the KV cache before a prompt overwrites it. Not if the prompt is the next turn, or the same
     * conversation with its last answer or one of several turns changed, or if only few tokens are lost.
     *
     * @param tokens tokens of the resident session
     */
    public static boolean isWorthKeeping(int[] tokens, int[] prompt) {
        int shared = commonPrefix(tokens, tokens.length, prompt, prompt.length);
        return tokens.length - shared >= WORTH_KEEPING && shared < prompt.length - 1 && 2 * shared < tokens.length;
    }

    /**
     * Drops the snapshots that one of these tokens replaces, and then the least recently used ones, until it fits.
     *
     * @return contents of the dropped snapshots; null, without any effect, if the new snapshot alone exceeds the budget
     */
    public @Nullable List<S> makeRoom(int[] tokens, long bytes) {
        if (bytes > budget) {
            return null;
        }
        List<S> dropped = new ArrayList<>();
        long taken = bytes;
        for (Iterator<Snapshot<S>> all = snapshots.iterator(); all.hasNext(); ) {
            Snapshot<S> snapshot = all.next();
            if (replaces(tokens, snapshot.tokens)) {
                dropped.add(snapshot.content);
                all.remove();
            } else {
                taken += snapshot.bytes;
            }
        }
        while (taken > budget) {
            Snapshot<S> oldest = snapshots.remove(0);
            dropped.add(oldest.content);
            taken -= oldest.bytes;
        }
        return dropped;
    }

    /** Adds a snapshot, after {@link #makeRoom} has made room for it. */
    public void add(Snapshot<S> snapshot) {
        snapshots.add(snapshot);
    }

    /** Returns the length of the common prefix of two sequences. */
    static int commonPrefix(int[] tokens, int length, int[] others, int count) {
        int max = Math.min(length, count);
        int mismatch = Arrays.mismatch(tokens, 0, max, others, 0, max);
        return mismatch < 0 ? max : mismatch;
    }
}
