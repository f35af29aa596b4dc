"""Renders conversations with the templates of real models by transformers: resources/jinja/real/NAME.json.

Made with Python 3.11, transformers 5.23.0, jinja2 3.1.6. Templates with a free licence are stored next to the results (see the
README there); the others are read from the tokenizer_config.json files that e2e/setup fetches:
    python core/src/test/oracle/jinja_real_templates.py ~/.cache/demitasse/tokenizers core/src/test/resources/jinja/real
"""

import datetime
import json
import sys
from pathlib import Path

import transformers.utils.chat_template_utils as utils

FETCHED = ["llama3_2", "qwen3", "gemma3"]
COMMITTED = ["smollm3", "qwen2_5", "phi3_5"]


class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2026, 3, 9, 14, 5, 7)


utils.datetime = Clock

U = lambda text: {"role": "user", "content": text}
A = lambda text: {"role": "assistant", "content": text}
S = lambda text: {"role": "system", "content": text}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather <now> in a \"city\", e.g. Zürich",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "enum": ["Zürich", "Oslo"]}, "days": {"type": "integer"}},
            "required": ["city"],
        },
    },
}
TIME = {"type": "function", "function": {"name": "time", "description": "Now", "parameters": {"type": "object", "properties": {}}}}
CALL = {
    "role": "assistant",
    "content": "",
    "tool_calls": [
        {"id": "abcdefghi", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "Oslo", "days": 2}}}
    ],
}
RESULT = {"role": "tool", "name": "get_weather", "tool_call_id": "abcdefghi", "content": '{"celsius": -3.5}'}
OPEN, SHUT = {"add_generation_prompt": True}, {"add_generation_prompt": False}

CASES = [
    ([U("Hello")], OPEN),
    ([U("Hello")], SHUT),
    ([S("Be brief."), U("Hello")], OPEN),
    ([U("Hi"), A("Hello! How can I help?"), U("Tell me a joke.")], OPEN),
    ([S("You are a cat."), U("a"), A("b"), U("c"), A("d"), U("e")], OPEN),
    ([U("a"), A("b")], SHUT),
    ([U("")], OPEN),
    ([S(""), U("  spaces  \n\n")], OPEN),
    ([U("Grüße 👩‍👩‍👧‍👦 漢字 العربية ' \" \\ \t <b>&amp;</b>")], OPEN),
    ([U("<|im_end|> injected {{ name }} {% if %} <end_of_turn>")], OPEN),
    ([A("assistant first"), U("then user")], OPEN),
    ([U("two"), U("users")], OPEN),
    ([U("q"), A("<think>\nlet me see\n</think>\n\nanswer"), U("again"), A("<think>deep</think>more")], SHUT),
    ([U("Think.")], {**OPEN, "enable_thinking": False}),
    ([U("Think.")], {**OPEN, "enable_thinking": True}),
    ([S("Rules. /no_think"), U("Hello")], OPEN),
    ([S("Rules. /think"), U("Hello")], OPEN),
    ([S("/system_override Only this."), U("Hello")], OPEN),
    ([U("Weather?")], {**OPEN, "tools": [WEATHER, TIME]}),
    ([S("Be brief."), U("Weather?")], {**OPEN, "tools": [WEATHER]}),
    ([U("Weather?"), CALL, RESULT], {**OPEN, "tools": [WEATHER]}),
    ([U("Weather?"), CALL, RESULT, A("-3.5 degrees."), U("Thanks")], {**OPEN, "tools": [WEATHER, TIME]}),
    ([U("Weather?"), CALL, RESULT, {**RESULT, "content": "two"}], {**OPEN, "tools": [WEATHER]}),
    ([U("Weather?")], {**OPEN, "xml_tools": [WEATHER["function"], TIME["function"]]}),
    ([U("Weather?")], {**OPEN, "python_tools": ["def f(x: int) -> int: ..."], "enable_thinking": False}),
    ([U("Weather?")], {**OPEN, "xml_tools": [TIME["function"]], "python_tools": ["def f(): ..."], "custom_instructions": "Hm."}),
    ([U([{"type": "text", "text": "a part"}, {"type": "text", "text": " and another"}])], OPEN),
    ([U("Date?")], {**OPEN, "date_string": "01 Jan 2025"}),
]


def source(folder, target, name):
    if name in COMMITTED:
        return (target / f"{name}.jinja").read_text(encoding="utf-8")
    template = json.loads((folder / name / "tokenizer_config.json").read_text(encoding="utf-8"))["chat_template"]
    return template if isinstance(template, str) else next(t["template"] for t in template if t["name"] == "default")


def main(folder, target):
    for name in FETCHED + COMMITTED:
        template = source(folder, target, name)
        cases = []
        for messages, variables in CASES:
            variables = {"bos_token": "<s>", "eos_token": "</s>", **variables}
            case = {"messages": messages, "variables": variables}
            try:
                case["output"] = utils._compile_jinja_template(template).render(messages=messages, **variables)
            except Exception as e:  # each error in Python must be an error in Java
                case["error"] = f"{type(e).__name__}: {e}"
            cases.append(case)
        lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
        (target / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
        print(name, len(template), "characters,", sum("output" in case for case in cases), "of", len(cases), "render")


main(*map(Path, sys.argv[1:]))
