package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.automaton.Budget;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Schemas that must all hold, of which only the assertions matter.
 *
 * @param all the schemas, in the form of draft 2020-12
 * @param held the numbers of all schemas that hold, if one of them has unevaluated members or elements
 * @param compiler compiles the schemas of elements and members
 * @param lenient whether to accept all texts that may be valid instead of only texts that are valid
 */
record Schemas(List<JsonField> all, Set<Integer> held, SchemaCompiler compiler, Budget budget, boolean lenient) {
    /** Returns the path of the first schema, for errors. */
    String path() {
        return all.get(0).path();
    }

    Json json() {
        return compiler.json();
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

    /** Returns the assertions that must not hold: the values of {@code not} that {@link Negation} leaves. */
    List<JsonField> negated() {
        List<JsonField> negated = new ArrayList<>();
        for (JsonField field : values("not")) {
            if (Negation.isAssertion(field)) {
                negated.add(field);
            }
        }
        return negated;
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
