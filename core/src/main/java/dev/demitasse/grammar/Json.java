package dev.demitasse.grammar;

import java.util.ArrayList;
import java.util.List;

/** The parts of JSON that every schema needs. White space is bounded, so that no model rambles in it. */
final class Json {
    private static final int MAX_INDENT = 32;

    static final Dfa OPEN_ARRAY = spaced('[', true);
    static final Dfa CLOSE_ARRAY = spaced(']', false);
    static final Words CLOSE_EMPTY_ARRAY = Words.of("]");
    static final Dfa OPEN_OBJECT = spaced('{', true);
    static final Dfa CLOSE_OBJECT = spaced('}', false);
    static final Words CLOSE_EMPTY_OBJECT = Words.of("}");
    static final Dfa COMMA = spaced(',', true);
    static final Words COLON = words(":", ": ");
    static final Words SPACE = words("", " ");
    static final Words NULL = words("null");
    static final Words BOOLEAN = words("true", "false");

    /** No value at all. */
    static final Rule NOTHING = new Choice(List.of());

    static final Rule STRING = new Text(0, Rule.NEVER);
    static final Dfa INTEGER = NumberRange.any(true);
    static final Dfa NUMBER = NumberRange.any(false);
    static final Rule VALUE;
    static final Rule ARRAY;
    static final Rule OBJECT;

    static {
        List<Rule> values = new ArrayList<>();
        Choice value = new Choice(values);
        ARRAY = new ArrayRule(List.of(), value, 0, Rule.NEVER);
        OBJECT = new ObjectRule(List.of(), value, Names.NONE, 0, Rule.NEVER);
        values.addAll(List.of(STRING, NUMBER, BOOLEAN, NULL, ARRAY, OBJECT));
        VALUE = value;
        Distances.find(VALUE, new Budget());
    }

    private Json() {}

    private static Words words(String... texts) {
        List<byte[]> bytes = new ArrayList<>();
        for (String text : texts) {
            bytes.add(Strings.utf8(text));
        }
        return Words.of(bytes);
    }

    /** A sign with white space before or after it: a space, or a new line and its indentation. */
    private static Dfa spaced(char sign, boolean after) {
        Dfa.Builder builder = new Dfa.Builder(new Budget());
        int end = builder.state();
        builder.accept(end);
        builder.edge(0, sign, sign, end);
        int start = after ? end : 0;
        builder.edge(start, ' ', ' ', white(builder, sign, end, after));
        int at = white(builder, sign, end, after);
        builder.edge(start, '\n', '\n', at);
        for (int i = 0; i < MAX_INDENT; i++) {
            int next = white(builder, sign, end, after);
            builder.edge(at, ' ', ' ', next);
            at = next;
        }
        return builder.build();
    }

    private static int white(Dfa.Builder builder, char sign, int end, boolean after) {
        int state = builder.state();
        if (after) {
            builder.accept(state);
        } else {
            builder.edge(state, sign, sign, end);
        }
        return state;
    }
}
