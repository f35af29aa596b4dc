package dev.demitasse.grammar;

public final class Matcher {
    public Matcher(Grammar g, TokenTrie t) {}

    public boolean allows(int id, int remaining) {
        return true;
    }

    public void mask(float[] logits, int remaining) {}

    public boolean mayEnd() {
        return true;
    }

    public boolean mustEnd() {
        return false;
    }

    public void accept(int id) {}

    public boolean fits(int remaining) {
        return true;
    }

    public Matcher copy() {
        return this;
    }
}
