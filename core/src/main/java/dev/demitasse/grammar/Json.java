package dev.demitasse.grammar;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parts of JSON that every schema needs. White space is bounded, so that no model rambles in it. */
final class Json {
    private static final int MAX_INDENT = 16;

    static final Dfa NULL = Dfa.literal("null");
    static final Dfa BOOLEAN = Dfa.literals(List.of("true", "false"));
    static final Dfa OPEN_ARRAY = spaced('[', true);
    static final Dfa CLOSE_ARRAY = spaced(']', false);
    static final Dfa CLOSE_EMPTY_ARRAY = Dfa.literal("]");
    static final Dfa OPEN_OBJECT = spaced('{', true);
    static final Dfa CLOSE_OBJECT = spaced('}', false);
    static final Dfa CLOSE_EMPTY_OBJECT = Dfa.literal("}");
    static final Dfa SEPARATOR = spaced(',', true);
    static final Dfa COLON = key(":");
    static final Text STRING = new Text(0, Rule.NEVER);
    static final Rule NUMBER = NumberRange.any(false);
    static final Rule VALUE;
    static final Rule OBJECT;

    static {
        Reference value = new Reference();
        OBJECT = object(List.of(), new ObjectRule.Member(new Sequence(STRING, COLON), value, false), true);
        VALUE = new Choice(List.of(STRING, NUMBER, OBJECT, array(List.of(), value, 0, Rule.NEVER), BOOLEAN, NULL));
        value.set(VALUE);
    }

    private Json() {}

    static Rule array(List<Rule> prefix, @Nullable Rule item, long min, long max) {
        return new Sequence(OPEN_ARRAY, new ArrayRule(prefix, item, min, max));
    }

    static Rule object(List<ObjectRule.Member> members, ObjectRule.@Nullable Member other, boolean mayBeEmpty) {
        return new Sequence(OPEN_OBJECT, new ObjectRule(members, other, mayBeEmpty));
    }

    /** A text, and maybe a space after it: a name in quotes with its colon. */
    static Dfa key(String text) {
        return Dfa.literals(List.of(text, text + " "));
    }

    /** A sign with white space before or after it: a space, or a new line and its indentation. */
    private static Dfa spaced(char sign, boolean after) {
        Dfa.Builder builder = new Dfa.Builder();
        int end = builder.state();
        builder.accept(end);
        builder.edge(0, sign, sign, end);
        if (after) {
            white(builder, end, -1, sign);
        } else {
            white(builder, 0, end, sign);
        }
        return builder.build();
    }

    /** @param end where {@code sign} leads after the white space; -1 if the white space is the end itself */
    private static void white(Dfa.Builder builder, int from, int end, char sign) {
        int space = state(builder, end, sign);
        builder.edge(from, ' ', ' ', space);
        int at = state(builder, end, sign);
        builder.edge(from, '\n', '\n', at);
        for (int i = 0; i < MAX_INDENT; i++) {
            int next = state(builder, end, sign);
            builder.edge(at, ' ', ' ', next);
            at = next;
        }
    }

    private static int state(Dfa.Builder builder, int end, char sign) {
        int state = builder.state();
        if (end < 0) {
            builder.accept(state);
        } else {
            builder.edge(state, sign, sign, end);
        }
        return state;
    }
}
