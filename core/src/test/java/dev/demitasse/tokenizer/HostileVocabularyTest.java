package dev.demitasse.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.gguf.Metadata;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Vocabularies and texts that are made to take time or memory. */
class HostileVocabularyTest {
    private static final int MEGABYTE = 1 << 20;
    private static final int LONG_TEXT = 200_000;

    @Test
    @Timeout(60)
    void aLongControlTokenTakesLittleMemory() {
        String token = "a".repeat(5 * MEGABYTE) + "b";
        Metadata metadata = new VocabularyBuilder().control(token).metadata();
        Tokenizer.of(metadata);
        var thread = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = thread.getCurrentThreadAllocatedBytes();
        Tokenizer tokenizer = Tokenizer.of(metadata);
        long allocated = thread.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 5L * token.length(), allocated + " bytes, with those that are freed");
        assertArrayEquals(new int[] {'x', 256, 'a'}, tokenizer.encode("x" + token + "a", false));
    }

    @Test
    @Timeout(60)
    void textsThatRepeatTheBeginningOfATokenTakeLinearTime() {
        Tokenizer tokenizer =
                new VocabularyBuilder().control("a".repeat(MEGABYTE) + "b").build();
        assertEquals(LONG_TEXT, tokenizer.encode("a".repeat(LONG_TEXT), false).length);
    }

    @Test
    @Timeout(60)
    void manyTokensThatAreAlmostPrefixesTakeLinearTime() {
        VocabularyBuilder vocabulary = new VocabularyBuilder();
        for (int length = 2; length < 3_000; length++) {
            vocabulary.control("a".repeat(length) + "b");
        }
        Tokenizer tokenizer = vocabulary.build();
        assertEquals(LONG_TEXT, tokenizer.encode("a".repeat(LONG_TEXT), false).length);
        assertEquals(LONG_TEXT, tokenizer.encodeLiteral("a".repeat(LONG_TEXT)).length);
        int[] ids = tokenizer.encode("a".repeat(LONG_TEXT) + "b", false);
        assertEquals(LONG_TEXT - 2_999 + 1, ids.length);
        assertEquals(tokenizer.size() - 1, ids[ids.length - 1]);
    }

    @Test
    @Timeout(60)
    void nestedTokensInLiteralTextTakeLinearTime() {
        VocabularyBuilder vocabulary = new VocabularyBuilder();
        for (int length = 2; length < 3_000; length++) {
            vocabulary.control("a".repeat(length));
        }
        Tokenizer tokenizer = vocabulary.build();
        assertEquals(LONG_TEXT, tokenizer.encodeLiteral("a".repeat(LONG_TEXT)).length);
        assertEquals(LONG_TEXT / 2_999 + 1, tokenizer.encode("a".repeat(LONG_TEXT), false).length);
    }

    /** Their hash codes in Java are equal. */
    @Test
    @Timeout(60)
    void collidingTokensTakeLinearTime() {
        VocabularyBuilder vocabulary = new VocabularyBuilder();
        for (int i = 0; i < 1 << 16; i++) {
            StringBuilder token = new StringBuilder();
            for (int bit = 0; bit < 16; bit++) {
                token.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            vocabulary.control(token.toString());
        }
        Tokenizer tokenizer = vocabulary.build();
        assertArrayEquals(new int[] {256}, tokenizer.encode("Aa".repeat(16), false));
        assertArrayEquals(new int[] {256 + 0xFFFF}, tokenizer.encode("BB".repeat(16), false));
    }

    @Test
    void differentTokenizersHashDifferently() {
        assertTrue(new PolynomialHash().append(0, 1) != new PolynomialHash().append(0, 1));
        assertTrue(PairHash.randomKey() != PairHash.randomKey());
    }

    @Test
    @Timeout(60)
    void aLongWordIsMergedInLogLinearTime() {
        VocabularyBuilder vocabulary = new VocabularyBuilder();
        for (String token = "a"; token.length() < 1 << 12; token += token) {
            vocabulary.merge(token, token);
        }
        int[] ids = vocabulary.build().encode("a".repeat(LONG_TEXT), false);
        assertEquals(LONG_TEXT / 4_096 + Integer.bitCount(LONG_TEXT % 4_096), ids.length);
    }

    /** Compares with a search that tries each token at each position. */
    @Test
    void findsTheLongestTokensAtTheEarliestPositions() {
        Random random = new Random(7);
        for (int round = 0; round < 400; round++) {
            VocabularyBuilder vocabulary = new VocabularyBuilder();
            List<String> tokens = new ArrayList<>();
            List<Boolean> isControl = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                String token = text(random, tokens, 1 + random.nextInt(round % 4 == 0 ? 200 : 6));
                if (token.length() > 1 && !tokens.contains(token)) {
                    tokens.add(token);
                    isControl.add(random.nextBoolean());
                    vocabulary = isControl.get(tokens.size() - 1)
                            ? vocabulary.control(token)
                            : vocabulary.userDefined(token);
                }
            }
            String text = text(random, tokens, 400);
            int[] literal = {0, 0, 0, 0};
            for (int i = 0; i < literal.length; i++) {
                literal[i] = random.nextInt(text.length());
            }
            Arrays.sort(literal);
            assertArrayEquals(
                    naive(text, literal, tokens, isControl), vocabulary.build().encode(text, literal), text);
        }
    }

    /** Returns a text of two letters, and of parts of tokens. */
    private static String text(Random random, List<String> tokens, int length) {
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            if (!tokens.isEmpty() && random.nextInt(3) == 0) {
                String token = tokens.get(random.nextInt(tokens.size()));
                text.append(token, 0, 1 + random.nextInt(token.length()));
            } else {
                text.append(random.nextInt(8) == 0 ? 'é' : 'a');
            }
        }
        return text.toString();
    }

    private static int[] naive(String text, int[] literal, List<String> tokens, List<Boolean> isControl) {
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < text.length(); ) {
            int best = -1;
            for (int k = 0; k < tokens.size(); k++) {
                String token = tokens.get(k);
                boolean fits = text.startsWith(token, i)
                        && (best < 0 || token.length() > tokens.get(best).length());
                boolean isFree = !isControl.get(k)
                        || !overlaps(i, i + token.length(), literal[0], literal[1])
                                && !overlaps(i, i + token.length(), literal[2], literal[3]);
                best = fits && isFree ? k : best;
            }
            if (best >= 0) {
                ids.add(256 + best);
                i += tokens.get(best).length();
            } else {
                for (byte b : Utf8.encode(text, i, i + 1)) {
                    ids.add(b & 0xFF);
                }
                i++;
            }
        }
        return ids.stream().mapToInt(id -> id).toArray();
    }

    private static boolean overlaps(int start, int end, int otherStart, int otherEnd) {
        return otherStart < otherEnd && start < otherEnd && otherStart < end;
    }
}
