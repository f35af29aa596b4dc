package dev.demitasse.chat;

import dev.demitasse.json.JsonException;
import dev.demitasse.json.JsonReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How models write the call of a tool. */
enum ToolCallFormat {
    /** {@code <tool_call>{"name": …, "arguments": {…}}</tool_call>}: Hermes, Qwen, SmolLM3's {@code xml_tools}. */
    TAGGED_JSON("<tool_call>", "</tool_call>") {
        @Override
        @Nullable
        ToolCall parse(String text) {
            return json(text, "arguments");
        }
    },
    /** {@code <code>name(argument="value")</code>}: SmolLM3's {@code python_tools}. Only a call with named literals is one. */
    TAGGED_PYTHON("<code>", "</code>") {
        @Override
        @Nullable
        ToolCall parse(String text) {
            return python(text);
        }
    },
    /** The whole answer is {@code {"name": …, "parameters": {…}}}: Llama 3. */
    BARE_JSON("{", null) {
        @Override
        @Nullable
        ToolCall parse(String text) {
            return json("{" + text, "parameters");
        }
    };

    private final String open;
    private final @Nullable String close;

    ToolCallFormat(String open, @Nullable String close) {
        this.open = open;
        this.close = close;
    }

    /** What a call begins with. */
    String open() {
        return open;
    }

    /** What it ends with; null if with the answer. Such a call must begin the answer, too. */
    @Nullable
    String close() {
        return close;
    }

    /** The call that stands between {@link #open} and {@link #close}, or null if it is malformed. */
    abstract @Nullable ToolCall parse(String text);

    private static @Nullable ToolCall json(String text, String argumentsKey) {
        try {
            if (!(JsonReader.read(text.strip()) instanceof Map<?, ?> call)
                    || !(call.get("name") instanceof String name)) {
                return null;
            }
            Object arguments = call.containsKey(argumentsKey) ? call.get(argumentsKey) : Map.of();
            return arguments instanceof Map<?, ?> map ? new ToolCall(name, byName(map)) : null;
        } catch (JsonException e) {
            return null;
        }
    }

    /** Python's calls of literals read like Jinja's. */
    private static @Nullable ToolCall python(String text) {
        try {
            List<Node> nodes = new Parser(new Lexer("{{" + text.strip() + "}}").tokens()).template();
            if (nodes.size() != 1
                    || !(nodes.get(0) instanceof Node.Output output)
                    || !(output.value() instanceof Expression.Call call)
                    || !(call.function() instanceof Expression.Variable function)
                    || !call.arguments().positional().isEmpty()) {
                return null;
            }
            Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
            for (Map.Entry<String, Expression> argument :
                    call.arguments().named().entrySet()) {
                arguments.put(argument.getKey(), literal(argument.getValue()));
            }
            return new ToolCall(function.name(), arguments);
        } catch (TemplateException e) {
            return null;
        }
    }

    /** @throws TemplateException if it is none */
    private static @Nullable Object literal(Expression expression) {
        if (expression instanceof Expression.Literal literal) {
            return literal.value();
        }
        if (expression instanceof Expression.ListOf list) {
            List<@Nullable Object> values = new ArrayList<>();
            list.elements().forEach(element -> values.add(literal(element)));
            return values;
        }
        if (expression instanceof Expression.MapOf map) {
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            for (int i = 0; i < map.keys().size(); i++) {
                values.put(
                        String.valueOf(literal(map.keys().get(i))),
                        literal(map.values().get(i)));
            }
            return values;
        }
        if (expression instanceof Expression.Unary unary
                && unary.operator().equals("-")
                && literal(unary.operand()) instanceof Number number) {
            return number instanceof Long whole ? (Object) (-whole) : (Object) (-number.doubleValue());
        }
        throw new TemplateException(1, "not a literal");
    }

    @SuppressWarnings("unchecked") // JsonReader's keys are strings
    private static Map<String, @Nullable Object> byName(Map<?, ?> arguments) {
        return (Map<String, @Nullable Object>) arguments;
    }
}
