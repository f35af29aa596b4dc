package dev.demitasse.openai;

import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tools of a request.
 *
 * @param functions the functions that the prompt describes: those that the answer may call
 * @param required whether the answer must call one of them
 */
record Tools(List<Tool> functions, boolean required) {
    private static final int MAX_NAME_LENGTH = 64;
    private static final Map<String, Object> ANY_ARGUMENTS = Map.of("type", "object");

    /**
     * A function.
     *
     * @param parameters the JSON Schema of the arguments
     * @param definition the tool in the form that chat templates read
     */
    record Tool(String name, Object parameters, Object definition) {}

    /** Reads the tools of a chat request: a function and its name are wrapped in {@code function}. */
    static Tools ofChat(JsonField body) {
        return read(body, true);
    }

    /** Reads the tools of a request of {@code /responses}: a function and its name are not wrapped. */
    static Tools ofResponses(JsonField body) {
        return read(body, false);
    }

    private static Tools read(JsonField body, boolean wrapped) {
        JsonField tools = body.member("tools");
        JsonField choice = body.member("tool_choice");
        List<Tool> functions = new ArrayList<>();
        if (tools.isPresent()) {
            for (JsonField tool : tools.elements()) {
                functions.add(tool(tool, wrapped, functions));
            }
        }
        if (choice.value() instanceof Map) {
            return chosen(choice, wrapped, functions);
        }
        String how = choice.isPresent() ? choice.oneOf("none", "auto", "required") : "auto";
        if (how.equals("required") && functions.isEmpty()) {
            throw new FieldException(choice.path(), "is \"required\" but there are no tools");
        }
        return new Tools(how.equals("none") ? List.of() : functions, how.equals("required"));
    }

    /** Returns the tools that {@code tool_choice} names. */
    private static Tools chosen(JsonField choice, boolean wrapped, List<Tool> functions) {
        if (choice.member("type").oneOf("function", "allowed_tools").equals("function")) {
            return new Tools(List.of(named(name(choice, wrapped), functions)), true);
        }
        JsonField allowed = wrapped ? choice.member("allowed_tools") : choice;
        List<Tool> named = new ArrayList<>();
        for (JsonField tool : allowed.member("tools").elements()) {
            tool.member("type").oneOf("function");
            named.add(named(name(tool, wrapped), functions));
        }
        boolean required = allowed.member("mode").oneOf("auto", "required").equals("required");
        if (required && named.isEmpty()) {
            throw allowed.member("tools").isNot("an array of at least one tool");
        }
        functions.removeIf(tool -> !named.contains(tool));
        return new Tools(functions, required);
    }

    private static JsonField name(JsonField tool, boolean wrapped) {
        return wrapped ? tool.member("function").member("name") : tool.member("name");
    }

    private static Tool named(JsonField name, List<Tool> functions) {
        for (Tool tool : functions) {
            if (tool.name().equals(name.value())) {
                return tool;
            }
        }
        throw name.isNot("the name of one of the tools");
    }

    private static Tool tool(JsonField tool, boolean wrapped, List<Tool> others) {
        tool.member("type").oneOf("function");
        JsonField function = wrapped ? tool.member("function") : tool;
        JsonField name = function.member("name");
        if (!isName(name.name())) {
            throw name.isNot("at most " + MAX_NAME_LENGTH + " letters, digits, \"_\" and \"-\"");
        }
        if (others.stream().anyMatch(other -> other.name().equals(name.value()))) {
            throw new FieldException(name.path(), "is the name of two tools");
        }
        if (function.member("description").isPresent()) {
            function.member("description").string();
        }
        JsonField parameters = function.member("parameters");
        Object schema = parameters.isPresent() ? parameters.object() : ANY_ARGUMENTS;
        return new Tool(name.name(), schema, wrapped ? tool.object() : wrap(function));
    }

    private static Map<String, @Nullable Object> wrap(JsonField function) {
        Map<String, @Nullable Object> inner = new LinkedHashMap<>(function.object());
        inner.remove("type");
        Map<String, @Nullable Object> tool = new LinkedHashMap<>();
        tool.put("type", "function");
        tool.put("function", inner);
        return tool;
    }

    private static boolean isName(String name) {
        return name.length() <= MAX_NAME_LENGTH
                && name.chars()
                        .allMatch(c -> c >= 'a' && c <= 'z'
                                || c >= 'A' && c <= 'Z'
                                || c >= '0' && c <= '9'
                                || c == '_'
                                || c == '-');
    }

    /** Returns the tools in the form that chat templates read. */
    List<@Nullable Object> definitions() {
        List<@Nullable Object> all = new ArrayList<>();
        for (Tool tool : functions) {
            all.add(tool.definition());
        }
        return all;
    }
}
