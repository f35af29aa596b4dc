package dev.demitasse.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PromptLookupTest {
    /** Time of a pass over two tokens that equals that of one token. */
    private static final PromptLookup CHEAP = withCost(0, 2000);

    private static PromptLookup withCost(double cost, int passes) {
        PromptLookup lookup = new PromptLookup();
        for (int i = 0; i < passes; i++) {
            lookup.recordPass(0, 1_000_000);
            lookup.recordPass(1, (long) (1_000_000 * (1 + cost)));
        }
        return lookup;
    }

    private static int[] draft(PromptLookup lookup, int most, int... tokens) {
        return lookup.draft(tokens, tokens.length, most);
    }

    @Test
    void theLongestMatchIsUsed() {
        assertArrayEquals(new int[] {9, 4}, draft(CHEAP, 2, 1, 2, 3, 9, 4, 2, 3, 7, 8, 1, 2, 3));
        assertArrayEquals(new int[] {6, 1}, draft(CHEAP, 2, 2, 3, 5, 1, 2, 3, 6, 1, 2, 3)); // the latest of two
    }

    @Test
    void oneTokenIsNoMatch() {
        assertArrayEquals(new int[] {}, draft(CHEAP, 4, 1, 2, 3, 2));
        assertArrayEquals(new int[] {}, draft(CHEAP, 4, 1));
    }

    @Test
    void repetitionsContinue() {
        assertArrayEquals(new int[] {5, 6, 7, 5, 6}, draft(CHEAP, 5, 5, 6, 7, 5, 6, 7));
        assertArrayEquals(new int[] {3, 3, 3}, draft(CHEAP, 3, 3, 3, 3));
    }

    /** The number of guesses depends on the cost of an additional token. */
    @Test
    void costsLimitGuesses() {
        int[] text = IntStream.range(0, 40).map(i -> i % 20).toArray();
        int dear = draft(withCost(0.7, 100), 15, text).length;
        assertTrue(dear > 0 && dear < 6, "drafted " + dear);
        assertEquals(15, draft(CHEAP, 15, text).length);
        assertEquals(0, draft(withCost(1, 100), 15, text).length);
    }

    /** Wrong guesses are tried only rarely, until they are right again. */
    @Test
    void hitRatesLimitGuesses() {
        PromptLookup lookup = withCost(0.6, 100);
        int[] text = IntStream.range(0, 40).map(i -> i % 20).toArray();
        for (int i = 0; i < 100; i++) {
            lookup.draft(text, text.length, 8);
            lookup.recordToken(99);
        }
        int tried = 0;
        for (int i = 0; i < 128; i++) {
            tried += lookup.draft(text, text.length, 8).length;
            lookup.recordToken(99);
        }
        assertEquals(2, tried);
        for (int i = 0; i < 100; i++) {
            lookup.draft(text, text.length, 8);
            lookup.recordToken(0);
        }
        assertTrue(lookup.draft(text, text.length, 8).length > 2);
    }

    /** A single slow pass makes little difference. */
    @Test
    void outliersDoNotStopGuesses() {
        int[] text = IntStream.range(0, 40).map(i -> i % 20).toArray();
        PromptLookup lookup = withCost(0.5, 100);
        lookup.recordPass(3, 1_000_000_000);
        assertTrue(lookup.draft(text, text.length, 8).length > 0);
    }
}
