package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.automaton.Budget;
import dev.demitasse.json.JsonField;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The schemas that {@code $ref} can name: by the URI of a schema with {@code $id}, and within it by a JSON pointer or an
 * anchor. Only schemas of the same document are found.
 */
final class References {
    /** Keywords with a schema. */
    private static final Set<String> SCHEMAS = Set.of(
            "additionalItems",
            "additionalProperties",
            "contains",
            "else",
            "if",
            "items",
            "not",
            "propertyNames",
            "then",
            "unevaluatedItems",
            "unevaluatedProperties");

    /** Keywords with a list of schemas. */
    private static final Set<String> LISTS = Set.of("allOf", "anyOf", "items", "oneOf", "prefixItems");

    /** Keywords with an object of schemas. */
    private static final Set<String> MAPS =
            Set.of("$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties");

    private static final int MAX_DEPTH = 300;

    private final Budget budget;

    /** Schemas by their URI, without a fragment or with an anchor. */
    private final Map<String, JsonField> named = new HashMap<>();

    /** The base URI of each schema object, by identity. */
    private final IdentityHashMap<Object, String> bases = new IdentityHashMap<>();

    /** The base URI around each schema with {@code $ref} and {@code $id}, if the draft is not known. */
    private final IdentityHashMap<Object, String> outerBases = new IdentityHashMap<>();

    /** Number of schemas that have a {@code $dynamicAnchor}, by its name. */
    private final Map<String, Integer> dynamicAnchors = new HashMap<>();

    /** Whether {@code $ref} replaces the keywords next to it, and {@code id} is {@code $id}. */
    private final boolean isUpToDraft7;

    private final boolean isDraft4;
    private final boolean isKnown; // whether the schema names its draft
    private boolean hasUnevaluated;

    References(JsonField root, Budget budget) {
        this.budget = budget;
        String draft = root.value() instanceof Map<?, ?> map && map.get("$schema") instanceof String name ? name : "";
        isKnown = !draft.isEmpty();
        isDraft4 = draft.contains("/draft-03/") || draft.contains("/draft-04/");
        isUpToDraft7 = isDraft4 || draft.contains("/draft-06/") || draft.contains("/draft-07/");
        named.put("", root);
        scan(root, "", 0);
    }

    boolean isUpToDraft7() {
        return isUpToDraft7;
    }

    /** Returns whether a schema has {@code unevaluatedItems} or {@code unevaluatedProperties}. */
    boolean hasUnevaluated() {
        return hasUnevaluated;
    }

    /** Records a schema and those within it. */
    private void scan(JsonField schema, String base, int depth) {
        if (!(schema.value() instanceof Map<?, ?> map) || depth > MAX_DEPTH || bases.containsKey(map)) {
            return;
        }
        budget.spend(20 + 5L * map.size());
        String here = identify(schema, map, base);
        bases.put(map, here);
        hasUnevaluated |= map.containsKey("unevaluatedProperties") || map.containsKey("unevaluatedItems");
        map.forEach((key, value) -> {
            String keyword = (String) key;
            if (value instanceof Map && SCHEMAS.contains(keyword)) {
                scan(schema.member(keyword), here, depth + 1);
            } else if (value instanceof List && LISTS.contains(keyword)) {
                for (JsonField element : schema.member(keyword).elements()) {
                    scan(element, here, depth + 1);
                }
            } else if (value instanceof Map<?, ?> members && MAPS.contains(keyword)) {
                for (Object name : members.keySet()) {
                    scan(schema.member(keyword).member((String) name), here, depth + 1);
                }
            }
        });
    }

    /** Records the names of a schema, and returns the base URI within it. */
    private String identify(JsonField schema, Map<?, ?> map, String base) {
        String here = base;
        boolean isReplaced = isUpToDraft7 && map.containsKey("$ref");
        Object id = map.get(isDraft4 ? "id" : "$id");
        if (id instanceof String name && !isReplaced) {
            if (!isKnown && map.containsKey("$ref")) {
                outerBases.put(map, base);
            }
            String uri = Uri.resolve(base, name);
            int hash = uri.indexOf('#');
            if (hash < 0 || hash == uri.length() - 1) {
                here = hash < 0 ? uri : uri.substring(0, hash);
                named.putIfAbsent(here, schema);
            } else {
                named.putIfAbsent(uri, schema);
            }
        } else if (map.get("id") instanceof String name && !name.isEmpty()) {
            named.putIfAbsent(Uri.resolve(base, name), schema);
        }
        for (String keyword : new String[] {"$anchor", "$dynamicAnchor"}) {
            if (map.get(keyword) instanceof String anchor) {
                named.putIfAbsent(here + "#" + anchor, schema);
            }
        }
        if (map.get("$dynamicAnchor") instanceof String anchor) {
            dynamicAnchors.merge(anchor, 1, Integer::sum);
        }
        return here;
    }

    /**
     * Returns the schema that a reference names.
     *
     * @param schema the schema with the reference
     * @throws IllegalArgumentException if the reference is malformed or names nothing
     */
    JsonField resolve(JsonField schema, JsonField reference) {
        JsonField found = resolve(base(schema.value()), reference);
        String outer = outerBases.get(schema.value());
        if (outer != null && resolve(outer, reference).value() != found.value()) {
            throw new IllegalArgumentException(reference.path() + " is " + reference.string()
                    + " next to $id, which has one meaning up to draft 7 and another one later; add $schema");
        }
        return found;
    }

    private JsonField resolve(String base, JsonField reference) {
        String uri = Uri.resolve(base, reference.string());
        int hash = uri.indexOf('#');
        String document = hash < 0 ? uri : uri.substring(0, hash);
        String fragment = hash < 0 ? "" : uri.substring(hash + 1);
        JsonField root = named.get(document);
        JsonField found = root;
        if (root != null && fragment.startsWith("/")) {
            found = JsonPointer.resolve(root, fragment, reference);
            scan(found, base(root.value()), 0);
        } else if (!fragment.isEmpty()) {
            found = named.get(uri);
        }
        if (found == null) {
            throw new IllegalArgumentException(reference.path() + " is " + reference.string()
                    + ", which is not there: a reference must be to a part of the same schema, such as #/$defs/name");
        }
        return found;
    }

    /**
     * Returns the schema that a dynamic reference names.
     *
     * @throws IllegalArgumentException also if several schemas have the anchor, so that the reference depends on the path
     */
    JsonField resolveDynamic(JsonField schema, JsonField reference) {
        String name = reference.string();
        String anchor = name.substring(name.indexOf('#') + 1);
        if (dynamicAnchors.getOrDefault(anchor, 0) > 1) {
            throw new IllegalArgumentException(
                    reference.path() + " is " + name + ", which names more than one $dynamicAnchor; use $ref");
        }
        return resolve(schema, reference);
    }

    private String base(@Nullable Object schema) {
        return bases.getOrDefault(schema, "");
    }
}
