package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Choice;
import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.ShortestTexts;
import dev.demitasse.grammar.Stack;
import dev.demitasse.grammar.automaton.Budget;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.TooLargeException;
import dev.demitasse.grammar.schema.SchemaNode.Part;
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

    /**
     * A part of a schema.
     *
     * @param number the number of the schema in the {@link SchemaIndex}
     */
    private record Item(int number, Part part) {}

    private final SchemaIndex index;
    private final Budget budget;

    /** Whether to accept all texts that may be valid instead of only texts that are valid. */
    private final boolean lenient;

    private final Map<Set<Item>, Choice> rules = new HashMap<>();
    private final ArrayDeque<Runnable> pending = new ArrayDeque<>();
    private @Nullable SchemaCompiler overlaps;

    SchemaCompiler(@Nullable Object schema) {
        budget = new Budget();
        index = new SchemaIndex(new JsonField("schema", schema), budget);
        lenient = false;
    }

    /** Creates a lenient compiler of the same schemas, which proves that several of them can't hold at once. */
    private SchemaCompiler(SchemaCompiler strict) {
        index = strict.index;
        budget = strict.budget;
        lenient = true;
    }

    Rule compile() {
        Rule rule = measured(List.of(new Item(index.number(index.root()), Part.ALL)));
        if (rule.distance() >= Distance.NEVER) {
            throw error("schema", "can't be satisfied: no JSON text is valid against it");
        }
        if (Stack.push(rule, Stack.END) == null) {
            throw error("schema", "needs arrays and objects nested deeper than " + Stack.MAX_DEPTH);
        }
        return rule;
    }

    private Rule measured(List<Item> items) {
        Rule rule = rule(items);
        try {
            while (!pending.isEmpty()) {
                pending.removeFirst().run();
            }
            ShortestTexts.find(rule, budget);
        } catch (TooLargeException e) {
            throw error("schema", e.getMessage());
        }
        return rule;
    }

    private static IllegalArgumentException error(String path, @Nullable String problem) {
        return new IllegalArgumentException(path + " " + problem);
    }

    /** Returns the rule of values for which all schemas hold. */
    Rule ruleOf(List<JsonField> schemas) {
        List<Item> items = new ArrayList<>();
        for (JsonField schema : schemas) {
            items.add(new Item(index.number(schema), Part.ALL));
        }
        return rule(items);
    }

    private Rule rule(List<Item> items) {
        Set<Item> set = new LinkedHashSet<>();
        for (Item item : items) {
            SchemaNode node = index.unread(item.number);
            if (node.isNever) {
                return Json.NOTHING;
            }
            if (!Boolean.TRUE.equals(node.field.value())) {
                set.add(item);
            }
        }
        if (set.isEmpty()) {
            return Json.VALUE;
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
        List<Item> rest = new ArrayList<>();
        Item choice = null;
        for (Item part : flattened(items)) {
            if (choice == null && part.part != Part.ASSERTIONS) {
                choice = part;
            } else {
                rest.add(part);
            }
        }
        if (choice == null) {
            return byType(rest);
        }
        SchemaNode node = index.node(choice.number);
        List<Integer> options =
                switch (choice.part) {
                    case ANY_OF -> index.numbers(node.field.member("anyOf"));
                    case ONE_OF -> index.numbers(node.field.member("oneOf"));
                    default -> node.constants;
                };
        if (choice.part == Part.ONE_OF && !lenient) {
            checkDisjoint(node.field.member("oneOf"), options, rest);
        }
        Set<Rule> alternatives = new LinkedHashSet<>();
        for (int option : options) {
            alternatives.add(rule(with(rest, option)));
        }
        return new ArrayList<>(alternatives);
    }

    private List<Rule> byType(List<Item> assertions) {
        List<JsonField> schemas = new ArrayList<>();
        for (Item item : assertions) {
            SchemaNode node = index.node(item.number);
            if (node.isNever) {
                return List.of();
            }
            schemas.add(node.field);
        }
        try {
            return new TypeRules(new Schemas(schemas, this, budget, lenient)).rules();
        } catch (TooLargeException e) {
            throw error(schemas.get(0).path(), e.getMessage());
        }
    }

    private static List<Item> with(List<Item> items, int... schemas) {
        List<Item> all = new ArrayList<>(items);
        for (int schema : schemas) {
            all.add(new Item(schema, Part.ALL));
        }
        return all;
    }

    /** Replaces whole schemas by their parts and those of the schemas that must hold in addition. */
    private Set<Item> flattened(Set<Item> items) {
        Set<Item> parts = new LinkedHashSet<>();
        Set<Integer> done = new HashSet<>();
        for (Item item : items) {
            if (item.part == Part.ALL) {
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
        SchemaNode node = index.node(number);
        if (path.size() > MAX_REFERENCES) {
            throw error(node.field.path(), "is reached through more than " + MAX_REFERENCES + " references");
        }
        if (!path.add(number)) {
            throw error(node.field.path(), "refers to itself directly");
        }
        if (done.add(number)) {
            budget.spend(FLATTEN_COST);
            for (Part part : node.parts) {
                parts.add(new Item(number, part));
            }
            for (int other : node.conjuncts) {
                flatten(other, parts, done, path);
            }
        }
        path.remove(number);
    }

    /** Ensures that no value is valid against two of the schemas of {@code oneOf}. */
    private void checkDisjoint(JsonField list, List<Integer> options, List<Item> rest) {
        SchemaCompiler both = overlaps;
        if (both == null) {
            both = new SchemaCompiler(this);
            overlaps = both;
        }
        for (int i = 0; i < options.size(); i++) {
            for (int j = i + 1; j < options.size(); j++) {
                Rule overlap = both.measured(with(rest, options.get(i), options.get(j)));
                if (overlap.distance() < Distance.NEVER) {
                    throw error(
                            list.path(),
                            "is not supported if a value may be valid against two of its schemas; " + list.path() + "["
                                    + i + "] and [" + j + "] may both hold. Use anyOf");
                }
            }
        }
    }
}
