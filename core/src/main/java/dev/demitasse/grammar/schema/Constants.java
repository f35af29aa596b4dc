package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.automaton.Budget;
import dev.demitasse.json.JsonField;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of {@code const} and {@code enum}. A value is composite if it is an array or an object. */
final class Constants {
    private Constants() {}

    /** Returns the values that a schema lists, or null if it has neither {@code const} nor {@code enum}. */
    static @Nullable List<JsonField> of(JsonField schema) {
        if (!(schema.value() instanceof Map<?, ?> map)) {
            return null;
        }
        List<JsonField> constant = map.containsKey("const") ? List.of(schema.member("const")) : null;
        if (!map.containsKey("enum")) {
            return constant;
        }
        List<JsonField> listed = schema.member("enum").elements();
        return constant == null ? listed : intersection(listed, constant);
    }

    /**
     * Returns the values that all schemas list, or null if none lists any. Ignores lists with composite values, which are
     * compiled as schemas ({@link #schemaOf}).
     */
    static @Nullable List<JsonField> inAll(List<JsonField> schemas, Budget budget) {
        List<JsonField> common = null;
        for (JsonField schema : schemas) {
            List<JsonField> values = of(schema);
            if (values == null || hasComposite(values)) {
                continue;
            }
            if (common == null) {
                common = values;
            } else {
                budget.spend((long) common.size() * values.size());
                common = intersection(common, values);
            }
        }
        return common;
    }

    private static List<JsonField> intersection(List<JsonField> values, List<JsonField> others) {
        List<JsonField> both = new ArrayList<>();
        for (JsonField value : values) {
            for (JsonField other : others) {
                if (equal(value.value(), other.value())) {
                    both.add(value);
                    break;
                }
            }
        }
        return both;
    }

    private static boolean equal(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Number x && b instanceof Number y) {
            return decimal(x).compareTo(decimal(y)) == 0;
        }
        return a == null ? b == null : a.equals(b);
    }

    static BigDecimal decimal(Number number) {
        return new BigDecimal(number.toString());
    }

    static boolean hasComposite(List<JsonField> values) {
        for (JsonField value : values) {
            if (value.value() instanceof Map || value.value() instanceof List) {
                return true;
            }
        }
        return false;
    }

    /** Returns a schema without composite values for which only one value is valid. */
    static JsonField schemaOf(JsonField value) {
        Map<String, @Nullable Object> schema = new LinkedHashMap<>();
        if (value.value() instanceof Map) {
            Map<String, @Nullable Object> properties = new LinkedHashMap<>();
            for (String name : value.object().keySet()) {
                properties.put(name, constant(value.member(name).value()));
            }
            schema.put("type", "object");
            schema.put("properties", properties);
            schema.put("required", new ArrayList<>(properties.keySet()));
            schema.put("additionalProperties", false);
        } else if (value.value() instanceof List) {
            List<Object> items = new ArrayList<>();
            for (JsonField element : value.elements()) {
                items.add(constant(element.value()));
            }
            schema.put("type", "array");
            schema.put("prefixItems", items);
            schema.put("minItems", (long) items.size());
            schema.put("maxItems", (long) items.size());
        } else {
            schema.put("const", value.value());
        }
        return new JsonField(value.path(), schema);
    }

    private static Map<String, @Nullable Object> constant(@Nullable Object value) {
        Map<String, @Nullable Object> schema = new LinkedHashMap<>();
        schema.put("const", value);
        return schema;
    }
}
