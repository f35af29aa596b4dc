package dev.demitasse.grammar;

/** A JSON string of any characters, whose number has limits. */
final class Text extends Rule {
    private final Frame start;

    /** @param max code points; {@link #NEVER} for any number */
    Text(long min, long max) {
        start = new Frame(Strings.TEXT, 0, min, max);
        distance = min > max ? NEVER : start.distance();
    }

    @Override
    void enter(Stack below, State.Builder ways) {
        ways.add(start, below);
    }

    @Override
    void measure() {}
}
