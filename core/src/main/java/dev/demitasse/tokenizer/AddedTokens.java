package dev.demitasse.tokenizer;

import dev.demitasse.gguf.StringTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the tokens that are looked for in a text before it is split into words, in a list in the order of their bytes.
 *
 * <p>A token that begins a text is the last token that is not after the text in this order, or a prefix of it. So a binary search finds
 * it. Comparisons of long tokens are binary searches, too, over hashes of their prefixes ({@link #SAMPLE}). A search takes
 * O(log tokens · log length), whatever the text, and the list about 16 bytes for each token. A trie would take tens of bytes for each
 * byte of a token, and longer for texts that repeat the beginning of a long token.
 */
final class AddedTokens {
    /** Prefixes of tokens have hashes at each multiple of this number of bytes. */
    private static final int SAMPLE = 64;

    private static final int BYTES = 256;

    private final StringTable tokens;
    /** Ids in the order of the tokens' bytes. Other arrays have the same order, and an end: the index of no token. */
    private final int[] ids;

    private final int none;
    /** Index of the first token with a first byte. */
    private final int[] firsts = new int[BYTES + 1];

    private final boolean[] isFirst = new boolean[BYTES];
    /** Index of the longest other token that is a prefix. */
    private final int[] prefixes;
    /** Index of a shorter prefix, such that few steps reach each prefix (Myers 1983, "An applicative random-access stack"). */
    private final int[] jumps;
    /** Index of the longest of the token and its prefixes that is not special. */
    private final int[] userDefined;

    private final PolynomialHash hash = new PolynomialHash();
    /** Hashes of the first 64, 128, … bytes of each token. */
    private final long[] samples;

    private final int[] firstSamples;
    /** Factors of the hash for 64, 128, … bytes. */
    private final long[] powers;

    /** Collects the special and user-defined tokens of a vocabulary. */
    AddedTokens(Vocabulary vocabulary) {
        tokens = vocabulary.tokens();
        ids = sortedIds(vocabulary);
        none = ids.length;
        prefixes = new int[none + 1];
        jumps = new int[none + 1];
        userDefined = new int[none + 1];
        firstSamples = new int[none + 1];
        int maxLength = 0;
        for (int i = 0; i < none; i++) {
            firsts[(tokens.bytes()[start(i)] & 0xFF) + 1] = i + 1;
            firstSamples[i + 1] = firstSamples[i] + length(i) / SAMPLE;
            maxLength = Math.max(maxLength, length(i));
        }
        for (int b = 0; b < BYTES; b++) {
            isFirst[b] = firsts[b + 1] > 0;
            firsts[b + 1] = Math.max(firsts[b], firsts[b + 1]);
        }
        samples = new long[firstSamples[none]];
        powers = new long[maxLength / SAMPLE + 1];
        link(vocabulary);
        sample();
    }

    private static int[] sortedIds(Vocabulary vocabulary) {
        StringTable tokens = vocabulary.tokens();
        List<Integer> sorted = new ArrayList<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            boolean isAdded = vocabulary.isSpecial(id) || vocabulary.isUserDefined(id);
            if (isAdded && Utf8.isWhole(tokens.bytes(), tokens.start(id), tokens.end(id))) {
                sorted.add(id);
            }
        }
        byte[] bytes = tokens.bytes();
        sorted.sort((a, b) -> {
            int common = common(bytes, tokens.start(a), tokens.end(a), bytes, tokens.start(b), tokens.end(b));
            return compare(
                    bytes, tokens.start(a) + common, tokens.end(a), bytes, tokens.start(b) + common, tokens.end(b));
        });
        int[] ids = new int[sorted.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = sorted.get(i);
        }
        return ids;
    }

    /** Finds the prefixes of each token: the last one before it of which it is a continuation, and the prefixes of that. */
    private void link(Vocabulary vocabulary) {
        Arrays.fill(prefixes, none);
        Arrays.fill(jumps, none);
        Arrays.fill(userDefined, none);
        int[] depths = new int[none + 1];
        int last = none;
        for (int i = 0; i < none; i++) {
            while (last != none && !isPrefix(last, i)) {
                last = prefixes[last];
            }
            prefixes[i] = last;
            depths[i] = depths[last] + 1;
            int jump = jumps[last];
            boolean isSecond = depths[last] - depths[jump] == depths[jump] - depths[jumps[jump]];
            jumps[i] = isSecond ? jumps[jump] : last;
            userDefined[i] = vocabulary.isSpecial(ids[i]) ? userDefined[last] : i;
            last = i;
        }
    }

    private void sample() {
        for (int i = 0; i < powers.length; i++) {
            powers[i] = i == 0 ? 1 : i == 1 ? hash.power(SAMPLE) : PolynomialHash.multiply(powers[i - 1], powers[1]);
        }
        for (int i = 0; i < none; i++) {
            long prefix = 0;
            for (int k = 0; k < length(i) / SAMPLE; k++) {
                for (int j = 0; j < SAMPLE; j++) {
                    prefix = hash.append(prefix, tokens.bytes()[start(i) + k * SAMPLE + j] & 0xFF);
                }
                samples[firstSamples[i] + k] = prefix;
            }
        }
    }

    private int start(int index) {
        return tokens.start(ids[index]);
    }

    private int end(int index) {
        return tokens.end(ids[index]);
    }

    private int length(int index) {
        return index == none ? 0 : end(index) - start(index);
    }

    /** Returns the longest of a token and its prefixes that has at most {@code max} bytes. */
    private int prefix(int index, int max) {
        int found = index;
        while (length(found) > max) {
            found = length(jumps[found]) > max ? jumps[found] : prefixes[found];
        }
        return found;
    }

    private boolean isPrefix(int index, int other) {
        return common(tokens.bytes(), start(index), end(index), tokens.bytes(), start(other), end(other))
                == length(index);
    }

    private static int common(byte[] a, int start, int end, byte[] b, int otherStart, int otherEnd) {
        int max = Math.min(end - start, otherEnd - otherStart);
        int i = 0;
        while (i < max && a[start + i] == b[otherStart + i]) {
            i++;
        }
        return i;
    }

    /** Compares the first bytes of two texts; the end is before all bytes. */
    private static int compare(byte[] a, int start, int end, byte[] b, int otherStart, int otherEnd) {
        int left = start < end ? a[start] & 0xFF : -1;
        int right = otherStart < otherEnd ? b[otherStart] & 0xFF : -1;
        return left - right;
    }

    /**
     * Begins the search of a text.
     *
     * @param literal start and end of each part that special tokens may not reach into, in ascending order
     */
    Search search(String text, int[] literal) {
        return new Search(text, literal);
    }

    /** Searches one text, from its start to its end. */
    final class Search {
        private final byte[] utf8;
        /** In bytes. */
        private final int[] literal;

        private int nextLiteral;
        /** Hashes of the first 0, 1, … bytes, once a long token may be in the text. */
        private long[] hashes = {};

        /** Index of a character, and of its first byte. */
        private int character;

        private int at;
        private int found = none;
        private int start;

        private Search(String text, int[] literal) {
            utf8 = none == 0 ? new byte[0] : Utf8.encode(text, 0, text.length());
            this.literal = literal.clone();
            for (int i = 0; i < literal.length && none > 0; i++) {
                while (character < literal[i]) {
                    advance();
                }
                this.literal[i] = at;
            }
            character = 0;
            at = 0;
        }

        /** Finds the next token. Returns whether there is one. */
        boolean find() {
            while (at < utf8.length) {
                byte first = utf8[at];
                if (isFirst[first & 0xFF]) {
                    found = longest(first & 0xFF);
                    if (found != none) {
                        start = character;
                        for (int end = at + length(found); at < end; ) {
                            advance();
                        }
                        return true;
                    }
                }
                if (first >= 0) {
                    at++;
                    character++;
                } else {
                    advance();
                }
            }
            return false;
        }

        /** Returns the id of the token that was found. */
        int id() {
            return ids[found];
        }

        /** Returns the index of the first character of the token that was found. */
        int foundStart() {
            return start;
        }

        /** Returns the index of the character where the next search begins. */
        int position() {
            return character;
        }

        /** Skips a character. */
        void advance() {
            int length = Utf8.length(utf8[at]);
            at += length;
            character += length == 4 ? 2 : 1; // a surrogate pair
        }

        /** Returns the longest token that begins at {@link #at}, with the byte there. */
        private int longest(int first) {
            int last = lastNotAfter(first);
            if (last < firsts[first]) {
                return none;
            }
            // Parts before the index, and empty ones.
            while (nextLiteral < literal.length && literal[nextLiteral + 1] <= Math.max(at, literal[nextLiteral])) {
                nextLiteral += 2;
            }
            int specialEnd = nextLiteral < literal.length ? Math.max(at, literal[nextLiteral]) : utf8.length;
            int common = common(last);
            int any = prefix(last, Math.min(common, specialEnd - at));
            int notSpecial = userDefined[prefix(last, common)];
            return length(any) > length(notSpecial) ? any : notSpecial;
        }

        /** Returns the index of the last token with the same first byte that is not after the text from {@link #at}. */
        private int lastNotAfter(int first) {
            int low = firsts[first];
            int high = firsts[first + 1];
            while (low < high) {
                int middle = low + high >>> 1;
                int common = common(middle);
                if (compare(tokens.bytes(), start(middle) + common, end(middle), utf8, at + common, utf8.length) > 0) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            return low - 1;
        }

        /** Returns the number of bytes at the start of a token that are equal to those of the text from {@link #at}. */
        private int common(int index) {
            int common = commonWith(index, 0, SAMPLE);
            if (common < SAMPLE) {
                return common;
            }
            int equal = 1;
            for (int high = Math.min(length(index), utf8.length - at) / SAMPLE; equal < high; ) {
                int middle = equal + high + 1 >>> 1;
                if (hash(middle) == samples[firstSamples[index] + middle - 1]) {
                    equal = middle;
                } else {
                    high = middle - 1;
                }
            }
            return equal * SAMPLE + commonWith(index, equal * SAMPLE, SAMPLE);
        }

        private int commonWith(int index, int skipped, int max) {
            int start = start(index) + skipped;
            int end = Math.min(end(index), start + max);
            return AddedTokens.common(tokens.bytes(), start, end, utf8, at + skipped, utf8.length);
        }

        /** Returns the hash of {@code count} times 64 bytes. */
        private long hash(int count) {
            if (hashes.length == 0) {
                hashes = new long[utf8.length + 1];
                for (int i = 0; i < utf8.length; i++) {
                    hashes[i + 1] = hash.append(hashes[i], utf8[i] & 0xFF);
                }
            }
            return PolynomialHash.last(hashes[at + count * SAMPLE], hashes[at], powers[count]);
        }
    }
}
