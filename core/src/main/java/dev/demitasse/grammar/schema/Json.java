package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Choice;
import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.ShortestTexts;
import dev.demitasse.grammar.Terminal;
import dev.demitasse.grammar.automaton.Automaton;
import dev.demitasse.grammar.automaton.Budget;
import dev.demitasse.grammar.automaton.Dfa;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.JsonStrings;
import dev.demitasse.grammar.automaton.NumberRange;
import dev.demitasse.grammar.automaton.Utf8;
import dev.demitasse.grammar.automaton.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The rules of JSON, created for each grammar, because their distances depend on a vocabulary. White space is bounded, so
 * that a model can't generate it forever.
 */
final class Json {
    private static final int MAX_INDENT = 32;
    private static final Automaton OPEN_ARRAY = spaced('[', true);
    private static final Automaton CLOSE_ARRAY = spaced(']', false);
    private static final Automaton CLOSE_EMPTY_ARRAY = words("]");
    private static final Automaton OPEN_OBJECT = spaced('{', true);
    private static final Automaton CLOSE_OBJECT = spaced('}', false);
    private static final Automaton CLOSE_EMPTY_OBJECT = words("}");
    private static final Automaton COMMA = spaced(',', true);
    private static final Automaton COLON = words(":", ": ");
    private static final Automaton SPACE = words("", " ");
    private static final Automaton NULL = words("null");
    private static final Automaton BOOLEAN = words("true", "false");
    private static final Automaton INTEGER = NumberRange.any(true);
    private static final Automaton NUMBER = NumberRange.any(false);

    /** The rule without texts. */
    static final Rule NOTHING = new Choice(List.of());

    final Terminal openArray = new Terminal(OPEN_ARRAY);
    final Terminal closeArray = new Terminal(CLOSE_ARRAY);
    final Terminal closeEmptyArray = new Terminal(CLOSE_EMPTY_ARRAY);
    final Terminal openObject = new Terminal(OPEN_OBJECT);
    final Terminal closeObject = new Terminal(CLOSE_OBJECT);
    final Terminal closeEmptyObject = new Terminal(CLOSE_EMPTY_OBJECT);
    final Terminal comma = new Terminal(COMMA);
    final Terminal colon = new Terminal(COLON);
    final Terminal space = new Terminal(SPACE);
    final Terminal nothing = new Terminal(NULL);
    final Terminal bool = new Terminal(BOOLEAN);
    final Terminal integer = new Terminal(INTEGER);
    final Terminal number = new Terminal(NUMBER);
    final Terminal string = new Terminal(JsonStrings.TEXT);

    /** A string in its unique form. */
    final Terminal name = new Terminal(JsonStrings.NAME);

    final Rule value;
    final Rule array;
    final Rule object;

    Json() {
        List<Rule> values = new ArrayList<>();
        value = new Choice(values);
        array = new ArrayRule(this, List.of(), ArrayRule.Element.of(value), 0, Distance.NEVER);
        object = new ObjectRule(
                this,
                List.of(),
                List.of(new ObjectRule.Others(name, value, NameClasses.ANY_LENGTH)),
                List.of(),
                0,
                Distance.NEVER);
        values.addAll(List.of(string, number, bool, nothing, array, object));
        ShortestTexts.find(value, new Budget());
    }

    /** Calls an action with each terminal that stands between values. */
    void forEachTerminal(Consumer<Rule> action) {
        for (Terminal terminal : new Terminal[] {
            openArray, closeArray, closeEmptyArray, openObject, closeObject, closeEmptyObject, comma, colon, space
        }) {
            action.accept(terminal);
        }
    }

    private static Automaton words(String... texts) {
        List<byte[]> bytes = new ArrayList<>();
        for (String text : texts) {
            bytes.add(Utf8.encode(text));
        }
        return Words.of(bytes);
    }

    /** Returns a punctuation character with white space before or after it: a space, or a line end and indentation. */
    private static Automaton spaced(char sign, boolean after) {
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
