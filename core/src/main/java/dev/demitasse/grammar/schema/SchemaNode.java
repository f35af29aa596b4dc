package dev.demitasse.grammar.schema;

import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A schema, at the place where it was found first. Schemas are numbered by {@link SchemaIndex}. */
final class SchemaNode {
    /** A part of the meaning of a schema. */
    enum Part {
        /** The whole schema. */
        ALL,
        /** The assertions, without references and combinations. */
        ASSERTIONS,
        ANY_OF,
        ONE_OF,
        /** {@code enum} or {@code const} with composite values. */
        CONSTANTS
    }

    final JsonField field;
    /** Whether the schema is {@code false}. */
    final boolean isNever;
    /** The parts of the schema other than {@link Part#ALL}. */
    final List<Part> parts = new ArrayList<>();
    /** Schemas that must hold in addition: {@code $ref} and {@code allOf}. */
    final List<Integer> conjuncts = new ArrayList<>();
    /** The alternatives of {@link Part#CONSTANTS}. */
    final List<Integer> constants = new ArrayList<>();

    boolean isRead;

    SchemaNode(JsonField field) {
        this.field = field;
        isNever = Boolean.FALSE.equals(field.value());
    }

    /** Returns the keywords of the schema. */
    Map<String, @Nullable Object> keywords() {
        return field.value() instanceof Boolean ? Map.of() : field.object();
    }
}
