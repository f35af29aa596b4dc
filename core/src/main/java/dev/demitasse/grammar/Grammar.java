package dev.demitasse.grammar;

import dev.demitasse.grammar.automaton.Budget;
import dev.demitasse.grammar.automaton.TextUntil;
import dev.demitasse.grammar.automaton.Words;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A set of answers, as a language over bytes. Its rules are measured in tokens of the vocabulary of its matchers, so a grammar
 * belongs to one model.
 */
public final class Grammar {
    private final Rule rule;
    private final List<String> warnings;
    /** The bytes before the texts, which {@link #after} has read. */
    private final byte[] begun;

    /** The vocabulary in whose tokens the rules were measured last. */
    private @Nullable TokenTrie measured;

    /** Creates the grammar of a rule, whose shortest texts {@link ShortestTexts} has found. */
    public Grammar(Rule rule) {
        this(rule, List.of());
    }

    /**
     * Creates the grammar of a rule.
     *
     * @param warnings what was asked for but has no effect
     */
    public Grammar(Rule rule, List<String> warnings) {
        this(rule, warnings, new byte[0]);
    }

    private Grammar(Rule rule, List<String> warnings, byte[] begun) {
        this.rule = rule;
        this.warnings = List.copyOf(warnings);
        this.begun = begun;
    }

    /** Returns what was asked for but has no effect, such as a keyword that is not known. */
    public List<String> warnings() {
        return warnings;
    }

    /**
     * Returns the grammar of the rests of the texts that begin with {@code text}, or null if there are none. It can't be a part
     * of another grammar.
     */
    public @Nullable Grammar after(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return next(start(), bytes) == null ? null : new Grammar(rule, warnings, bytes);
    }

    /** Returns the state before any text, with distances in tokens of a vocabulary. */
    State start(TokenTrie trie) {
        if (measured != trie) {
            measured = trie;
            ShortestTexts.measure(rule, trie);
        }
        State state = next(start(), begun);
        if (state == null) {
            throw new IllegalStateException("the grammar has no texts that begin like this");
        }
        return state;
    }

    private static @Nullable State next(State start, byte[] text) {
        State state = start;
        for (byte b : text) {
            state = state == null ? null : state.next(b & 0xff);
        }
        return state;
    }

    private State start() {
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
        return measured(new Sequence(rules(List.of(parts))), List.of(parts));
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
        return measured(new Choice(rules(parts)), parts);
    }

    /**
     * Returns the grammar of texts in UTF-8 that end with a marker and contain it nowhere else.
     *
     * @throws IllegalArgumentException if the marker is empty, or as {@link #literal} does
     */
    public static Grammar textUntil(String marker) {
        return new Grammar(new Terminal(TextUntil.of(marker)));
    }

    private static Grammar measured(Rule rule, List<Grammar> parts) {
        ShortestTexts.find(rule, new Budget());
        List<String> warnings = new ArrayList<>();
        for (Grammar part : parts) {
            warnings.addAll(part.warnings);
        }
        return new Grammar(rule, warnings);
    }

    private static List<Rule> rules(List<Grammar> parts) {
        List<Rule> rules = new ArrayList<>();
        for (Grammar part : parts) {
            if (part.begun.length > 0) {
                throw new IllegalArgumentException("the rest of a text can't be a part of another grammar");
            }
            rules.add(part.rule);
        }
        return rules;
    }
}
