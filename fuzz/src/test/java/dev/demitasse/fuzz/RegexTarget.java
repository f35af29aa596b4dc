package dev.demitasse.fuzz;

import dev.demitasse.grammar.automaton.Budget;
import dev.demitasse.grammar.automaton.Dfa;
import dev.demitasse.grammar.automaton.Regex;
import dev.demitasse.grammar.automaton.TooLargeException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The regular expressions of JSON schemas. Each text that the strict automaton accepts, the lenient one accepts as well. */
final class RegexTarget extends Target {
    private static final List<String> TEXTS = List.of(
            "\"\"", "\"a\"", "\"abc\"", "\"0\"", "\"2024-02-29\"", "\"\u00e9 x\"", "\"\\n\"", "\"A_1\"", "\"aaaa\"");

    RegexTarget() {
        super(IllegalArgumentException.class, TooLargeException.class);
    }

    /** Returns a small budget, so that there are many executions in a second. */
    private static Budget budget() {
        Budget budget = new Budget();
        budget.spend(19_970_000);
        return budget;
    }

    @Override
    protected void test(byte[] input) {
        String pattern = Input.text(input);
        Dfa strict = Regex.search(pattern, false, budget());
        Dfa lenient = Regex.search(pattern, true, budget());
        for (String text : TEXTS) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            check(!strict.matches(bytes) || lenient.matches(bytes), "only the strict automaton accepts " + text);
        }
        for (int state = 0; state < strict.size(); state++) {
            strict.distance(state);
            strict.accepts(state);
        }
        shortest(strict);
    }

    /** Follows the shortest text: each byte brings the end one byte nearer. */
    private static void shortest(Dfa automaton) {
        if (automaton.isEmpty()) {
            return;
        }
        int state = 0;
        for (long left = automaton.distance(); left > 0; left--) {
            int next = Dfa.NONE;
            for (int b = 0; b < 256; b++) {
                int to = automaton.next(state, b);
                if (to != Dfa.NONE && automaton.distance(to) == left - 1) {
                    next = to;
                    break;
                }
            }
            check(next != Dfa.NONE, "no byte leads to the end");
            state = next;
        }
        check(automaton.accepts(state), "the shortest text is not accepted");
    }

    @Override
    protected List<byte[]> seeds() {
        return Fuzzer.inputs(List.of(
                "^[a-z]+(-[a-z]+)*$",
                "^\\d{4}-\\d{2}-\\d{2}$",
                "^(?=.*[A-Z])(?!.*x).{2,8}$",
                "(a|bc?){1,3}\\w\\s\\S\\D\\W",
                "[^\\u0000-\\u001f\\x20]\\cA\\/",
                "\\p{L}+\\P{Lu}*",
                "(?:x(?<n>y))*?.$",
                "^$|^(\u00e9|\uD83D\uDE00)$"));
    }

    @Override
    protected List<String> dictionary() {
        return List.of(
                "(?:",
                "(?=",
                "(?!",
                "(?<n>",
                "\\d",
                "\\w",
                "\\s",
                "\\b",
                "\\u{1F600}",
                "\\p{L}",
                "\\x",
                "\\c",
                "[^",
                "{2,}",
                "{1,3}",
                "*?",
                "|",
                "^",
                "$");
    }

    @Override
    protected long maxAllocation(int inputLength) {
        // The budget bounds it: two times 30,000 steps.
        return 40L << 20;
    }
}
