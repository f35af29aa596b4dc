package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Choice;
import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.ShortestTexts;
import dev.demitasse.grammar.Stack;
import dev.demitasse.grammar.automaton.Budget;
import dev.demitasse.grammar.automaton.Dfa;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.Key;
import dev.demitasse.grammar.automaton.TooLargeException;
import dev.demitasse.grammar.schema.SchemaNode.Kind;
import dev.demitasse.grammar.schema.SchemaNode.Options;
import dev.demitasse.json.JsonField;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compiles a schema to rules. A rule stands for a set of schemas that must all hold, so {@code allOf} and keywords next to
 * {@code $ref} or {@code anyOf} make the set larger, and recursive schemas lead back to sets that already have a rule.
 */
final class SchemaCompiler {
    private static final int MAX_RULES = 20_000;
    private static final int MAX_REFERENCES = 200;
    private static final long RULE_COST = 300;
    private static final long ITEM_COST = 150;
    private static final long FLATTEN_COST = 10;

    /** The part of an item that is the whole schema. */
    private static final int ALL = -1;

    /** The part that is the assertions, without references and choices. */
    private static final int ASSERTIONS = -2;

    /** The part that restricts nothing but tells that the schema holds, on which unevaluated members depend. */
    private static final int HELD = -3;

    /**
     * A part of a schema.
     *
     * @param number the number of the schema in the {@link SchemaIndex}
     * @param part {@link #ALL}, {@link #ASSERTIONS}, {@link #HELD} or the index of a choice
     */
    private record Item(int number, int part) {
        /** Returns a hash such that those of sets, which are sums, differ. */
        @Override
        public int hashCode() {
            return Long.hashCode(Key.mix(number, part));
        }
    }

    private final SchemaIndex index;
    private final Budget budget;
    private final Json json;

    /** Whether to accept all texts that may be valid instead of only texts that are valid. */
    private final boolean lenient;

    private final Map<Set<Item>, Choice> rules = new HashMap<>();
    private final ArrayDeque<Runnable> pending = new ArrayDeque<>();
    private @Nullable SchemaCompiler overlaps;

    SchemaCompiler(@Nullable Object schema) {
        budget = new Budget();
        json = new Json();
        index = new SchemaIndex(new JsonField("schema", schema), budget);
        lenient = false;
    }

    /** Creates a lenient compiler of the same schemas, which proves that several of them can't hold at once. */
    private SchemaCompiler(SchemaCompiler strict) {
        index = strict.index;
        budget = strict.budget;
        json = strict.json;
        lenient = true;
    }

    Json json() {
        return json;
    }

    SchemaIndex index() {
        return index;
    }

    /** Returns what has no effect, each with its path. */
    List<String> warnings() {
        return index.warnings();
    }

    Rule compile() {
        Rule rule = measured(List.of(new Item(index.number(index.root()), ALL)));
        if (rule.distance() >= Distance.NEVER) {
            throw error("schema", "can't be satisfied: no JSON text is valid against it");
        }
        if (Stack.push(rule, Stack.END) == null) {
            throw error("schema", "needs arrays and objects nested deeper than " + Stack.MAX_DEPTH);
        }
        return rule;
    }

    private Rule measured(List<Item> items) {
        try {
            Rule rule = rule(items);
            while (!pending.isEmpty()) {
                pending.removeFirst().run();
            }
            ShortestTexts.find(rule, budget);
            return rule;
        } catch (TooLargeException e) {
            throw error("schema", e.getMessage());
        }
    }

    private static IllegalArgumentException error(String path, @Nullable String problem) {
        return new IllegalArgumentException(path + " " + problem);
    }

    /** Returns the rule of values for which all schemas hold. */
    Rule ruleOf(List<JsonField> schemas) {
        return rule(items(schemas));
    }

    private List<Item> items(List<JsonField> schemas) {
        List<Item> items = new ArrayList<>();
        for (JsonField schema : schemas) {
            items.add(new Item(index.number(schema), ALL));
        }
        return items;
    }

    private Rule rule(List<Item> items) {
        Set<Item> set = new LinkedHashSet<>();
        for (Item item : items) {
            SchemaNode node = index.unread(item.number);
            if (node.isNever) {
                return Json.NOTHING;
            }
            if (!Boolean.TRUE.equals(node.source.value())) {
                set.add(item);
            }
        }
        if (set.isEmpty()) {
            return json.value;
        }
        Choice known = rules.get(set);
        if (known != null) {
            return known;
        }
        budget.spend(RULE_COST + ITEM_COST * set.size());
        if (rules.size() == MAX_RULES) {
            throw new TooLargeException("needs more than " + MAX_RULES + " rules");
        }
        List<Rule> alternatives = new ArrayList<>();
        Choice made = new Choice(alternatives);
        rules.put(set, made);
        pending.add(() -> alternatives.addAll(alternatives(set)));
        return made;
    }

    private List<Rule> alternatives(Set<Item> items) {
        List<Item> assertions = new ArrayList<>();
        List<List<Item>> options = split(items, assertions);
        if (options == null) {
            Schemas schemas = schemas(assertions);
            if (schemas == null) {
                return List.of();
            }
            try {
                return new TypeRules(schemas).rules();
            } catch (TooLargeException e) {
                throw error(schemas.path(), e.getMessage());
            }
        }
        Set<Rule> alternatives = new LinkedHashSet<>();
        for (List<Item> option : options) {
            alternatives.add(rule(option));
        }
        return new ArrayList<>(alternatives);
    }

