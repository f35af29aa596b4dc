package dev.demitasse.api;

import dev.demitasse.engine.Context;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What a request of OpenAI's {@code /embeddings} asks for. */
public final class EmbeddingRequest {
    private static final int MOST_INPUTS = 2048;

    private EmbeddingRequest() {}

    /**
     * The tokens of each input.
     *
     * @param body JSON; its {@code input} is a text, an array of texts, an array of token ids or an array of such arrays
     * @throws FieldException naming the field that is wrong
     */
    public static List<int[]> inputs(String body, Context context) {
        JsonField json = CompletionRequest.parse(body, Set.of("input", "encoding_format"));
        if (json.member("encoding_format").isPresent()) {
            json.member("encoding_format").oneOf("float", "base64");
        }
        JsonField input = json.member("input");
        List<JsonField> all = new ArrayList<>();
        if (input.value() instanceof List<?> list && !list.isEmpty() && !(list.get(0) instanceof Long)) {
            all.addAll(input.elements());
        } else {
            all.add(input);
        }
        if (all.size() > MOST_INPUTS) {
            throw new FieldException(
                    input.path(), "has " + all.size() + " texts; at most " + MOST_INPUTS + " are allowed");
        }
        List<int[]> inputs = new ArrayList<>();
        for (JsonField each : all) {
            int[] ids = CompletionRequest.tokens(each, context, true);
            if (ids.length > context.contextLength()) {
                throw new FieldException(
                        each.path(), "has " + ids.length + " tokens; the context has " + context.contextLength());
            }
            inputs.add(ids);
        }
        return inputs;
    }
}
