package dev.demitasse.openai;

import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.chat.CallSyntax;
import dev.demitasse.grammar.Grammar;
import dev.demitasse.grammar.schema.JsonSchema;
import dev.demitasse.grammar.schema.SchemaCache;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compiles {@code response_format} and {@code tool_choice} to the grammar of an answer. */
final class AnswerGrammar {
    private final SchemaCache schemas;

    AnswerGrammar(SchemaCache schemas) {
        this.schemas = schemas;
    }

    /** Returns the grammar that {@code response_format} requires, or null if it allows any text. */
    @Nullable
    Grammar ofResponseFormat(JsonField format) {
        if (!format.isPresent()) {
            return null;
        }
        JsonField schema = format.member("schema"); // as llama-server accepts it
        JsonField wrapper = format.member("json_schema");
        boolean isWrapped = wrapper.isPresent() || !schema.isPresent();
        return of(
                format,
                "json_schema".equals(format.member("type").value()) && isWrapped ? wrapper.member("schema") : schema);
    }

    /** Returns the grammar that {@code text.format} of a response requires, or null if it allows any text. */
    @Nullable
    Grammar ofTextFormat(JsonField format) {
        return format.isPresent() ? of(format, format.member("schema")) : null;
    }

    private @Nullable Grammar of(JsonField format, JsonField schema) {
        return switch (format.member("type").oneOf("text", "json_object", "json_schema")) {
            case "json_object" -> schema.isPresent() ? schema(schema) : JsonSchema.anyObject();
            case "json_schema" -> schema(schema);
            default -> null;
        };
    }

    private Grammar schema(JsonField schema) {
        if (!(schema.value() instanceof Boolean)) {
            schema.object();
        }
        return compile(schema.path(), schema.value());
    }

    private Grammar compile(String path, @Nullable Object schema) {
        try {
            return schemas.get(schema);
        } catch (IllegalArgumentException e) {
            throw new FieldException(path, "is not a supported schema: " + e.getMessage());
        }
    }

    /**
     * Returns the grammar of a whole answer, including its reasoning, or null if it is not restricted.
     *
     * @param text the grammar of the text of the answer, or null if any text is allowed
     * @param begun the beginning of the answer, which the prompt contains; the grammar is that of the rest
     * @throws FieldException if the answer must call a tool but the model does not write calls in JSON, or if no answer of the
     *     grammar begins like this one
     */
    @Nullable
    Grammar of(AnswerFormat format, Tools tools, @Nullable Grammar text, String begun) {
        if (!tools.required() && text == null) {
            return null;
        }
        Grammar whole = whole(format, tools, text);
        Grammar rest = whole.after(begun);
        if (rest == null) {
            throw new FieldException(
                    "continue_final_message",
                    "can't be met: no answer of the required form begins with the last message");
        }
        return rest;
    }

    private Grammar whole(AnswerFormat format, Tools tools, @Nullable Grammar text) {
        List<Grammar> answers = new ArrayList<>();
        CallSyntax syntax = format.callSyntax();
        if (syntax != null) {
            for (Tools.Tool tool : tools.functions()) {
                answers.add(call(syntax, tool));
            }
        } else if (tools.required()) {
            throw new FieldException("tool_choice", "can't be required: this model does not call tools in JSON");
        }
        if (!tools.required() && text != null) {
            answers.add(text);
        }
        Grammar answer = Grammar.choice(answers);
        if (!format.thinks()) {
            return answer;
        }
        Grammar space = Grammar.choice(List.of(Grammar.literal(""), Grammar.literal("\n"), Grammar.literal("\n\n")));
        Grammar thought = Grammar.sequence(Grammar.textUntil(AnswerFormat.END_THINK), space, answer);
        return format.opened()
                ? thought
                : Grammar.choice(List.of(answer, Grammar.sequence(Grammar.literal(AnswerFormat.THINK), thought)));
    }

    private Grammar call(CallSyntax syntax, Tools.Tool tool) {
        return Grammar.sequence(
                Grammar.literal(syntax.beforeName() + JsonWriter.write(tool.name(), -1) + syntax.beforeArguments()),
                compile("tools: the parameters of " + tool.name(), tool.parameters()),
                Grammar.literal(syntax.after()));
    }
}
