package dev.demitasse.openai;

import dev.demitasse.engine.Context;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonException;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The parts that all requests share. */
final class RequestBody {
    /** Fields that have no effect on a context that serves one model to one user. */
    private static final Set<String> IGNORED = Set.of(
            "model",
            "user",
            "metadata",
            "store",
            "service_tier",
            "safety_identifier",
            "prompt_cache_key",
            "prompt_cache_retention",
            "verbosity",
            "web_search_options",
            "extra_body",
            "strict");

    private RequestBody() {}

    /**
     * Parses a request. Ignores unknown fields, as clients send their own, unless the request is {@code strict}.
     *
     * @param known the names of the fields that it may have besides those that are ignored
     * @throws FieldException if the request is not a JSON object, or is strict and has another field
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
        if (json.member("strict").bool(false)) {
            requireKnown(json, known);
        }
        return json;
    }

    private static void requireKnown(JsonField json, Set<String> known) {
        Set<String> all = new HashSet<>(IGNORED);
        all.addAll(known);
        json.requireKnown(all);
        requireKnownInside(json.member("stream_options"), Set.of("include_usage", "include_obfuscation"));
        JsonField format = json.member("response_format");
        requireKnownInside(format, Set.of("type", "json_schema", "schema"));
        if (format.isPresent()) {
            requireKnownInside(format.member("json_schema"), Set.of("name", "description", "schema", "strict"));
        }
        if (json.member("tools").isPresent()) {
            for (JsonField tool : json.member("tools").elements()) {
                requireKnownInside(tool, Set.of("type", "function", "name", "description", "parameters", "strict"));
                requireKnownInside(tool.member("function"), Set.of("name", "description", "parameters", "strict"));
            }
        }
    }

    private static void requireKnownInside(JsonField field, Set<String> names) {
        if (field.isPresent()) {
            field.requireKnown(names);
        }
    }

    /**
     * Checks that a field is absent because it has a meaning that an engine can't give it.
     *
     * @param problem what follows the name of the field in the error
     */
    static void refuse(JsonField json, String name, String problem) {
        JsonField field = json.member(name);
        if (field.isPresent()) {
            throw new FieldException(field.path(), problem);
        }
    }

    /**
     * Returns the texts or arrays of token ids in a field that has one of them or an array of them.
     *
     * @throws FieldException if there are more than {@code max}
     */
    static List<JsonField> inputs(JsonField field, int max) {
        List<JsonField> all = new ArrayList<>();
        if (field.value() instanceof List<?> list && !list.isEmpty() && !(list.get(0) instanceof Number)) {
            all.addAll(field.elements());
        } else {
            all.add(field);
        }
        if (all.size() > max) {
            throw new FieldException(field.path(), "has " + all.size() + " texts; at most " + max + " are allowed");
        }
        return all;
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
