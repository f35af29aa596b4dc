package dev.demitasse.openai;

import dev.demitasse.engine.Context;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A request of OpenAI's {@code /embeddings}.
 *
 * @param inputs the tokens of each text
 * @param isBase64 whether the answer encodes vectors in base64
 * @param dimensions the number of elements of a vector to return
 */
public record EmbeddingRequest(List<int[]> inputs, boolean isBase64, int dimensions) {
    private static final int MAX_INPUTS = 2048;

    /**
     * Reads a request.
     *
     * @param body JSON text; its {@code input} is a text, an array of texts, an array of token ids or an array of such arrays
     * @throws FieldException if a field is invalid
     */
    public static EmbeddingRequest read(String body, Context context) {
        JsonField json = RequestBody.parse(body, Set.of("input", "encoding_format", "dimensions"));
        JsonField format = json.member("encoding_format");
        boolean isBase64 = format.isPresent() && format.oneOf("float", "base64").equals("base64");
        JsonField dimensions = json.member("dimensions");
        int all = context.model().info().plan().hidden().width();
        List<int[]> inputs = new ArrayList<>();
        for (JsonField each : RequestBody.inputs(json.member("input"), MAX_INPUTS)) {
            int[] ids = RequestBody.tokens(each, context);
            if (ids.length > context.contextLength()) {
                throw new FieldException(
                        each.path(), "has " + ids.length + " tokens; the context has " + context.contextLength());
            }
            inputs.add(ids);
        }
        return new EmbeddingRequest(inputs, isBase64, dimensions.isPresent() ? (int) dimensions.integer(1, all) : all);
    }
}
