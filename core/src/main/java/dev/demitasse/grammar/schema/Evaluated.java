package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.schema.SchemaNode.Kind;
import dev.demitasse.json.JsonField;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the members and elements that {@code unevaluatedProperties} and {@code unevaluatedItems} describe: those that
 * neither the same schema describes otherwise nor a schema that it combines and that holds.
 */
final class Evaluated {
    private final Schemas schemas;

    Evaluated(Schemas schemas) {
        this.schemas = schemas;
    }

    /** Adds the schemas of the element at an index that is otherwise not described. */
    void addUnevaluatedItems(int index, List<JsonField> all) {
        for (int number : schemas.held()) {
            SchemaNode node = schemas.compiler().index().node(number);
            if (node.keywords().containsKey("unevaluatedItems")
                    && !describesItem(number, index, true, new HashSet<>())) {
                all.add(node.field.member("unevaluatedItems"));
            }
        }
    }

    /**
     * Adds the schemas of a member that is otherwise not described.
     *
     * @param name the name of the member, or null if it is one of those that match patterns only
     * @param patterns the patterns that it matches
     */
    void addUnevaluatedProperties(@Nullable String name, Set<String> patterns, List<JsonField> all) {
        for (int number : schemas.held()) {
            SchemaNode node = schemas.compiler().index().node(number);
            if (node.keywords().containsKey("unevaluatedProperties")
                    && !describesMember(number, name, patterns, true, new HashSet<>())) {
                all.add(node.field.member("unevaluatedProperties"));
            }
        }
    }

    private boolean describesItem(int number, int index, boolean isOwn, Set<Integer> seen) {
        if (!schemas.held().contains(number) || !seen.add(number)) {
            return false;
        }
        schemas.budget().spend(10);
        SchemaNode node = schemas.compiler().index().node(number);
        if (!node.keywords().isEmpty()) {
            JsonField prefix = node.field.member("prefixItems");
            if (node.field.member("items").isPresent()
                    || !isOwn && node.field.member("unevaluatedItems").isPresent()
                    || prefix.isPresent() && index < prefix.elements().size()) {
                return true;
            }
        }
        for (int part : parts(node)) {
            if (describesItem(part, index, false, seen)) {
                return true;
            }
        }
        return false;
    }

    private boolean describesMember(
            int number, @Nullable String name, Set<String> patterns, boolean isOwn, Set<Integer> seen) {
        if (!schemas.held().contains(number) || !seen.add(number)) {
            return false;
        }
        schemas.budget().spend(10);
        SchemaNode node = schemas.compiler().index().node(number);
        if (!node.keywords().isEmpty()) {
            if (node.field.member("additionalProperties").isPresent()
                    || !isOwn && node.field.member("unevaluatedProperties").isPresent()
                    || name != null && hasMember(node.field.member("properties"), name)) {
                return true;
            }
            for (String pattern : patterns) {
                if (hasMember(node.field.member("patternProperties"), pattern)) {
                    return true;
                }
            }
        }
        for (int part : parts(node)) {
            if (describesMember(part, name, patterns, false, seen)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasMember(JsonField object, String name) {
        return object.isPresent() && object.object().containsKey(name);
    }

    /** Returns the schemas that a schema combines, of which not all need to hold. */
    private static Set<Integer> parts(SchemaNode node) {
        Set<Integer> parts = new HashSet<>(node.conjuncts);
        for (SchemaNode.Options choice : node.choices) {
            if (choice.kind() == Kind.ANY_OF || choice.kind() == Kind.ONE_OF) {
                choice.options().forEach(parts::addAll);
            }
        }
        return parts;
    }
}
