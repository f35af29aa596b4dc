package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.Rule;
import dev.demitasse.grammar.Terminal;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.Words;
import dev.demitasse.grammar.schema.NameClasses.NameClass;
import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
        JsonField contains = contains();
        int prefixLength = 0;
        for (JsonField prefix : schemas.values("prefixItems")) {
            prefixLength = Math.max(prefixLength, prefix.elements().size());
        }
        JsonField unique = max > 1 && !schemas.lenient() ? unique() : null;
        if (unique != null) {
            return unique(unique, prefixLength, contains, min, max);
        }
        boolean isLimited = min > 0 || max < Distance.NEVER || contains != null;
        if (!isLimited
                && prefixLength == 0
                && schemas.values("items").isEmpty()
                && schemas.values("unevaluatedItems").isEmpty()) {
            return schemas.json().array;
        }
        List<ArrayRule.Element> prefix = new ArrayList<>();
        long minCounted = contains == null ? 0 : minContains();
        long maxCounted = contains == null ? Distance.NEVER : schemas.maxSize("maxContains");
        if (minCounted > maxCounted) {
            return Json.NOTHING;
        }
        for (int i = 0; i < prefixLength && i < max; i++) {
            prefix.add(element(i, contains, maxCounted));
        }
        return new ArrayRule(
                schemas.json(), prefix, element(prefixLength, contains, maxCounted), min, max, minCounted, maxCounted);
    }

    /** Returns the schema of the elements that are counted, or null if no number of them is required or forbidden. */
    private @Nullable JsonField contains() {
        List<JsonField> all = schemas.values("contains");
        if (all.isEmpty() || schemas.lenient()) {
            return null; // lenient rules need not count
        }
        if (all.size() > 1) {
            throw new IllegalArgumentException(all.get(1).path() + " is not supported together with "
                    + all.get(0).path());
        }
        boolean counts = minContains() > 0 || schemas.maxSize("maxContains") < Distance.NEVER;
        return counts ? all.get(0) : null;
    }

    private long minContains() {
        return schemas.values("minContains").isEmpty() ? 1 : schemas.minSize("minContains");
    }

    private ArrayRule.Element element(int index, @Nullable JsonField contains, long maxCounted) {
        List<JsonField> all = items(index);
        SchemaCompiler compiler = schemas.compiler();
        if (contains == null) {
            return ArrayRule.Element.of(compiler.ruleOf(all));
        }
        List<JsonField> counted = new ArrayList<>(all);
        counted.add(contains);
        if (maxCounted < Distance.NEVER) {
            all.add(compiler.index().not(contains));
        }
        return new ArrayRule.Element(compiler.ruleOf(counted), compiler.ruleOf(all));
    }

    private Rule unique(JsonField unique, int prefixLength, @Nullable JsonField contains, long min, long max) {
        if (prefixLength > 0 || contains != null) {
            throw new IllegalArgumentException(unique.path() + " is not supported together with "
                    + (contains == null ? "prefixItems" : "contains"));
        }
        List<JsonField> items = items(0);
        SchemaCompiler compiler = schemas.compiler();
        if (!compiler.index().areStrings(items)) {
            return new UniqueArray(schemas.json(), compiler.ruleOf(items), min, max, unique.path());
        }
        NameClass strings = NameClass.of(compiler.strings(items), Set.of(), min, schemas.budget());
        if (!strings.listed().isEmpty() || strings.names().isEmpty()) {
            Rule item = new Terminal(Words.of(strings.listed()));
            return new UniqueArray(schemas.json(), item, min, max, unique.path());
        }
        return new UniqueStrings(schemas.json(), new Terminal(strings.names()), strings.length(), min, max);
    }

    /** Returns the last {@code uniqueItems} that is true, or null. */
    private @Nullable JsonField unique() {
        JsonField found = null;
        for (JsonField field : schemas.values("uniqueItems")) {
            found = Boolean.TRUE.equals(field.value()) ? field : found;
        }
        return found;
    }

    /** Returns the schemas of the element at an index. */
    private List<JsonField> items(int index) {
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
        if (!schemas.lenient()) {
            new Evaluated(schemas).addUnevaluatedItems(index, all);
        }
        return all;
    }
}
