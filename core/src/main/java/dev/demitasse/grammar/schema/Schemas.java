package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.automaton.Budget;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.List;

/**
 * Schemas that must all hold, of which only the assertions matter.
 *
 * @param compiler compiles the schemas of elements and members
 * @param lenient whether to accept all texts that may be valid instead of only texts that are valid
 */
record Schemas(List<JsonField> all, SchemaCompiler compiler, Budget budget, boolean lenient) {
    /** Returns the path of the first schema, for errors. */
    String path() {
        return all.get(0).path();
    }

    /** Returns the values of a keyword in the schemas that have it. */
    List<JsonField> values(String keyword) {
        List<JsonField> values = new ArrayList<>();
        for (JsonField schema : all) {
            JsonField field = schema.member(keyword);
            if (field.isPresent()) {
                values.add(field);
            }
        }
        return values;
    }

    /** Returns the strictest minimum size that the schemas require by a keyword, or 0. */
    long minSize(String keyword) {
        long strictest = 0;
        for (JsonField field : values(keyword)) {
            strictest = Math.max(strictest, Keywords.size(field));
        }
        return strictest;
    }

    /** Returns the strictest maximum size that the schemas require by a keyword, or {@link Distance#NEVER}. */
    long maxSize(String keyword) {
        long strictest = Distance.NEVER;
        for (JsonField field : values(keyword)) {
            strictest = Math.min(strictest, Keywords.size(field));
        }
        return strictest;
    }
}
