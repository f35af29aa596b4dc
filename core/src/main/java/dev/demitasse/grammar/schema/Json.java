package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Choice;
import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.ShortestTexts;
import dev.demitasse.grammar.Terminal;
import dev.demitasse.grammar.automaton.Budget;
import dev.demitasse.grammar.automaton.Dfa;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.JsonStrings;
import dev.demitasse.grammar.automaton.NumberRange;
import dev.demitasse.grammar.automaton.Utf8;
import dev.demitasse.grammar.automaton.Words;
import java.util.ArrayList;
import java.util.List;

/** The rules of JSON. White space is bounded, so that a model can't generate it forever. */
final class Json {
    private static final int MAX_INDENT = 32;

    static final Terminal OPEN_ARRAY = spaced('[', true);
    static final Terminal CLOSE_ARRAY = spaced(']', false);
    static final Terminal CLOSE_EMPTY_ARRAY = words("]");
    static final Terminal OPEN_OBJECT = spaced('{', true);
    static final Terminal CLOSE_OBJECT = spaced('}', false);
    static final Terminal CLOSE_EMPTY_OBJECT = words("}");
    static final Terminal COMMA = spaced(',', true);
    static final Terminal COLON = words(":", ": ");
    static final Terminal SPACE = words("", " ");
    static final Terminal NULL = words("null");
    static final Terminal BOOLEAN = words("true", "false");

    /** The rule without texts. */
    static final Rule NOTHING = new Choice(List.of());

    static final Terminal STRING = new Terminal(JsonStrings.TEXT);

    /** A string in its unique form. */
    static final Terminal NAME = new Terminal(JsonStrings.NAME);

    static final Terminal INTEGER = new Terminal(NumberRange.any(true));
    static final Terminal NUMBER = new Terminal(NumberRange.any(false));
    static final Rule VALUE;
    static final Rule ARRAY;
    static final Rule OBJECT;

    static {
        List<Rule> values = new ArrayList<>();
        Choice value = new Choice(values);
        ARRAY = new ArrayRule(List.of(), value, 0, Distance.NEVER);
        OBJECT = new ObjectRule(List.of(), value, Names.NONE, 0, Distance.NEVER);
        values.addAll(List.of(STRING, NUMBER, BOOLEAN, NULL, ARRAY, OBJECT));
        VALUE = value;
        ShortestTexts.find(VALUE, new Budget());
    }

    private Json() {}

    private static Terminal words(String... texts) {
        List<byte[]> bytes = new ArrayList<>();
        for (String text : texts) {
            bytes.add(Utf8.encode(text));
        }
        return new Terminal(Words.of(bytes));
    }

    /** Returns a punctuation character with white space before or after it: a space, or a line end and indentation. */
    private static Terminal spaced(char sign, boolean after) {
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
        return new Terminal(builder.build());
    }

    /** Adds a state after a white space character. */
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
