package dev.demitasse.grammar;

/**
 * A JSON string in quotes, of any characters, whose length in code points has limits. A state is the number of
 * characters before it (as far as that matters) times 16, plus where it stands within one.
 */
final class Text extends Terminal {
    private static final int CONTENT = 1;
    private static final int END = 2;
    private static final int PART_BITS = 4;
    private static final int PARTS = 1 << PART_BITS;
    private static final int[][] TABLE = table();

    /** Between two characters of a string, for {@link #utf8}. */
    static final long INSIDE = CONTENT;

    private final long min;
    private final long max;

    /** @param max {@link #NEVER} for any length */
    Text(long min, long max) {
        this.min = min;
        this.max = max;
    }

    private static int[][] table() {
        int escape = 3;
        int hex4 = 4; // digits to come
        int hex3 = 5;
        int hex2 = 6;
        int hex1 = 7;
        int surrogate = 8; // after \\ud
        int last1 = 9; // continuation bytes to come
        int last2 = 10;
        int last3 = 11;
        int afterE0 = 12;
        int afterEd = 13;
        int afterF0 = 14;
        int afterF4 = 15;
        Dfa.Builder builder = new Dfa.Builder();
        for (int i = 1; i < PARTS; i++) {
            builder.state();
        }
        builder.edge(0, '"', '"', CONTENT);
        builder.edge(CONTENT, 0x20, 0x7f, CONTENT);
        builder.edge(CONTENT, '"', '"', END);
        builder.edge(CONTENT, '\\', '\\', escape);
        builder.edges(escape, "\"\\/bfnrt", CONTENT);
        builder.edge(escape, 'u', 'u', hex4);
        hex(builder, hex4, hex3);
        builder.edges(hex4, "dD", surrogate);
        builder.edge(surrogate, '0', '7', hex2);
        hex(builder, hex3, hex2);
        hex(builder, hex2, hex1);
        hex(builder, hex1, CONTENT);
        builder.edge(CONTENT, 0xc2, 0xdf, last1);
        builder.edge(CONTENT, 0xe1, 0xef, last2);
        builder.edge(CONTENT, 0xe0, 0xe0, afterE0);
        builder.edge(CONTENT, 0xed, 0xed, afterEd);
        builder.edge(CONTENT, 0xf0, 0xf0, afterF0);
        builder.edge(CONTENT, 0xf1, 0xf3, last3);
        builder.edge(CONTENT, 0xf4, 0xf4, afterF4);
        builder.edge(last1, 0x80, 0xbf, CONTENT);
        builder.edge(last2, 0x80, 0xbf, last1);
        builder.edge(last3, 0x80, 0xbf, last2);
        builder.edge(afterE0, 0xa0, 0xbf, last1);
        builder.edge(afterEd, 0x80, 0x9f, last1);
        builder.edge(afterF0, 0x90, 0xbf, last2);
        builder.edge(afterF4, 0x80, 0x8f, last2);
        int[][] table = new int[PARTS][256];
        for (int i = 0; i < PARTS; i++) {
            for (int b = 0; b < 256; b++) {
                table[i][b] = builder.to(i, b);
            }
        }
        return table;
    }

    private static void hex(Dfa.Builder builder, int from, int to) {
        builder.edge(from, '0', '9', to);
        builder.edge(from, 'a', 'f', to);
        builder.edge(from, 'A', 'F', to);
    }

    @Override
    long next(long state, int b) {
        int part = (int) state & PARTS - 1;
        int next = TABLE[part][b];
        if (next < 0) {
            return NONE;
        }
        long count = state >> PART_BITS;
        if (next == END) {
            return count < min ? NONE : END;
        }
        if (part == CONTENT && count >= max) {
            return NONE;
        }
        if (next == CONTENT && part != 0 && (max != NEVER || count < min)) {
            count++;
        }
        return count << PART_BITS | next;
    }

    /** Where a byte leads within UTF-8 text, whatever characters it has; {@link #NONE} if it may not come. */
    static long utf8(long place, int b) {
        return place == CONTENT && b < 0x80 ? CONTENT : TABLE[(int) place][b];
    }

    @Override
    boolean ends(long state) {
        return state == END;
    }

    @Override
    boolean accepts(long state) {
        return state == END;
    }

    /** How many more characters any token may bring; -1 where no character may begin. */
    long room(long state) {
        return (state & PARTS - 1) != CONTENT ? -1 : max == NEVER ? NEVER : max - (state >> PART_BITS);
    }

    @Override
    long canonical(long state, int bytes) {
        long count = state >> PART_BITS;
        if (count > min && max - count > bytes) {
            count = min;
        } else if (min - count > bytes) {
            count = 0;
        }
        return count << PART_BITS | state & PARTS - 1;
    }

    @Override
    Distances distances(boolean[] available) {
        long[] toContent = new long[PARTS];
        for (int i = 0; i < PARTS; i++) {
            toContent[i] = i == CONTENT ? 0 : NEVER;
        }
        relax(toContent, available);
        long[] within = toContent.clone();
        within[CONTENT] = NEVER;
        long character = step(CONTENT, within, available);
        long quote = available['"'] ? 1 : NEVER;
        return state -> {
            int part = (int) state & PARTS - 1;
            if (part == END) {
                return 0;
            }
            if (min > max) {
                return NEVER;
            }
            long count = (state >> PART_BITS) + (part > END ? 1 : 0);
            return sum(sum(toContent[part], product(Math.max(0, min - count), character)), quote);
        };
    }

    private static void relax(long[] distance, boolean[] available) {
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int i = 0; i < PARTS; i++) {
                long found = i == CONTENT ? 0 : step(i, distance, available);
                if (found < distance[i]) {
                    distance[i] = found;
                    changed = true;
                }
            }
        }
    }

    private static long step(int part, long[] distance, boolean[] available) {
        long least = NEVER;
        for (int b = 0; b < 256; b++) {
            int next = TABLE[part][b];
            if (available[b] && next >= 0 && next != END) {
                least = Math.min(least, sum(1, next == CONTENT ? 0 : distance[next]));
            }
        }
        return least;
    }
}
