package dev.demitasse.grammar;

import dev.demitasse.grammar.automaton.Budget;
import dev.demitasse.grammar.automaton.TextUntil;
import dev.demitasse.grammar.automaton.Words;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A set of answers, as a language over bytes. Immutable. */
public final class Grammar {
    private final Rule rule;
    /** The state that {@link #after} has reached; null at the start. */
    private final @Nullable State reached;

    /** Creates the grammar of a rule, whose shortest texts {@link ShortestTexts} has found. */
    public Grammar(Rule rule) {
        this(rule, null);
    }

    private Grammar(Rule rule, @Nullable State reached) {
        this.rule = rule;
        this.reached = reached;
    }

    /**
     * Returns the grammar of the rests of the texts that begin with {@code begun}, or null if there are none. It can't be a part of
     * another grammar.
     */
    public @Nullable Grammar after(String begun) {
        State state = start();
        for (byte b : begun.getBytes(StandardCharsets.UTF_8)) {
            state = state == null ? null : state.next(b & 0xff);
        }
        return state == null ? null : new Grammar(rule, state);
    }

    /** Returns the state before any text. */
    State start() {
        if (reached != null) {
            return reached;
        }
        Stack whole = Stack.push(rule, Stack.END);
        if (whole == null) {
            throw new IllegalStateException("the grammar has no texts");
        }
        return whole.entered();
    }

    /**
     * Returns the grammar of one text, which may be empty.
     *
     * @throws IllegalArgumentException if the text has a character that an answer can't contain: half a surrogate pair, or
     *     a control character other than tab and line breaks
     */
    public static Grammar literal(String text) {
        return new Grammar(new Terminal(Words.of(text)));
    }

    /** Returns the grammar of concatenated texts. */
    public static Grammar sequence(Grammar... parts) {
        return measured(new Sequence(rules(List.of(parts))));
    }

    /**
     * Returns the union of grammars.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static Grammar choice(List<Grammar> parts) {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("a choice needs at least one part");
        }
        return measured(new Choice(rules(parts)));
    }

    /**
     * Returns the grammar of texts in UTF-8 that end with a marker and contain it nowhere else.
     *
     * @throws IllegalArgumentException if the marker is empty, or as {@link #literal} does
     */
    public static Grammar textUntil(String marker) {
        return new Grammar(new Terminal(TextUntil.of(marker)));
    }

    private static Grammar measured(Rule rule) {
        ShortestTexts.find(rule, new Budget());
        return new Grammar(rule);
    }

    private static List<Rule> rules(List<Grammar> parts) {
        List<Rule> rules = new ArrayList<>();
        for (Grammar part : parts) {
            if (part.reached != null) {
                throw new IllegalArgumentException("the rest of a text can't be a part of another grammar");
            }
            rules.add(part.rule);
        }
        return rules;
    }
}
