package dev.demitasse.grammar;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** JSON strings in UTF-8, and the automata that read them. */
final class Strings {
    /** In both automata: after the first quote, between two characters. */
    static final int CONTENT = 1;

    /** In both automata: after the last quote. */
    static final int END = 2;

    /** A string in quotes, of any characters and escapes; surrogates only in pairs. */
    static final Dfa TEXT = automaton(true);

    /** A string in quotes that writes each character in one way only: without escapes for those that need none. */
    static final Dfa NAME = automaton(false);

    private Strings() {}

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
            int[] hex = {content, builder.state(), builder.state(), builder.state(), builder.state()};
            for (int left = 4; left > 0; left--) {
                builder.edges(hex[left], "0123456789abcdefABCDEF", hex[left - 1]);
            }
            builder.edge(escape, 'u', 'u', hex[4]);
            int surrogate = builder.state(); // after \\ud
            builder.edges(hex[4], "dD", surrogate);
            builder.edges(surrogate, "01234567", hex[2]);
            int high2 = builder.state();
            int high1 = builder.state();
            int low = builder.state();
            int low4 = builder.state();
            int low3 = builder.state();
            int lowU = builder.state();
            builder.edges(surrogate, "89abAB", high2);
            builder.edges(high2, "0123456789abcdefABCDEF", high1);
            builder.edges(high1, "0123456789abcdefABCDEF", low);
            builder.edges(low, "\\", lowU);
            builder.edges(lowU, "u", low4);
            builder.edges(low4, "dD", low3);
            builder.edges(low3, "cdefCDEF", hex[2]);
        }
        return builder.build();
    }

    private static void lead(Dfa.Builder builder, int content, int lead, int from, int to, int rest) {
        int second = builder.state();
        builder.edge(content, lead, lead, second);
        builder.edge(second, from, to, rest);
    }

    /** Whether {@link #utf8} has a character. Unicode has assigned none from U+40000 to U+BFFFF, and few vocabularies have
     * their bytes. */
    static boolean isSupported(int codePoint) {
        return codePoint < 0x40000 && (codePoint < 0xd800 || codePoint > 0xdfff) || codePoint >= 0xc0000;
    }

    /** @throws IllegalArgumentException for characters that an answer can't have */
    static byte[] utf8(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (!isSupported(c) || c < 0x20 && c != '\t' && c != '\n' && c != '\r') {
                throw new IllegalArgumentException("character U+" + Integer.toHexString(c) + " is not supported");
            }
            utf8(c, bytes);
            i += Character.charCount(c);
        }
        return bytes.toByteArray();
    }

    private static void utf8(int c, ByteArrayOutputStream bytes) {
        if (c < 0x80) {
            bytes.write(c);
            return;
        }
        int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
        bytes.write((0xff00 >> more + 1 & 0xff) | c >> 6 * more);
        for (int i = more - 1; i >= 0; i--) {
            bytes.write(0x80 | c >> 6 * i & 0x3f);
        }
    }

    /** A string as JSON has it, in quotes, with as few escapes as may be. */
    static byte[] json(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            json.append(escaped(text.charAt(i)));
        }
        return utf8(json.append('"').toString());
    }

    /** A UTF-16 unit as it stands between quotes. */
    static String escaped(char c) {
        return switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            default ->
                c >= 0x20
                        ? String.valueOf(c)
                        : "\\u00" + Character.forDigit(c >> 4, 16) + Character.forDigit(c & 15, 16);
        };
    }

    /** The strings of an automaton that have so many characters. */
    static Dfa limited(Dfa strings, long min, long max, Budget budget) {
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
                    return new Counted(state, text, max == Rule.NEVER ? Math.min(count, min) : count);
                },
                at -> strings.accepts(at.state()),
                budget);
    }

    /** @param count characters begun, as far as that matters */
    private record Counted(int state, int text, long count) {}

    /** A part of a URI without its percent signs; null if they are wrong. */
    static @Nullable String percentDecoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                byte[] plain = String.valueOf(c).getBytes(StandardCharsets.UTF_8);
                bytes.write(plain, 0, plain.length);
                continue;
            }
            int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
            if (high < 0 || low < 0) {
                return null;
            }
            bytes.write(high << 4 | low);
            i += 2;
        }
        return new String(bytes.toByteArray(), StandardCharsets.UTF_8);
    }

    /** Any text in UTF-8 that doesn't contain the marker, and then the marker. */
    static Dfa until(String marker) {
        byte[] searched = utf8(marker);
        if (searched.length == 0) {
            throw new IllegalArgumentException("the marker is empty");
        }
        int[] fallback = new int[searched.length + 1]; // longest end that is a beginning, Knuth, Morris and Pratt 1977
        fallback[0] = -1;
        for (int i = 0, k = -1; i < searched.length; ) {
            while (k >= 0 && searched[i] != searched[k]) {
                k = fallback[k];
            }
            fallback[++i] = ++k;
        }
        return Dfa.of(
                new Search(0, CONTENT),
                (at, b) -> {
                    if (at.found() == searched.length) {
                        return null;
                    }
                    boolean plain = at.character() == CONTENT && b < 0x80;
                    int character = plain ? CONTENT : NAME.next(at.character(), b);
                    if (character == Automaton.NONE) {
                        return null;
                    }
                    int k = at.found();
                    while (k >= 0 && (searched[k] & 0xff) != b) {
                        k = fallback[k];
                    }
                    return new Search(k + 1, character);
                },
                at -> at.found() == searched.length,
                new Budget());
    }

    /** @param found bytes of the marker */
    private record Search(int found, int character) {}
}
