package dev.demitasse.tokenizer;

import java.util.Arrays;

/**
 * Classes of code points in the patterns of pre-tokenizers, as in Hugging Face tokenizers. {@link Character} is not used because its
 * tables depend on the Unicode version of the Java runtime.
 */
final class UnicodeClasses {
    static final byte OTHER = 0;
    /** {@code \p{Lu}}. */
    static final byte UPPER_CASE = 1;
    /** {@code \p{Ll}}. */
    static final byte LOWER_CASE = 2;
    /** {@code \p{Lt}}. */
    static final byte TITLE_CASE = 3;
    /** {@code \p{Lm}}. */
    static final byte MODIFIER_LETTER = 4;
    /** {@code \p{Lo}}. */
    static final byte OTHER_LETTER = 5;
    /** {@code \p{M}}. */
    static final byte MARK = 6;
    /** {@code \p{N}}. */
    static final byte NUMBER = 7;
    /** {@code \p{P}}. */
    static final byte PUNCTUATION = 8;
    /** {@code \p{S}}. */
    static final byte SYMBOL = 9;
    /** {@code \s}. */
    static final byte SPACE = 10;
    /** Numeric for the {@code Digits} pre-tokenizer, but not {@code \p{N}} in its older version of Unicode. */
    static final byte NEW_NUMBER = 11;

    /** Number of classes. */
    static final int COUNT = 12;

    private static final String LETTERS = "OULTRJMNPYWX";
    private static final char PAIRS = 'Q';
    private static final int CODE_POINTS = 0x110000;
    private static final int PAGE_BITS = 8;
    private static final int PAGE_SIZE = 1 << PAGE_BITS;
    private static final byte[][] PAGES = pages(UnicodeRuns.RUNS);

    private UnicodeClasses() {}

    static byte of(int codePoint) {
        return PAGES[codePoint >> PAGE_BITS][codePoint & (PAGE_SIZE - 1)];
    }

    private static byte[][] pages(String runs) {
        byte[][] uniform = new byte[LETTERS.length()][PAGE_SIZE];
        for (byte kind = 0; kind < uniform.length; kind++) {
            Arrays.fill(uniform[kind], kind);
        }
        byte[][] pages = new byte[CODE_POINTS >> PAGE_BITS][];
        int start = 0;
        for (int i = 0; i < runs.length(); ) {
            char letter = runs.charAt(i++);
            int length = 0;
            for (int digit; i < runs.length() && (digit = Character.digit(runs.charAt(i), 16)) >= 0; i++) {
                length = length * 16 + digit;
            }
            if (letter == PAIRS) {
                for (int end = start + 2 * length; start < end; start += 2) {
                    fill(pages, start, start + 1, uniform[UPPER_CASE]);
                    fill(pages, start + 1, start + 2, uniform[LOWER_CASE]);
                }
            } else {
                fill(pages, start, start + length, uniform[LETTERS.indexOf(letter)]);
                start += length;
            }
        }
        return pages;
    }

    /** Sets the class of the code points from {@code start} to {@code end}; pages of one class are shared. */
    private static void fill(byte[][] pages, int start, int end, byte[] uniform) {
        for (int from = start; from < end; ) {
            int page = from >> PAGE_BITS;
            int to = Math.min(end, (page + 1) << PAGE_BITS);
            if (to - from == PAGE_SIZE) {
                pages[page] = uniform;
            } else {
                if (pages[page] == null) {
                    pages[page] = new byte[PAGE_SIZE];
                }
                int first = from & (PAGE_SIZE - 1);
                Arrays.fill(pages[page], first, first + to - from, uniform[0]);
            }
            from = to;
        }
    }
}
