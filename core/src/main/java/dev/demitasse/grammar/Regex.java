package dev.demitasse.grammar;

/** Regular expressions. */
final class Regex {
    private Regex() {}

    static Dfa search(String pattern, boolean lenient, Budget budget) {
        throw new IllegalArgumentException("is not supported yet");
    }
}
