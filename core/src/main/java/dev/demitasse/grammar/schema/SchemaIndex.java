package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.automaton.Budget;
import dev.demitasse.grammar.schema.SchemaNode.Kind;
import dev.demitasse.grammar.schema.SchemaNode.Options;
import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Numbers the schemas within a schema, and reads each when it is needed. */
final class SchemaIndex {
    private static final long CONSTANT_COST = 300;
    private static final long READ_COST = 20;

    private final JsonField root;
    private final Budget budget;
    private final References references;
    private final Negation negation = new Negation(this);
    private final List<SchemaNode> nodes = new ArrayList<>();
    private final IdentityHashMap<Object, Integer> numbers = new IdentityHashMap<>(); // by the value of the field
    private final IdentityHashMap<Object, JsonField> negations =
            new IdentityHashMap<>(); // by the value of the negated schema
    private final Set<String> warnings = new LinkedHashSet<>();

    SchemaIndex(JsonField root, Budget budget) {
        this.root = root;
        this.budget = budget;
        references = new References(root, budget);
    }

    JsonField root() {
        return root;
    }

    /** Returns whether a schema has {@code unevaluatedItems} or {@code unevaluatedProperties}. */
    boolean hasUnevaluated() {
        return references.hasUnevaluated();
    }

    /** Returns what was read but has no effect, each with its path. */
    List<String> warnings() {
        return List.copyOf(warnings);
    }

    void warn(String warning) {
        if (warnings.size() < Keywords.MAX_WARNINGS) {
            warnings.add(warning);
        }
    }

    /** Returns the number of the schema in a field. */
    int number(JsonField field) {
        Keywords.checkSchema(field);
        Object value = field.value();
        Integer known = numbers.get(value);
        if (known == null) {
            known = nodes.size();
            numbers.put(value, known);
            nodes.add(new SchemaNode(field));
        }
        return known;
    }

    /** Returns the numbers of the schemas in a list, which must not be empty. */
    List<Integer> numbers(JsonField list) {
        List<Integer> all = new ArrayList<>();
        for (JsonField element : list.elements()) {
            all.add(number(element));
        }
        if (all.isEmpty()) {
            throw list.isNot("a list that is not empty");
        }
        return all;
    }

    /** Returns the schema that holds for a value if another one does not. */
    JsonField not(JsonField schema) {
        Object value = schema.value();
        if (value instanceof Boolean bool) {
            return new JsonField(schema.path(), !bool);
        }
        JsonField known = negations.get(value);
        if (known == null) {
            Map<String, @Nullable Object> keywords = new LinkedHashMap<>();
            keywords.put("not", value);
            known = new JsonField(schema.path(), keywords);
            negations.put(value, known);
        }
        return known;
    }

    /** Returns whether a schema stands for the negation of another one ({@link #not}). */
    boolean isNegation(int number) {
        return nodes.get(number).source.value() instanceof Map<?, ?> map && map.size() == 1 && map.containsKey("not");
    }

    /** Returns a schema of which only the source may have been read. */
    SchemaNode unread(int number) {
        return nodes.get(number);
    }

    /** Returns a schema. */
    SchemaNode node(int number) {
        SchemaNode node = nodes.get(number);
        if (!node.isRead) {
            node.isRead = true;
            read(node);
        }
        return node;
    }

    /** Returns the schema in a field, with the keywords of draft 2020-12. */
    SchemaNode node(JsonField field) {
        return node(number(field));
    }

    /** Returns the schemas that {@code $ref} and {@code $dynamicRef} of a schema name. */
    List<JsonField> referred(SchemaNode node) {
        List<JsonField> all = new ArrayList<>();
        Map<String, @Nullable Object> keywords = node.keywords();
        if (keywords.containsKey("$ref")) {
            all.add(references.resolve(node.source, node.field.member("$ref")));
        }
        if (keywords.containsKey("$dynamicRef")) {
            all.add(references.resolveDynamic(node.source, node.field.member("$dynamicRef")));
        }
        return all;
    }

