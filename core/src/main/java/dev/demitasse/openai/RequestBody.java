package dev.demitasse.openai;

import dev.demitasse.engine.Context;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonException;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonReader;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The parts that all requests share. */
final class RequestBody {
    /** Fields that have no effect on an context that serves one model to one user. */
    private static final Set<String> IGNORED = Set.of(
            "model",
            "user",
            "metadata",
            "store",
            "service_tier",
            "safety_identifier",
            "prompt_cache_key",
            "prompt_cache_retention",
            "verbosity");

    private RequestBody() {}

    /**
     * Parses a request.
     *
     * @param known the names of the fields that it may have besides those that are ignored
     * @throws FieldException if the request is not a JSON object or has another field
     */
    static JsonField parse(String body, Set<String> known) {
        Object value;
        try {
            value = JsonReader.read(body);
        } catch (JsonException e) {
            throw new FieldException("the request", "is not JSON: " + e.getMessage());
        }
        if (!(value instanceof Map)) {
            throw new FieldException("the request", "must be an object");
        }
        JsonField json = new JsonField("", value);
        Set<String> all = new HashSet<>(IGNORED);
        all.addAll(known);
        json.requireKnown(all);
        return json;
    }

    /**
     * Returns the tokens of a text, or the token ids in an array.
     *
     * @throws FieldException if there are none or the field is something else
     */
    static int[] tokens(JsonField field, Context context) {
        if (field.value() instanceof String text) {
            return nonEmpty(field, context.model().tokenizer().encode(text, true));
        }
        if (!(field.value() instanceof List)) {
            throw field.isNot("a text or an array of token ids");
        }
        List<JsonField> elements = field.elements();
        int[] ids = new int[elements.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] =
                    (int) elements.get(i).integer(0, context.model().tokenizer().size() - 1L);
        }
        return nonEmpty(field, ids);
    }

    private static int[] nonEmpty(JsonField field, int[] ids) {
        if (ids.length == 0) {
            throw new FieldException(field.path(), "is empty");
        }
        return ids;
    }
}
