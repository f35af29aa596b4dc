package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.automaton.Budget;
import dev.demitasse.grammar.schema.SchemaNode.Part;
import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Numbers the schemas within a schema, and reads each when it is needed. */
final class SchemaIndex {
    private static final long CONSTANT_COST = 300;

    private final JsonField root;
    private final Budget budget;
    private final List<SchemaNode> nodes = new ArrayList<>();
    private final IdentityHashMap<Object, Integer> numbers = new IdentityHashMap<>(); // by the value of the field

    SchemaIndex(JsonField root, Budget budget) {
        this.root = root;
        this.budget = budget;
    }

    JsonField root() {
        return root;
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

    /** Returns a schema of which only the field may have been read. */
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

    private void read(SchemaNode node) {
        boolean hasAssertions = checkKeywords(node);
        if (hasAssertions) {
            Keywords.checkAssertions(node.field);
        }
        if (hasAssertions || node.isNever) {
            node.parts.add(Part.ASSERTIONS);
        }
        Map<String, @Nullable Object> keywords = node.keywords();
        if (keywords.containsKey("$ref")) {
            node.conjuncts.add(number(JsonPointer.resolve(root, node.field.member("$ref"))));
        }
        if (keywords.containsKey("allOf")) {
            node.conjuncts.addAll(numbers(node.field.member("allOf")));
        }
        if (keywords.containsKey("anyOf")) {
            node.parts.add(Part.ANY_OF);
        }
        if (keywords.containsKey("oneOf")) {
            node.parts.add(Part.ONE_OF);
        }
        List<JsonField> constants = Constants.of(node.field);
        if (constants != null && Constants.hasComposite(constants)) {
            node.parts.add(Part.CONSTANTS);
            for (JsonField value : constants) {
                budget.spend(CONSTANT_COST);
                node.constants.add(number(Constants.schemaOf(value)));
            }
        }
    }

    /** Checks that all keywords are supported, and returns whether there are assertions. */
    @SuppressWarnings("ReferenceEquality") // fields are nodes of the schema's graph
    private boolean checkKeywords(SchemaNode node) {
        boolean hasAssertions = false;
        Map<String, @Nullable Object> keywords = node.keywords();
        for (String keyword : keywords.keySet()) {
            budget.spend(1);
            String path = node.field.path() + "." + keyword;
            if (keyword.equals("$id") && node.field != root) {
                throw new IllegalArgumentException(path + " is supported at the root only");
            }
            boolean isAssertion = Keywords.ASSERTIONS.contains(keyword);
            if (isAssertion && keywords.get(keyword) == null && !keyword.equals("const")) {
                throw new IllegalArgumentException(path + " is null");
            }
            if (!isAssertion && !Keywords.ANNOTATIONS.contains(keyword) && !Keywords.APPLICATORS.contains(keyword)) {
                throw new IllegalArgumentException(path + " is not supported");
            }
            hasAssertions |= isAssertion;
        }
        return hasAssertions;
    }
}
