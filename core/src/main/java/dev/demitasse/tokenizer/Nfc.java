package dev.demitasse.tokenizer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.StringTokenizer;

/** Converts text to Unicode normalization form C (Unicode Standard Annex 15), the first step of Qwen's tokenizer. */
final class Nfc {
    /** The lowest code point that normalization may affect. */
    private static final int MIN_AFFECTED = 0x300;

    private static final int MAX_CODE_POINT = 0x10FFFF;

    // Hangul syllables are composed by arithmetic (The Unicode Standard, section 3.12).
    private static final int SYLLABLES = 0xAC00;
    private static final int LEADS = 0x1100;
    private static final int VOWELS = 0x1161;
    private static final int TRAILS = 0x11A7;
    private static final int VOWEL_COUNT = 21;
    private static final int TRAIL_COUNT = 28;
    private static final int LEAD_COUNT = 19;
    private static final int SYLLABLE_COUNT = LEAD_COUNT * VOWEL_COUNT * TRAIL_COUNT;

    private static final Map<Integer, int[]> DECOMPOSITIONS = new HashMap<>();
    private static final Map<Long, Integer> COMPOSITIONS = new HashMap<>();
    private static final Map<Integer, Integer> COMBINING_CLASSES = new HashMap<>();

    static {
        for (StringTokenizer entries = new StringTokenizer(NfcData.DECOMPOSITIONS, " "); entries.hasMoreTokens(); ) {
            String entry = entries.nextToken();
            int equal = entry.indexOf('=');
            int sign = equal >= 0 ? equal : entry.indexOf('!');
            int plus = entry.indexOf('+');
            int whole = Integer.parseInt(entry.substring(0, sign), 16);
            int first = Integer.parseInt(entry.substring(sign + 1, plus < 0 ? entry.length() : plus), 16);
            if (plus < 0) {
                DECOMPOSITIONS.put(whole, new int[] {first});
                continue;
            }
            int second = Integer.parseInt(entry.substring(plus + 1), 16);
            DECOMPOSITIONS.put(whole, new int[] {first, second});
            if (equal >= 0) {
                COMPOSITIONS.put(pair(first, second), whole);
            }
        }
        for (StringTokenizer entries = new StringTokenizer(NfcData.COMBINING_CLASSES, " "); entries.hasMoreTokens(); ) {
            String entry = entries.nextToken();
            int colon = entry.indexOf(':');
            int comma = entry.indexOf(',');
            int first = Integer.parseInt(entry.substring(0, colon), 16);
            int length = Integer.parseInt(entry.substring(colon + 1, comma), 16);
            for (int c = first; c < first + length; c++) {
                COMBINING_CLASSES.put(c, Integer.parseInt(entry.substring(comma + 1), 16));
            }
        }
    }

    private int[] codePoints = new int[32];
    private int size;

    private Nfc() {}

    static String normalize(String text) {
        int start = 0;
        while (start < text.length() && text.charAt(start) < MIN_AFFECTED) {
            start++;
        }
        if (start == text.length()) {
            return text;
        }
        start = Math.max(0, start - 1); // the next code point may compose with it
        Nfc nfc = new Nfc();
        for (int i = start; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            nfc.decompose(c);
        }
        nfc.order();
        nfc.compose();
        StringBuilder normalized = new StringBuilder(text.length()).append(text, 0, start);
        for (int i = 0; i < nfc.size; i++) {
            normalized.appendCodePoint(nfc.codePoints[i]);
        }
        return normalized.toString();
    }

    private void decompose(int c) {
        int syllable = c - SYLLABLES;
        int[] parts = DECOMPOSITIONS.get(c);
        if (parts != null) {
            for (int part : parts) {
                decompose(part);
            }
        } else if (syllable >= 0 && syllable < SYLLABLE_COUNT) {
            append(LEADS + syllable / (VOWEL_COUNT * TRAIL_COUNT));
            append(VOWELS + syllable / TRAIL_COUNT % VOWEL_COUNT);
            if (syllable % TRAIL_COUNT > 0) {
                append(TRAILS + syllable % TRAIL_COUNT);
            }
        } else {
            append(c);
        }
    }

    private void append(int c) {
        if (size == codePoints.length) {
            codePoints = Arrays.copyOf(codePoints, size * 2);
        }
        codePoints[size++] = c;
    }

    /** Sorts each sequence of combining marks by class, stably. */
    private void order() {
        for (int start = 0; start < size; ) {
            int end = start;
            while (end < size && combiningClass(codePoints[end]) > 0) {
                end++;
            }
            if (end - start > 1) {
                long[] marks = new long[end - start];
                for (int i = start; i < end; i++) {
                    long place = (long) combiningClass(codePoints[i]) << Integer.SIZE | i - start;
                    marks[i - start] = place << 21 | codePoints[i];
                }
                Arrays.sort(marks);
                for (int i = start; i < end; i++) {
                    codePoints[i] = (int) marks[i - start] & (1 << 21) - 1;
                }
            }
            start = end + 1;
        }
    }

    private void compose() {
        int starter = -1;
        int lastClass = 0;
        int length = 0;
        for (int i = 0; i < size; i++) {
            int c = codePoints[i];
            int combiningClass = combiningClass(c);
            boolean blocked = length - 1 > starter && lastClass >= combiningClass;
            int composed = starter >= 0 && !blocked ? composition(codePoints[starter], c) : -1;
            if (composed >= 0) {
                codePoints[starter] = composed;
                continue;
            }
            if (combiningClass == 0) {
                starter = length;
            }
            lastClass = combiningClass;
            codePoints[length++] = c;
        }
        size = length;
    }

    private static int composition(int first, int second) {
        int lead = first - LEADS;
        int vowel = second - VOWELS;
        if (lead >= 0 && lead < LEAD_COUNT && vowel >= 0 && vowel < VOWEL_COUNT) {
            return SYLLABLES + (lead * VOWEL_COUNT + vowel) * TRAIL_COUNT;
        }
        int syllable = first - SYLLABLES;
        int trail = second - TRAILS;
        if (syllable >= 0
                && syllable < SYLLABLE_COUNT
                && syllable % TRAIL_COUNT == 0
                && trail > 0
                && trail < TRAIL_COUNT) {
            return first + trail;
        }
        return COMPOSITIONS.getOrDefault(pair(first, second), -1);
    }

    private static int combiningClass(int c) {
        return c < MIN_AFFECTED ? 0 : COMBINING_CLASSES.getOrDefault(c, 0);
    }

    private static long pair(int first, int second) {
        return (long) first * (MAX_CODE_POINT + 1) + second;
    }
}
