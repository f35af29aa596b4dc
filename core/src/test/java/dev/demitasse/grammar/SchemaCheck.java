package dev.demitasse.grammar;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.demitasse.json.JsonReader;
import java.util.ArrayList;
import java.util.List;

/** The judge of answers: another's validator of JSON Schema, which asserts formats, too. */
public final class SchemaCheck {
    private final Schema schema;

    /** @param schema JSON */
    public SchemaCheck(String schema) {
        this.schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema, InputFormat.JSON);
    }

    /**
     * What is wrong with an answer.
     *
     * @throws dev.demitasse.json.JsonException if it is no JSON
     */
    public List<String> errors(String answer) {
        JsonReader.read(answer);
        List<String> errors = new ArrayList<>();
        schema.validate(
                        answer,
                        InputFormat.JSON,
                        context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .forEach(error -> errors.add(error.toString()));
        return errors;
    }
}