    /**
     * Returns the strings for which all schemas hold, in their unique form.
     *
     * @throws TooLargeException if that takes too much work
     */
    Dfa strings(List<JsonField> schemas) {
        Set<Dfa> found = new LinkedHashSet<>();
        strings(new LinkedHashSet<>(items(schemas)), found, 0);
        Dfa all = null;
        for (Dfa strings : found) {
            all = all == null ? strings : all.or(strings, budget);
        }
        return all == null ? Dfa.NOTHING : all;
    }

    private void strings(Set<Item> items, Set<Dfa> found, int depth) {
        budget.spend(RULE_COST + ITEM_COST * items.size());
        if (depth > MAX_REFERENCES) {
            throw new TooLargeException("has too many nested choices of strings");
        }
        List<Item> assertions = new ArrayList<>();
        List<List<Item>> options = split(items, assertions);
        if (options == null) {
            Schemas schemas = schemas(assertions);
            if (schemas != null) {
                found.add(new TypeRules(schemas).strings());
            }
            return;
        }
        for (List<Item> option : options) {
            strings(new LinkedHashSet<>(option), found, depth + 1);
        }
    }

    /** Returns the schemas of assertions, or null if one is false. */
    private @Nullable Schemas schemas(List<Item> items) {
        List<JsonField> schemas = new ArrayList<>();
        Set<Integer> held = new HashSet<>();
        for (Item item : items) {
            SchemaNode node = index.node(item.number);
            if (node.isNever) {
                return null;
            }
            if (item.part == HELD) {
                held.add(item.number);
            } else {
                schemas.add(node.field);
            }
        }
        if (schemas.isEmpty()) {
            schemas.add(Schema.of("schema"));
        }
        return new Schemas(schemas, held, this, budget, lenient);
    }

    /**
     * Splits a set at its first choice.
     *
     * @param rest receives the parts other than the choice
     * @return the options, or null if there is no choice
     */
    private @Nullable List<List<Item>> split(Set<Item> items, List<Item> rest) {
        Item choice = null;
        for (Item part : flattened(items)) {
            if (choice == null && part.part >= 0) {
                choice = part;
            } else {
                rest.add(part);
            }
        }
        if (choice == null) {
            return null;
        }
        Options options = index.node(choice.number).choices.get(choice.part);
        List<List<Integer>> all =
                options.kind() == Kind.ONE_OF && !lenient ? exclusive(options, rest) : options.options();
        List<List<Item>> split = new ArrayList<>();
        for (List<Integer> option : all) {
            split.add(with(rest, option));
        }
        return split;
    }

    private static List<Item> with(List<Item> items, List<Integer> schemas) {
        List<Item> all = new ArrayList<>(items);
        for (int schema : schemas) {
            all.add(new Item(schema, ALL));
        }
        return all;
    }

    /** Replaces whole schemas by their parts and those of the schemas that must hold in addition. */
    private Set<Item> flattened(Set<Item> items) {
        Set<Item> parts = new LinkedHashSet<>();
        Set<Integer> done = new HashSet<>();
        for (Item item : items) {
            if (item.part == ALL) {
                flatten(item.number, parts, done, new LinkedHashSet<>());
            } else {
                parts.add(item);
            }
        }
        return parts;
    }

    /**
     * Adds the parts of a schema and of the schemas that must hold in addition.
     *
     * @param path the numbers of the schemas that led to this one
     */
    private void flatten(int number, Set<Item> parts, Set<Integer> done, Set<Integer> path) {
        if (lenient && index.isNegation(number)) {
            return; // a negation is exact only for texts that are valid
        }
        SchemaNode node = index.node(number);
        if (path.size() > MAX_REFERENCES) {
            throw error(node.field.path(), "is reached through more than " + MAX_REFERENCES + " references");
        }
        if (!path.add(number)) {
            throw error(node.field.path(), "refers to itself directly");
        }
        if (done.add(number)) {
            budget.spend(FLATTEN_COST);
            if (node.hasAssertions) {
                parts.add(new Item(number, ASSERTIONS));
            }
            if (index.hasUnevaluated()) {
                parts.add(new Item(number, HELD));
            }
            for (int i = 0; i < node.choices.size(); i++) {
                if (!lenient || node.choices.get(i).kind() != Kind.NEGATION) {
                    parts.add(new Item(number, i));
                }
            }
            for (int other : node.conjuncts) {
                flatten(other, parts, done, path);
            }
        }
        path.remove(number);
    }

    /** Returns options that exclude each other: with each option, those that may hold for the same value do not hold. */
    private List<List<Integer>> exclusive(Options options, List<Item> rest) {
        List<Integer> schemas = new ArrayList<>();
        for (List<Integer> option : options.options()) {
            schemas.add(option.get(0));
        }
        List<List<Integer>> all = new ArrayList<>();
        for (int schema : schemas) {
            all.add(new ArrayList<>(List.of(schema)));
        }
        Disjointness disjointness = new Disjointness(index, schemas, budget);
        for (int i = 0; i < schemas.size(); i++) {
            for (int j = i + 1; j < schemas.size(); j++) {
                if (!disjointness.isProven(i, j) && mayOverlap(rest, schemas.get(i), schemas.get(j))) {
                    all.get(i).add(negation(schemas.get(j)));
                    all.get(j).add(negation(schemas.get(i)));
                }
            }
        }
        return all;
    }

    private int negation(int schema) {
        return index.number(index.not(index.unread(schema).source));
    }

    private boolean mayOverlap(List<Item> rest, int a, int b) {
        SchemaCompiler both = overlaps;
        if (both == null) {
            both = new SchemaCompiler(this);
            overlaps = both;
        }
        return both.measured(with(rest, List.of(a, b))).distance() < Distance.NEVER;
    }
}
