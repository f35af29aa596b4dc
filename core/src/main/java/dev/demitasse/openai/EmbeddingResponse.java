package dev.demitasse.openai;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The response to an {@link EmbeddingRequest}. */
public final class EmbeddingResponse {
    private EmbeddingResponse() {}

    /**
     * Returns the response as JSON text.
     *
     * @param model the name of the model
     * @param vectors the embedding of each input
     */
    public static String write(EmbeddingRequest request, String model, List<float[]> vectors) {
        List<JsonObject> data = new ArrayList<>();
        for (float[] whole : vectors) {
            float[] vector = truncate(whole, request.dimensions());
            data.add(new JsonObject()
                    .with("object", "embedding")
                    .with("index", data.size())
                    .with("embedding", request.isBase64() ? base64(vector) : numbers(vector)));
        }
        int tokens = request.inputs().stream().mapToInt(ids -> ids.length).sum();
        return CompactJson.write(new JsonObject()
                .with("object", "list")
                .with("model", model)
                .with("data", data)
                .with("usage", new JsonObject().with("prompt_tokens", tokens).with("total_tokens", tokens)));
    }

    /** Returns the first elements of a vector, scaled to the length of the whole vector. */
    private static float[] truncate(float[] vector, int dimensions) {
        if (dimensions >= vector.length) {
            return vector;
        }
        double whole = 0;
        double kept = 0;
        for (int i = 0; i < vector.length; i++) {
            double square = (double) vector[i] * vector[i];
            whole += square;
            kept += i < dimensions ? square : 0;
        }
        float[] truncated = new float[dimensions];
        double scale = kept > 0 ? Math.sqrt(whole / kept) : 1;
        for (int i = 0; i < dimensions; i++) {
            truncated[i] = (float) (vector[i] * scale);
        }
        return truncated;
    }

    /** Encodes the bytes of 32-bit floats, little-endian, as OpenAI's clients expect them. */
    private static String base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * vector.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : vector) {
            bytes.putFloat(value);
        }
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    private static List<Double> numbers(float[] vector) {
        List<Double> numbers = new ArrayList<>(vector.length);
        for (float value : vector) {
            numbers.add((double) value);
        }
        return numbers;
    }
}
