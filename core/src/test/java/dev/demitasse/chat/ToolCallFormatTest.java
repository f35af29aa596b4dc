package dev.demitasse.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToolCallFormatTest {
    private static final List<ToolCall> WEATHER = List.of(new ToolCall("weather", Map.of("city", "Paris", "days", 3L)));

    @Test
    void jsonCalls() {
        ToolCallFormat hermes = new HermesToolCalls();
        assertEquals(
                WEATHER,
                hermes.read(
                        "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Paris\", \"days\": 3}}\n"));
        assertEquals(
                WEATHER,
                hermes.read(
                        "<tool_call>{\"name\": \"weather\", \"arguments\": \"{\\\"city\\\": \\\"Paris\\\", \\\"days\\\": 3}\"}"));
        assertEquals(List.of(new ToolCall("now", Map.of())), hermes.read("<tool_call>{\"name\": \"now\"}"));
        assertEquals(
                WEATHER,
                new LlamaJsonToolCall()
                        .read("{\"name\": \"weather\", \"parameters\": {\"city\": \"Paris\", \"days\": 3}}"));
        assertEquals(
                List.of(new ToolCall("a", Map.of()), new ToolCall("b", Map.of())),
                new PhiToolCalls()
                        .read(
                                "<|tool_call|>[{\"name\": \"a\", \"arguments\": {}}, {\"name\": \"b\", \"arguments\": {}}]"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "7",
                "{\"name\": \"\"}",
                "{\"name\": 7}",
                "{\"name\": \"f\", \"arguments\": []}",
                "{\"name\": \"f\", \"arguments\": \"x\"}",
                "{\"name\": \"f\", \"arguments\": {}} or so",
                "[{\"name\": \"f\"}, 7]",
                "{'name': 'f'}"
            })
    void malformedJsonIsNoCall(String text) {
        assertEquals(List.of(), new HermesToolCalls().read("<tool_call>" + text));
    }

    @Test
    void pythonTag() {
        ToolCallFormat format = new LlamaPythonTagToolCall();
        assertEquals(
                List.of(new ToolCall("brave_search", Map.of("query", "Menlo Park"))),
                format.read("<|python_tag|>brave_search.call(query=\"Menlo Park\")"));
        assertEquals(
                WEATHER,
                format.read(
                        "<|python_tag|>{\"name\": \"weather\", \"parameters\": {\"city\": \"Paris\", \"days\": 3}}"));
        assertEquals(List.of(), format.read("<|python_tag|>import math\nmath.sqrt(2)"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "weather(city='Paris', days=3)",
                "\nresult = weather(\n    city = \"Paris\",  # where\n    days = 3,\n)\nprint(result)\n",
                "print(weather(city=\"\"\"Paris\"\"\", days=3)); print(x, y)",
                "# first\nr=weather(city='P\\x61ri\\u0073', days=3) # last"
            })
    void codeThatOnlyCalls(String code) {
        assertEquals(WEATHER, new CodeToolCalls().read("<code>" + code));
    }

    @Test
    void pythonLiterals() {
        List<@Nullable Object> list = Arrays.asList(1L, -2.5, 1e3, true, false, null, "it's\n\"so\"");
        assertEquals(
                List.of(new ToolCall("f", Collections.singletonMap("x", list)), new ToolCall("g", Map.of())),
                PythonToolCalls.read("f(x=[1, -2.5, 1e3, True, False, None, 'it\\'s\\n\"so\"',])\ng()"));
        assertEquals(
                List.of(new ToolCall("f", Map.of("x", Map.of("a", List.of(), "b", Map.of())))),
                PythonToolCalls.read("f(x={'a': [], \"b\": {}})"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "print(x)",
                "f('Paris')",
                "f(x=y)",
                "f(x=1 + 2)",
                "f(x=(1))",
                "f(x=1, x=2)",
                "f(x='a'.upper())",
                "f(x=f'{y}')",
                "f(x='a)",
                "f(x='a\n')",
                "f(x=1",
                "f(x=1) + 1",
                "f(x=1) g()",
                "f(x={1: 2})",
                "f(x=007)",
                "a, b = f(x=1)",
                "import math\nf(x=1)",
                "for i in range(3):\n    f(x=1)",
                "print(print(f(x=1)))",
                "f.(x=1)",
                "1f(x=1)"
            })
    void otherCodeIsNoCall(String code) {
        assertEquals(List.of(), PythonToolCalls.read(code));
    }

    @Test
    void deeplyNestedLiteralsAreNotACall() {
        assertEquals(List.of(), PythonToolCalls.read("f(x=" + "[".repeat(100_000)));
        assertEquals(List.of(), PythonToolCalls.read("print(".repeat(100_000)));
        assertEquals(List.of(), JsonToolCalls.read("[".repeat(100_000)));
    }
}
