package dev.demitasse.grammar.schema;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.util.List;

/** Validates texts with an independent implementation of JSON Schema, which also checks formats and refuses duplicate names. */
public final class SchemaCheck {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemaRegistryConfig(
                    SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));

    private final Schema schema;

    /**
     * Creates a validator.
     *
     * @param schema JSON text
     */
    public SchemaCheck(String schema) {
        this.schema = REGISTRY.getSchema(schema);
    }

    /** Returns the errors of a text. */
    public List<?> errors(String text) {
        try {
            JsonNode node = JSON.readTree(text);
            return schema.validate(node);
        } catch (JsonProcessingException e) {
            return List.of(e.getOriginalMessage());
        }
    }
}
