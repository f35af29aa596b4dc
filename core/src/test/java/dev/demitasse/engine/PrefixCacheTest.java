package dev.demitasse.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.plan.Op;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests which snapshot is used for a prompt, and which are dropped. A snapshot takes a byte for each token here. */
class PrefixCacheTest {
    private final PrefixCache<String> cache = new PrefixCache<>(1000, Op.Attention.ALL_POSITIONS);

    /** Returns a number of tokens of a system prompt, then a number of tokens of a conversation. */
    private static int[] sequence(int system, int conversation, int own) {
        return IntStream.concat(
                        IntStream.range(0, system), IntStream.range(0, own).map(i -> 1000 * conversation + i))
                .toArray();
    }

    private static @Nullable List<String> add(PrefixCache<String> cache, String name, int[] tokens) {
        List<String> dropped = cache.makeRoom(tokens, tokens.length);
        if (dropped != null) {
            cache.add(new PrefixCache.Snapshot<>(tokens, tokens.length, name));
        }
        return dropped;
    }

    private static @Nullable String find(PrefixCache<String> cache, int[] prompt, int have, int least) {
        PrefixCache.Snapshot<String> found = cache.find(prompt, prompt.length - 1, have, least);
        return found == null ? null : found.content();
    }

    @Test
    void snapshotWithTheLongestPrefixIsUsed() {
        add(cache, "one", sequence(100, 1, 50));
        add(cache, "two", sequence(100, 2, 80));
        assertEquals("two", find(cache, sequence(100, 2, 90), 0, 1));
        assertEquals("one", find(cache, sequence(100, 1, 60), 0, 1));
        // Both share only the system prompt: the shorter one is copied faster.
        assertEquals("one", find(cache, sequence(100, 3, 60), 0, 1));
        assertNull(find(cache, sequence(0, 3, 60), 0, 1));
        assertNull(find(cache, sequence(100, 2, 90), 179, PrefixCache.SOME_TOKENS));
        assertEquals("two", find(cache, sequence(100, 2, 90), 180 - PrefixCache.SOME_TOKENS, PrefixCache.SOME_TOKENS));
    }

    @Test
    void thePromptsLastTokenIsAlwaysRead() {
        add(cache, "one", sequence(0, 1, 50));
        assertEquals("one", find(cache, sequence(0, 1, 50), 48, 1));
        assertNull(find(cache, sequence(0, 1, 50), 49, 1));
    }

    @Test
    void aLongSnapshotIsNotCopiedForOneToken() {
        add(cache, "long", sequence(0, 1, 640));
        assertNull(find(cache, sequence(0, 1, 101), 91, 1));
        assertEquals("long", find(cache, sequence(0, 1, 101), 90, 1));
    }

    @Test
    void leastRecentlyUsedSnapshotIsDropped() {
        assertEquals(List.of(), add(cache, "one", sequence(0, 1, 400)));
        assertEquals(List.of(), add(cache, "two", sequence(0, 2, 400)));
        assertEquals("one", find(cache, sequence(0, 1, 401), 0, 1));
        assertEquals(List.of("two"), add(cache, "three", sequence(0, 3, 400)));
        assertEquals(List.of("one", "three"), add(cache, "four", sequence(0, 4, 900)));
        assertNull(add(cache, "five", sequence(0, 5, 1001)));
        assertEquals("four", find(cache, sequence(0, 4, 500), 0, 1));
    }

    @Test
    void aLongerSnapshotReplacesItsBeginning() {
        add(cache, "turn 1", sequence(0, 1, 100));
        add(cache, "another", sequence(0, 2, 100));
        assertTrue(cache.covers(sequence(0, 1, 99)));
        assertFalse(cache.covers(sequence(0, 1, 101)));
        assertEquals(List.of("turn 1"), add(cache, "turn 2", sequence(0, 1, 200)));
        assertEquals("turn 2", find(cache, sequence(0, 1, 90), 0, 1));
    }

    @Test
    void windowsNeedThePositionsBeforeTheEnd() {
        PrefixCache<String> windowed = new PrefixCache<>(1000, 64);
        add(windowed, "short", sequence(60, 1, 0));
        assertEquals("short", find(windowed, sequence(40, 9, 9), 0, 1));
        assertEquals(List.of(), add(windowed, "long", sequence(60, 1, 100)));
        // Its common prefix is longer, but the keys and values of the window at that position are lost.
        assertEquals("short", find(windowed, sequence(60, 1, 90), 0, 1));
        assertEquals("long", find(windowed, sequence(60, 1, 101), 0, 1));
        assertFalse(windowed.covers(sequence(60, 1, 99)));
    }

    @Test
    void onlyAnotherConversationIsWorthASnapshot() {
        int[] tokens = sequence(20, 1, 300);
        assertTrue(PrefixCache.isWorthKeeping(tokens, sequence(20, 2, 50)));
        assertFalse(PrefixCache.isWorthKeeping(tokens, sequence(20, 1, 350)), "the next turn");
        assertFalse(PrefixCache.isWorthKeeping(tokens, sequence(20, 1, 30)), "the first answer again");
        int[] edited = tokens.clone();
        edited[200] = 7;
        assertFalse(PrefixCache.isWorthKeeping(tokens, edited), "a late turn edited");
        assertFalse(PrefixCache.isWorthKeeping(sequence(20, 1, 60), sequence(20, 2, 50)), "short");
    }
}
