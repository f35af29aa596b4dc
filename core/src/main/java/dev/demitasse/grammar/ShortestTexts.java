package dev.demitasse.grammar;

import dev.demitasse.grammar.automaton.Budget;
import dev.demitasse.grammar.automaton.TooLargeException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds the shortest text of each rule by iterating to a fixed point. */
public final class ShortestTexts {
    /** Maximum number of nested choices, which are entered without reading a byte. */
    private static final int MAX_NESTED_CHOICES = 256;

    private ShortestTexts() {}

    /**
     * Finds the shortest texts of a rule and of all its parts.
     *
     * @throws TooLargeException if the budget is exhausted or choices are nested too deep
     * @throws IllegalArgumentException if a choice contains itself without reading a byte before
     */
    public static void find(Rule root, Budget budget) {
        measure(parts(root), budget);
    }

    /** Measures the shortest texts that {@link #find} has found in tokens of a vocabulary. */
    static void measure(Rule root, TokenTrie trie) {
        List<Rule> rules = parts(root);
        for (Rule rule : rules) {
            rule.useVocabulary(trie);
        }
        fix(rules, new Budget());
    }

    private static void measure(List<Rule> rules, Budget budget) {
        fix(rules, budget);
        Map<Rule, Integer> nesting = new HashMap<>();
        for (Rule rule : rules) {
            if (rule instanceof Choice choice) {
                checkNesting(choice, nesting, 0, budget);
            }
        }
    }

    private static void fix(List<Rule> all, Budget budget) {
        List<Rule> rules = new ArrayList<>();
        for (Rule rule : all) {
            if (!(rule instanceof Terminal)) {
                rules.add(rule);
            }
        }
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int i = rules.size() - 1; i >= 0; i--) {
                Rule rule = rules.get(i);
                long distance = rule.distance();
                int height = rule.height();
                budget.spend(20);
                rule.measure();
                changed |= rule.distance() != distance || rule.height() != height;
            }
        }
    }

    private static List<Rule> parts(Rule root) {
        Set<Rule> seen = new HashSet<>();
        List<Rule> rules = new ArrayList<>();
        ArrayDeque<Rule> open = new ArrayDeque<>();
        open.add(root);
        while (!open.isEmpty()) {
            Rule rule = open.removeFirst();
            if (seen.add(rule)) {
                rules.add(rule);
                rule.forEachPart(open::add);
            }
        }
        return rules;
    }

    private static int checkNesting(Choice choice, Map<Rule, Integer> known, int depth, Budget budget) {
        Integer found = known.get(choice);
        if (found != null) {
            if (found < 0) {
                throw new IllegalArgumentException("schema refers to itself directly");
            }
            return found;
        }
        if (depth > MAX_NESTED_CHOICES) {
            throw new TooLargeException("has more than " + MAX_NESTED_CHOICES + " nested choices");
        }
        known.put(choice, -1);
        int deepest = 0;
        for (Rule part : choice.parts()) {
            budget.spend(1);
            if (part instanceof Choice inner) {
                deepest = Math.max(deepest, 1 + checkNesting(inner, known, depth + 1, budget));
            }
        }
        if (deepest > MAX_NESTED_CHOICES) {
            throw new TooLargeException("has more than " + MAX_NESTED_CHOICES + " nested choices");
        }
        known.put(choice, deepest);
        return deepest;
    }
}
