package dev.demitasse.fuzz;

import dev.demitasse.chat.ChatTemplate;
import dev.demitasse.chat.Message;
import dev.demitasse.jinja.LocalTime;
import dev.demitasse.jinja.TemplateException;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Chat templates, rendered with a conversation. */
final class TemplateTarget extends Target {
    private static final List<String> CONVERSATIONS = List.of(
            "[{\"role\": \"user\", \"content\": \"Hi\"}]",
            "[{\"role\": \"system\", \"content\": \"Be <b>brief</b> & kind\"}, {\"role\": \"user\", \"content\": \"\u00e9\\ud83d 1\"}]",
            "[{\"role\": \"user\", \"content\": \"w?\"}, {\"role\": \"assistant\", \"tool_calls\": [{\"id\": \"c1\","
                    + " \"type\": \"function\", \"function\": {\"name\": \"f\", \"arguments\": {\"a\": [1, 2.5, null, {\"b\": true}]}}}]},"
                    + " {\"role\": \"tool\", \"tool_call_id\": \"c1\", \"content\": \"21\"}]");

    TemplateTarget() {
        super(TemplateException.class, FieldException.class);
    }

    @Override
    protected void test(byte[] bytes) {
        Input input = new Input(bytes);
        boolean addGenerationPrompt = input.choice(2) == 0;
        String conversation = CONVERSATIONS.get(input.choice(CONVERSATIONS.size()));
        ChatTemplate template = ChatTemplate.parse(input.text());
        Map<String, Object> variables = new HashMap<>();
        variables.put("items", List.of(3L, 1L, 2L));
        variables.put("n", 5L);
        variables.put("x", -0.5);
        variables.put("name", "Ada Lovelace");
        variables.put("tools", List.of(Map.of("type", "function", "function", Map.of("name", "f"))));
        List<Message> messages = Message.readAll(JsonReader.read(conversation));
        Map<String, Object> own = Map.of("bos_token", "<s>");
        template.render(template.withKnownRoles(messages), addGenerationPrompt, own, variables, new LocalTime(0));
    }

    @Override
    protected List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (String file : List.of("templates.json")) {
            for (String quoted : Resources.members("/jinja/" + file, "template")) {
                seeds.add(Input.of((String) JsonReader.read(quoted), seeds.size(), 0));
            }
        }
        for (JsonField each : new JsonField("kinds", JsonReader.read(Resources.text("/jinja/kinds.json")))
                .member("cases")
                .elements()) {
            seeds.add(Input.of(each.member("template").string(), seeds.size(), 0));
        }
        for (String name : List.of("qwen2_5", "phi3_5")) {
            seeds.add(Input.of(Resources.bytes("/jinja/real/" + name + ".jinja"), seeds.size(), 1));
        }
        for (String name : List.of(
                "minint",
                "slice-minint",
                "intdiv",
                "round",
                "mul",
                "pow",
                "sort-mixed",
                "tojson-cycle",
                "namespace-key",
                "map-key-shared",
                "range-neg",
                "cycler",
                "strftime",
                "class-escape")) {
            seeds.add(Input.of(Resources.bytes("/jinja/limits/" + name + ".j2"), seeds.size(), 1));
        }
        return seeds;
    }

    @Override
    protected List<String> dictionary() {
        return List.of(
                "{{ ",
                " }}",
                "{% ",
                " %}",
                "{%- ",
                "-%}",
                "for m in messages",
                "endfor",
                "if ",
                "elif ",
                "else",
                "endif",
                "set ",
                "macro f(a, b=1)",
                "endmacro",
                "call ",
                "endcall",
                "filter upper",
                "endfilter",
                "namespace(a=1)",
                "loop.index",
                "loop.cycle(",
                "messages[0]['content']",
                "|tojson",
                "|join(",
                "|map(attribute=",
                "|selectattr(",
                "|groupby(",
                "|sort",
                "|slice(2)",
                "|batch(3)",
                "|round(",
                "|int(",
                "|float",
                "|format(",
                "'%s %d'|format",
                "strftime_now('%d %b')",
                "raise_exception('x')",
                "range(",
                " is defined",
                " is mapping",
                " not in ",
                " // ",
                " % ",
                " ** ",
                "~",
                "[::-1]",
                ".items()",
                ".split(",
                ".replace(",
                ".strip(",
                "-9223372036854775808",
                "9223372036854775807",
                "\\ud83d",
                "'''",
                "cycler(1,2)",
                "joiner(",
                "|indent(",
                "|truncate(",
                "|wordwrap(");
    }

    @Override
    protected long maxAllocation(int inputLength) {
        // A million steps for each of three forms of a conversation; a step makes up to 64 characters.
        return 1L << 30;
    }
}
