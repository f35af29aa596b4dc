package dev.demitasse.grammar.automaton;

import dev.demitasse.json.JsonWriter;

/** JSON strings in UTF-8, and the automata that accept them. */
public final class JsonStrings {
    private static final String HEX_DIGITS = "0123456789abcdefABCDEF";

    /** The state of {@link #TEXT} and {@link #NAME} between two characters. */
    public static final int CONTENT = 1;

    /** The state of {@link #TEXT} and {@link #NAME} after the closing quote. */
    public static final int END = 2;

    /** Accepts strings, with quotes, of all characters and escapes. Surrogates must form pairs. */
    public static final Dfa TEXT = automaton(true);

    /** Accepts strings, with quotes, that have a unique form: characters are escaped only if they must be. */
    public static final Dfa NAME = automaton(false);

    private JsonStrings() {}

    private static Dfa automaton(boolean allEscapes) {
        Dfa.Builder builder = new Dfa.Builder(new Budget());
        int content = builder.state();
        int end = builder.state();
        builder.accept(end);
        builder.edge(0, '"', '"', content);
        builder.edge(content, 0x20, 0x7f, content);
        builder.edge(content, '"', '"', end);
        int escape = builder.state();
        builder.edge(content, '\\', '\\', escape);
        builder.edges(escape, "\"\\bfnrt", content);
        int last1 = builder.state();
        int last2 = builder.state();
        int last3 = builder.state();
        builder.edge(last1, 0x80, 0xbf, content);
        builder.edge(last2, 0x80, 0xbf, last1);
        builder.edge(last3, 0x80, 0xbf, last2);
        builder.edge(content, 0xc2, 0xdf, last1);
        builder.edge(content, 0xe1, 0xef, last2);
        builder.edge(content, 0xf3, 0xf3, last3);
        lead(builder, content, 0xe0, 0xa0, 0xbf, last1);
        lead(builder, content, 0xed, 0x80, 0x9f, last1);
        lead(builder, content, 0xf0, 0x90, 0xbf, last2);
        lead(builder, content, 0xf4, 0x80, 0x8f, last2);
        if (allEscapes) {
            builder.edges(escape, "/", content);
            unicodeEscapes(builder, content, escape);
        }
        return builder.build();
    }

    /** Adds escapes of UTF-16 units by four hexadecimal digits. An escaped high surrogate must precede a low one. */
    private static void unicodeEscapes(Dfa.Builder builder, int content, int escape) {
        int[] hex = {content, builder.state(), builder.state(), builder.state(), builder.state()};
        for (int left = 4; left > 0; left--) {
            builder.edges(hex[left], HEX_DIGITS, hex[left - 1]);
        }
        builder.edge(escape, 'u', 'u', hex[4]);
        int surrogate = builder.state(); // of a unit that begins with d
        builder.edges(hex[4], "dD", surrogate);
        builder.edges(surrogate, "01234567", hex[2]);
        int high2 = builder.state();
        int high1 = builder.state();
        int low = builder.state();
        int low4 = builder.state();
        int low3 = builder.state();
        int lowU = builder.state();
        builder.edges(surrogate, "89abAB", high2);
        builder.edges(high2, HEX_DIGITS, high1);
        builder.edges(high1, HEX_DIGITS, low);
        builder.edges(low, "\\", lowU);
        builder.edges(lowU, "u", low4);
        builder.edges(low4, "dD", low3);
        builder.edges(low3, "cdefCDEF", hex[2]);
    }

    /** Adds characters with a lead byte that restricts the second byte. */
    private static void lead(Dfa.Builder builder, int content, int lead, int from, int to, int rest) {
        int second = builder.state();
        builder.edge(content, lead, lead, second);
        builder.edge(second, from, to, rest);
    }

    /**
     * Returns a JSON string, with quotes, in which characters are escaped only if they must be.
     *
     * @throws IllegalArgumentException as {@link Utf8#encode} does
     */
    public static byte[] json(String text) {
        return Utf8.encode(JsonWriter.write(text, -1));
    }

    /** Returns a UTF-16 unit in the form in which it stands between quotes. */
    static String escaped(char c) {
        StringBuilder out = new StringBuilder();
        JsonWriter.appendEscaped(out, c);
        return out.toString();
    }

    /** Returns an automaton of the strings of another one that have from {@code min} to {@code max} characters. */
    public static Dfa limited(Dfa strings, long min, long max, Budget budget) {
        return Dfa.of(
                new Counted(0, 0, 0),
                (at, b) -> {
                    int state = strings.next(at.state(), b);
                    int text = state == Automaton.NONE ? Automaton.NONE : TEXT.next(at.text(), b);
                    if (text == Automaton.NONE) {
                        return null;
                    }
                    boolean begins = at.text() == CONTENT && text != END;
                    if (begins ? at.count() == max : text == END && at.count() < min) {
                        return null;
                    }
                    long count = at.count() + (begins ? 1 : 0);
                    return new Counted(state, text, max == Distance.NEVER ? Math.min(count, min) : count);
                },
                at -> strings.accepts(at.state()),
                strings.commonClasses(TEXT),
                budget);
    }

    /**
     * A state of {@link #limited}.
     *
     * @param count the number of characters that have begun, at most {@code min} if there is no maximum
     */
    private record Counted(int state, int text, long count) {}
}
