package dev.demitasse.grammar.schema;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.format.Format;
import java.util.List;
import java.util.regex.Pattern;

/** Validates texts with an independent implementation of JSON Schema, which also checks formats and refuses duplicate names. */
public final class SchemaCheck {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDefaultDialect(
            Dialect.builder(Dialects.getDraft202012())
                    .format(new Email("email"))
                    .format(new Email("idn-email"))
                    .build(),
            builder -> builder.schemaRegistryConfig(
                    SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));

    private final Schema schema;

    /** Mail addresses of RFC 5321. The validator's own format accepts only the top-level domains that it lists. */
    private record Email(String getName) implements Format {
        private static final String ATOM = "[\\w\\x{80}-\\x{10ffff}!#$%&'*+/=?^`{|}~-]+";
        private static final String LABEL =
                "[A-Za-z0-9\\x{80}-\\x{10ffff}](?:[A-Za-z0-9\\x{80}-\\x{10ffff}-]{0,61}[A-Za-z0-9\\x{80}-\\x{10ffff}])?";
        private static final Pattern ADDRESS = Pattern.compile(
                "(?=.{1,64}@.{1,253}$)" + ATOM + "(?:\\." + ATOM + ")*@" + LABEL + "(?:\\." + LABEL + ")*");

        @Override
        public boolean matches(ExecutionContext context, String value) {
            return ADDRESS.matcher(value).matches();
        }
    }

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