    /** Returns whether only strings are valid against schemas that must all hold. */
    boolean areStrings(List<JsonField> schemas) {
        for (JsonField schema : schemas) {
            SchemaNode node = node(schema);
            List<JsonField> targets = new ArrayList<>();
            node.conjuncts.forEach(number -> targets.add(unread(number).source));
            budget.spend(READ_COST);
            if ("string".equals(node.keywords().get("type")) || areStrings(targets)) {
                return true;
            }
        }
        return false;
    }

    private void read(SchemaNode node) {
        node.field = Drafts.upgraded(node.source, references.isUpToDraft7());
        Map<String, @Nullable Object> keywords = node.keywords();
        budget.spend(READ_COST + 2L * keywords.size());
        node.hasAssertions = node.isNever || Keywords.check(node.field, this);
        for (JsonField target : referred(node)) {
            node.conjuncts.add(number(target));
        }
        if (keywords.containsKey("allOf")) {
            node.conjuncts.addAll(numbers(node.field.member("allOf")));
        }
        for (String keyword : new String[] {"anyOf", "oneOf"}) {
            if (keywords.containsKey(keyword)) {
                JsonField list = node.field.member(keyword);
                Kind kind = keyword.equals("oneOf") ? Kind.ONE_OF : Kind.ANY_OF;
                node.choices.add(new Options(singles(numbers(list)), kind));
            }
        }
        condition(node, keywords);
        dependencies(node, keywords);
        if (keywords.containsKey("not")) {
            negation(node);
        }
        List<JsonField> constants = Constants.of(node.field);
        if (constants != null && Constants.hasComposite(constants)) {
            List<Integer> values = new ArrayList<>();
            for (JsonField value : constants) {
                budget.spend(CONSTANT_COST);
                values.add(number(Constants.schemaOf(value)));
            }
            node.choices.add(new Options(singles(values), Kind.CONSTANTS));
        }
    }

    private static List<List<Integer>> singles(List<Integer> schemas) {
        List<List<Integer>> all = new ArrayList<>();
        for (int schema : schemas) {
            all.add(List.of(schema));
        }
        return all;
    }

    private void choose(SchemaNode node, List<List<JsonField>> options, Kind kind) {
        List<List<Integer>> all = new ArrayList<>();
        for (List<JsonField> option : options) {
            List<Integer> schemas = new ArrayList<>();
            for (JsonField schema : option) {
                schemas.add(number(schema));
            }
            all.add(schemas);
        }
        node.choices.add(new Options(all, kind));
    }

    private void condition(SchemaNode node, Map<String, @Nullable Object> keywords) {
        if (keywords.containsKey("if") && (keywords.containsKey("then") || keywords.containsKey("else"))) {
            JsonField condition = node.field.member("if");
            Keywords.checkSchema(condition);
            List<JsonField> holds = new ArrayList<>(List.of(condition));
            List<JsonField> fails = new ArrayList<>(List.of(not(condition)));
            if (keywords.containsKey("then")) {
                holds.add(node.field.member("then"));
            }
            if (keywords.containsKey("else")) {
                fails.add(node.field.member("else"));
            }
            choose(node, List.of(holds, fails), Kind.ANY_OF);
        }
    }

    /** Adds a choice for each member that other members or schemas depend on: it is absent, or they hold. */
    private void dependencies(SchemaNode node, Map<String, @Nullable Object> keywords) {
        for (String keyword : new String[] {"dependentRequired", "dependentSchemas"}) {
            if (!keywords.containsKey(keyword)) {
                continue;
            }
            JsonField all = node.field.member(keyword);
            for (String name : all.object().keySet()) {
                JsonField value = all.member(name);
                JsonField present = value.value() instanceof List
                        ? Schema.requiring(value.path(), name, value.elements())
                        : Schema.requiring(value.path(), name, List.of());
                List<JsonField> holds = value.value() instanceof List ? List.of(present) : List.of(present, value);
                choose(node, List.of(List.of(Schema.without(value.path(), name)), holds), Kind.ANY_OF);
            }
        }
    }

    private void negation(SchemaNode node) {
        JsonField negated = node.field.member("not");
        Keywords.checkSchema(negated);
        if (Negation.isAssertion(negated)) {
            node.hasAssertions = true;
            return;
        }
        List<List<JsonField>> options = new ArrayList<>();
        for (JsonField option : negation.options(node(negated))) {
            options.add(List.of(option));
        }
        choose(node, options, Kind.NEGATION);
    }
}
