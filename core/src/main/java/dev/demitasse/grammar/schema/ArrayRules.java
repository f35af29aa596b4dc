package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compiles the assertions about arrays. */
final class ArrayRules {
    private static final int ELEMENT_COST = 30;

    private final Schemas schemas;

    ArrayRules(Schemas schemas) {
        this.schemas = schemas;
    }

    Rule rule() {
        long min = schemas.minSize("minItems");
        long max = schemas.maxSize("maxItems");
        if (min > max) {
            return Json.NOTHING;
        }
        List<JsonField> prefixes = schemas.values("prefixItems");
        int prefixLength = 0;
        for (JsonField prefix : prefixes) {
            prefixLength = Math.max(prefixLength, prefix.elements().size());
        }
        JsonField unique = max > 1 && !schemas.lenient() ? unique() : null;
        if (unique != null) {
            if (prefixLength > 0) {
                throw new IllegalArgumentException(unique.path() + " is not supported together with prefixItems");
            }
            return new UniqueArray(item(0), min, max, unique.path());
        }
        boolean isLimited = min > 0 || max < Distance.NEVER;
        if (!isLimited && prefixes.isEmpty() && schemas.values("items").isEmpty()) {
            return Json.ARRAY;
        }
        List<Rule> prefix = new ArrayList<>();
        for (int i = 0; i < prefixLength && i < max; i++) {
            prefix.add(item(i));
        }
        return new ArrayRule(prefix, item(prefixLength), min, max);
    }

    /** Returns the last {@code uniqueItems} that is true, or null. */
    private @Nullable JsonField unique() {
        JsonField found = null;
        for (JsonField field : schemas.values("uniqueItems")) {
            found = Boolean.TRUE.equals(field.value()) ? field : found;
        }
        return found;
    }

    private Rule item(int index) {
        List<JsonField> all = new ArrayList<>();
        for (JsonField schema : schemas.all()) {
            JsonField prefix = schema.member("prefixItems");
            List<JsonField> first = prefix.isPresent() ? prefix.elements() : List.of();
            schemas.budget().spend(ELEMENT_COST + first.size());
            JsonField items = index < first.size() ? first.get(index) : schema.member("items");
            if (items.isPresent() || index < first.size()) {
                all.add(items);
            }
        }
        return schemas.compiler().ruleOf(all);
    }
}
