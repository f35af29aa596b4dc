package dev.demitasse.openai;

import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tools of a chat request.
 *
 * @param functions the functions that the prompt describes; empty with {@code tool_choice: "none"}
 * @param required whether the answer must call one of them
 */
record Tools(List<Tool> functions, boolean required) {
    private static final int MAX_NAME_LENGTH = 64;
    private static final Map<String, Object> ANY_ARGUMENTS = Map.of("type", "object");

    /**
     * A function.
     *
     * @param parameters the JSON Schema of the arguments
     * @param definition the tool as the request defines it
     */
    record Tool(String name, Object parameters, Object definition) {}

    static Tools read(JsonField body) {
        JsonField tools = body.member("tools");
        JsonField choice = body.member("tool_choice");
        List<Tool> functions = new ArrayList<>();
        if (tools.isPresent()) {
            for (JsonField tool : tools.elements()) {
                functions.add(read(tool, functions));
            }
        }
        if (choice.value() instanceof Map) {
            choice.member("type").oneOf("function");
            JsonField name = choice.member("function").member("name");
            functions.removeIf(tool -> !tool.name().equals(name.value()));
            if (functions.isEmpty()) {
                throw name.isNot("the name of one of the tools");
            }
            return new Tools(functions, true);
        }
        String how = choice.isPresent() ? choice.oneOf("none", "auto", "required") : "auto";
        if (how.equals("required") && functions.isEmpty()) {
            throw new FieldException(choice.path(), "is \"required\" but there are no tools");
        }
        return new Tools(how.equals("none") ? List.of() : functions, how.equals("required"));
    }

    private static Tool read(JsonField tool, List<Tool> others) {
        tool.member("type").oneOf("function");
        JsonField function = tool.member("function");
        function.requireKnown(Set.of("name", "description", "parameters", "strict"));
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
        return new Tool(name.name(), schema, tool.object());
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
