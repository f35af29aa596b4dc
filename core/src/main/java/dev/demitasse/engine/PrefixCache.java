package dev.demitasse.engine;

import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots of a KV cache that wait to be gone on from, each known by its tokens: whoever's they are, the next prompt that begins
 * with the same tokens can use them. When they exceed a budget of bytes, the least recently used are dropped.
 *
 * @param <S> the bytes of a snapshot
 */
public final class PrefixCache<S> {
    /** How many tokens a copy must save where something else would have to give way to it. */
    public static final int SOME_TOKENS = 32;

    /** Tokens whose keys and values are copied in about the time in which one token is read, or fewer. */
    private static final int COPIED_PER_READ = 64;

    /** A sequence that loses fewer tokens isn't worth a snapshot. */
    private static final int WORTH_KEEPING = 64;

    private final long budget;
    /** Positions that the shortest sliding window sees. */
    private final int window;
    /** The least recently used first. */
    private final List<Snapshot<S>> snapshots = new ArrayList<>();

    /**
     * Keys and values of a sequence.
     *
     * @param bytes that the content takes
     */
    public record Snapshot<S>(int[] tokens, long bytes, S content) {}

    /**
     * @param budget bytes that all snapshots may take together
     * @param plan what computes keys and values
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
     * The snapshot that saves the most of reading a prompt, if that is worth copying it; it counts as used then.
     *
     * @param count how many of the prompt's tokens may come from a snapshot
     * @param have how many need not be read as it is
     * @param least how many more a snapshot must save
     */
    public @Nullable Snapshot<S> find(int[] prompt, int count, int have, int least) {
        Snapshot<S> best = null;
        int most = 0;
        for (Snapshot<S> snapshot : snapshots) {
            int length = snapshot.tokens.length;
            int usable = usable(common(snapshot.tokens, length, prompt, count), length);
            boolean isWorthIt = usable - have >= Math.max(least, length / COPIED_PER_READ);
            boolean isBetter = best == null || usable > most || (usable == most && length < best.tokens.length);
            if (isWorthIt && isBetter) {
                best = snapshot;
                most = usable;
            }
        }
        if (best != null) {
            snapshots.remove(best);
            snapshots.add(best);
        }
        return best;
    }

    /**
     * How many tokens can be gone on from once a snapshot is restored of which the first so many are wanted: keys and values that a
     * window no longer saw at its end may be missing.
     */
    private int usable(int tokens, int length) {
        return tokens == length || length <= window ? tokens : 0;
    }

    /** Whether a snapshot would add nothing to what there is. */
    public boolean covers(int[] tokens) {
        for (Snapshot<S> snapshot : snapshots) {
            if (replaces(snapshot.tokens, tokens)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a snapshot of a sequence serves wherever one of a part of it would. */
    private boolean replaces(int[] sequence, int[] part) {
        return common(sequence, sequence.length, part, part.length) == part.length
                && usable(part.length, sequence.length) == part.length;
    }

    /**
     * Whether what the KV cache holds should be kept before a prompt takes its place. A next turn takes nothing from it; an answer
     * given anew, or one turn of several edited, is the same conversation, and of short ones little is lost.
     *
     * @param tokens that the KV cache holds
     */
    public static boolean isWorthKeeping(int[] tokens, int[] prompt) {
        int shared = common(tokens, tokens.length, prompt, prompt.length);
        return tokens.length - shared >= WORTH_KEEPING && shared < prompt.length - 1 && 2 * shared < tokens.length;
    }

    /**
     * Drops what a snapshot of these tokens replaces, and then what was used the longest ago, until it fits.
     *
     * @return what was dropped; null if the snapshot alone exceeds the budget, for which nothing is dropped
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

    /** Adds a snapshot, for which {@link #makeRoom} has made room. */
    public void add(Snapshot<S> snapshot) {
        snapshots.add(snapshot);
    }

    /** How many tokens two sequences begin with alike. */
    static int common(int[] tokens, int length, int[] others, int count) {
        int most = Math.min(length, count);
        int mismatch = Arrays.mismatch(tokens, 0, most, others, 0, most);
        return mismatch < 0 ? most : mismatch;
    }
}
