package dev.demitasse.grammar.schema;

import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A schema, at the place where it was found first. Schemas are numbered by {@link SchemaIndex}. */
final class SchemaNode {
    /** The schema as it is written. */
    final JsonField source;

    /** The schema in the form of draft 2020-12, after it was read. */
    JsonField field;

    /** Whether the schema is {@code false}. */
    final boolean isNever;

    /** Whether the schema restricts values itself, apart from the schemas that it combines. */
    boolean hasAssertions;

    /** Schemas that must hold in addition: {@code $ref} and {@code allOf}. */
    final List<Integer> conjuncts = new ArrayList<>();

    /** Choices, of each of which one option must hold in addition. */
    final List<Options> choices = new ArrayList<>();

    boolean isRead;

    /** The origin of a choice. */
    enum Kind {
        ANY_OF,
        /** Exactly one of the options must hold; each is a single schema. */
        ONE_OF,
        /** The options describe the values of a list, and are no part of the schema. */
        CONSTANTS,
        /** The options stand for a negated schema, and are no part of the schema. */
        NEGATION
    }

    /**
     * A choice.
     *
     * @param options each a list of schemas that must all hold
     */
    record Options(List<List<Integer>> options, Kind kind) {}

    SchemaNode(JsonField source) {
        this.source = source;
        field = source;
        isNever = Boolean.FALSE.equals(source.value());
    }

    /** Returns the keywords of the schema. */
    Map<String, @Nullable Object> keywords() {
        return field.value() instanceof Boolean ? Map.of() : field.object();
    }
}
