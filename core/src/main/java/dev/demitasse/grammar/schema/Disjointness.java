package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.automaton.Budget;
import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Proves quickly that no value is valid against two schemas: they have different types, or are of objects that require the
 * same member with different constants. That is how most unions are written.
 */
final class Disjointness {
    /**
     * Known properties of the values of a schema.
     *
     * @param types the types, or null if they are not known
     * @param constants the constants that required members may have, by name
     */
    private record Facts(@Nullable Set<String> types, Map<String, Set<@Nullable Object>> constants) {}

    private static final int MAX_DEPTH = 20;

    private final SchemaIndex index;
    private final Budget budget;
    private final List<Facts> facts = new ArrayList<>();

    Disjointness(SchemaIndex index, List<Integer> schemas, Budget budget) {
        this.index = index;
        this.budget = budget;
        for (int schema : schemas) {
            List<JsonField> all = new ArrayList<>();
            collect(schema, all, 0);
            facts.add(facts(all));
        }
    }

    /** Returns whether no value is valid against two schemas. */
    boolean isProven(int a, int b) {
        budget.spend(20);
        Facts one = facts.get(a);
        Facts two = facts.get(b);
        if (one.types == null || two.types == null) {
            return false;
        }
        Set<String> common = new HashSet<>(one.types);
        common.retainAll(two.types);
        if (common.isEmpty()) {
            return true;
        }
        if (!common.equals(Set.of("object"))) {
            return false;
        }
        for (Map.Entry<String, Set<@Nullable Object>> entry : one.constants.entrySet()) {
            Set<@Nullable Object> others = two.constants.get(entry.getKey());
            if (others != null && isDisjoint(entry.getValue(), others)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isDisjoint(Set<@Nullable Object> a, Set<@Nullable Object> b) {
        for (Object value : a) {
            if (b.contains(value)) {
                return false;
            }
        }
        return true;
    }

    /** Collects a schema and those that hold in addition. */
    private void collect(int number, List<JsonField> all, int depth) {
        if (depth > MAX_DEPTH) {
            return;
        }
        budget.spend(10);
        SchemaNode node = index.node(number);
        if (node.field.value() instanceof Map) {
            all.add(node.field);
        }
        for (int other : node.conjuncts) {
            collect(other, all, depth + 1);
        }
    }

    private Facts facts(List<JsonField> schemas) {
        Set<String> types = null;
        Set<String> required = new HashSet<>();
        for (JsonField schema : schemas) {
            Set<String> named = types(schema.member("type"));
            if (named != null) {
                if (types == null) {
                    types = named;
                } else {
                    types.retainAll(named);
                }
            }
            if (schema.value() instanceof Map<?, ?> map && map.get("required") instanceof List<?> names) {
                for (Object name : names) {
                    required.add(String.valueOf(name));
                }
            }
        }
        Map<String, Set<@Nullable Object>> constants = new HashMap<>();
        for (JsonField schema : schemas) {
            if (schema.member("properties").value() instanceof Map<?, ?> properties) {
                properties.forEach((name, value) -> {
                    if (required.contains(name) && value instanceof Map) {
                        constants((String) name, schema.member("properties").member((String) name), constants);
                    }
                });
            }
        }
        return new Facts(types, constants);
    }

    private void constants(String name, JsonField property, Map<String, Set<@Nullable Object>> constants) {
        List<JsonField> all = new ArrayList<>();
        collect(index.number(property), all, 0);
        for (JsonField schema : all) {
            List<JsonField> values = Constants.of(schema);
            if (values != null && isComparable(values)) {
                constants.putIfAbsent(name, new HashSet<>(Schema.values(values)));
            }
        }
    }

    /** Returns whether values are equal only if they are written alike. */
    private static boolean isComparable(List<JsonField> values) {
        for (JsonField value : values) {
            if (!(value.value() instanceof String) && !(value.value() instanceof Boolean) && value.value() != null) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Set<String> types(JsonField type) {
        if (!type.isPresent()) {
            return null;
        }
        Set<String> types = new HashSet<>();
        for (JsonField name : type.value() instanceof List ? type.elements() : List.of(type)) {
            types.add(name.string().equals("integer") ? "number" : name.string());
        }
        return types;
    }
}
