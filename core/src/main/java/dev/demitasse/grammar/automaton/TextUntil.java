package dev.demitasse.grammar.automaton;

/** Texts up to a marker. */
public final class TextUntil {
    private TextUntil() {}

    /**
     * Returns an automaton of texts in UTF-8 that end with a marker and contain it nowhere else.
     *
     * @throws IllegalArgumentException if the marker is empty, or as {@link Utf8#encode} does
     */
    public static Dfa of(String marker) {
        byte[] searched = Utf8.encode(marker);
        if (searched.length == 0) {
            throw new IllegalArgumentException("the marker is empty");
        }
        // Length of the longest suffix that is a prefix, for each length (Knuth, Morris and Pratt 1977).
        int[] fallback = new int[searched.length + 1];
        fallback[0] = -1;
        for (int i = 0, k = -1; i < searched.length; ) {
            while (k >= 0 && searched[i] != searched[k]) {
                k = fallback[k];
            }
            fallback[++i] = ++k;
        }
        return Dfa.of(
                new Search(0, JsonStrings.CONTENT),
                (at, b) -> {
                    if (at.found() == searched.length) {
                        return null;
                    }
                    boolean plain = at.character() == JsonStrings.CONTENT && b < 0x80;
                    int character = plain ? JsonStrings.CONTENT : JsonStrings.NAME.next(at.character(), b);
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

    /**
     * A state of the automaton.
     *
     * @param found the number of bytes of the marker that have been read
     * @param character the state of {@link JsonStrings#NAME}, which checks the UTF-8
     */
    private record Search(int found, int character) {}
}
