package dev.demitasse.tokenizer;

import java.util.Arrays;

/**
 * Classes of code points in the patterns of pre-tokenizers, as in Hugging Face tokenizers. {@link Character} is not used because its
 * tables depend on the Unicode version of the Java runtime.
 */
final class UnicodeClasses {
    static final byte OTHER = 0;
    /** {@code \p{L}}. */
    static final byte LETTER = 1;
    /** {@code \p{N}}. */
    static final byte NUMBER = 2;
    /** {@code \s}. */
    static final byte SPACE = 3;
    /** Numeric for the {@code Digits} pre-tokenizer, but not {@code \p{N}} in its older version of Unicode. */
    static final byte NEW_NUMBER = 4;

    private static final String LETTERS = "OLNSX";
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
            byte kind = (byte) LETTERS.indexOf(runs.charAt(i++));
            int length = 0;
            for (int digit; i < runs.length() && (digit = Character.digit(runs.charAt(i), 16)) >= 0; i++) {
                length = length * 16 + digit;
            }
            fill(pages, start, start + length, uniform[kind]);
            start += length;
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
