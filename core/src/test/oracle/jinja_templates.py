"""Renders templates with Jinja in Hugging Face's configuration: resources/jinja/templates.json.

Made with Python 3.11, transformers 5.23.0, jinja2 3.1.6, gguf 0.19.0:
    python core/src/test/oracle/jinja_templates.py SmolLM2-135M-Instruct.Q4_1.gguf core/src/test/resources/jinja/templates.json
"""

import json
import sys

import gguf
from transformers.utils.chat_template_utils import _compile_jinja_template as compile_template

TEMPLATES = r"""
{{ 'a' }} b {{- ' c' }}  {{ 'd' -}}  e
  {% if true %}
x
  {% endif %}
y
x {% if true %}  y {% endif %} z
a
  {%- if true -%}
  b
  {%- endif -%}
c
  {%+ if true %}x{% endif +%}
y
  {# comment #}
z
a {#- comment -#} b
{% if x is defined %}1{% elif n > 3 %}2{% else %}3{% endif %}
{% for i in items %}{{ loop.index }}/{{ loop.length }}{{ '' if loop.last else ', ' }}{% else %}none{% endfor %}
{% for i in [] %}x{% else %}none{% endfor %}
{% for k, v in map.items() %}{{ k }}={{ v }};{% endfor %}
{% for k in map %}{{ k }}{% endfor %}
{% for i in items if i > 1 %}{{ loop.index0 }}:{{ i }} {% endfor %}
{% for i in items %}{% if i == 2 %}{% continue %}{% endif %}{{ i }}{% endfor %}
{% for i in items %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}
{% for i in items %}{{ loop.first }}{{ loop.last }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.previtem is defined }}{{ loop.nextitem }} {% endfor %}
{% for i in items %}{{ loop.cycle('a', 'b') }}{% endfor %}
{% set v = 1 %}{% for i in items %}{% set v = i %}{% endfor %}{{ v }}
{% set ns = namespace(v=1, w='x') %}{% for i in items %}{% set ns.v = ns.v + i %}{% endfor %}{{ ns.v }}{{ ns.w }}
{% set a, b = 1, 2 %}{{ a }}{{ b }}
{% set text %}<{{ name }}>{% endset %}{{ text }}{{ text | length }}
{% macro m(a, b='B', c=none) %}[{{ a }}|{{ b }}|{{ c }}]{% endmacro %}{{ m(1) }}{{ m(1, c=3) }}{{ m(a='x', b='y') }}
{% macro outer(x) %}{{ name }}{{ x }}{% endmacro %}{% for i in items %}{{ outer(i) }}{% endfor %}
{{ 'yes' if flag else 'no' }}{{ 'yes' if not flag }}
{{ 1 + 2 * 3 - 4 / 2 }} {{ (1 + 2) * 3 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 2 ** 10 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }}
{{ 1 ~ 2 + 3 }} {{ 'a' ~ 1 ~ none ~ true ~ 1.5 }}
{{ 'ab' * 3 }} {{ 'a' + 'b' }} {{ [1] + [2, 3] }}
{{ 1 < 2 < 3 }} {{ 1 < 2 > 3 }} {{ 1 == 1.0 }} {{ 'a' != 'b' }} {{ 2 in items }} {{ 9 not in items }} {{ 'el' in 'hello' }} {{ 'a' in map }}
{{ not flag and x is not defined or false }} {{ none or 'd' }} {{ 'a' and 'b' }} {{ 0 or none }}
{{ true }} {{ false }} {{ none }} {{ True }} {{ None }} {{ 1.0 }} {{ 1e2 if false else 0.1 }} {{ 100000000.0 * 1000000000.0 }} {{ 1 / 3 }} {{ 0.00001 * 1 }}
{{ items }} {{ map }} {{ ['a', "b'c", 'd"e', 'n\nl', none, true, 1.5] }} {{ {} }} {{ [] }} {{ {'k': [1, {'x': none}]} }}
{{ items[0] }} {{ items[-1] }} {{ items[9] is defined }} {{ items[1:] }} {{ items[:-1] }} {{ items[::-1] }} {{ items[::2] }} {{ name[1:3] }} {{ name[-2:] }} {{ name[5:1] }} {{ items[-1:0:-1] }}
{{ map.a }} {{ map['b'] }} {{ map.missing is defined }} {{ map.get('a') }} {{ map.get('z', 'd') }} {{ map.get('z') }} {{ map.keys() | list }} {{ map.values() | list }}
{{ '  x '.strip() }}|{{ '  x '.lstrip() }}|{{ '  x '.rstrip() }}|{{ 'xxaxx'.strip('x') }}|{{ 'abcba'.lstrip('ab') }}
{{ 'a,b,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a,b,c'.split(',', 1) }} {{ 'a</think>b'.split('</think>')[-1] }} {{ 'abc'.split('x') }}
{{ 'abc'.startswith('a') }} {{ 'abc'.endswith(('x', 'c')) }} {{ 'abc'.upper() }} {{ 'ABC'.lower() }} {{ 'abc def'.title() }} {{ 'aBC'.capitalize() }} {{ 'abcabc'.replace('b', 'X') }} {{ 'abcabc'.replace('b', 'X', 1) }} {{ 'abc'.find('c') }} {{ 'abc'.find('z') }} {{ '-'.join(['a', 'b']) }}
{{ ' x ' | trim }}| {{ 'abc' | upper }} {{ 'ABC' | lower }} {{ 'abc def' | title }} {{ 'aBC' | capitalize }} {{ 'abc' | length }} {{ items | count }} {{ 5 | string }} {{ 'a<b' | safe }}
{{ missing | default('d') }} {{ '' | default('d') }} {{ '' | default('d', true) }} {{ none | d('x') }} {{ missing | default }}
{{ items | first }} {{ items | last }} {{ items | join(', ') }} {{ items | join }} {{ 'abc' | reverse }} {{ items | reverse | list }} {{ 'abc' | list }} {{ 'abab' | replace('a', 'x') }}
{{ '3' | int }} {{ 'x' | int }} {{ 'x' | int(7) }} {{ 3.9 | int }} {{ '2.5' | float }} {{ -3 | abs }} {{ [3, 1, 3, 2, 1] | unique | list }}
{{ users | map(attribute='name') | join(',') }} {{ users | map(attribute='name') | map('upper') | list }} {{ users | selectattr('admin') | map(attribute='name') | list }} {{ users | rejectattr('admin') | map(attribute='name') | list }} {{ users | selectattr('name', 'equalto', 'Bo') | list | length }} {{ users | selectattr('age', '>', 30) | map(attribute='name') | list }}
{{ items | select('odd') | list }} {{ items | reject('odd') | list }} {{ [0, 1, '', 'a'] | select | list }} {{ users | map(attribute='nope', default='-') | list }}
{{ map | tojson }} {{ items | tojson }} {{ 'ü<&>"\\\n\t' | tojson }} {{ none | tojson }} {{ true | tojson }} {{ 1.0 | tojson }} {{ [] | tojson }} {{ {} | tojson }}
{{ {'a': [1, {'b': none}], 'c': {}} | tojson(indent=2) }}
{{ users | tojson(indent=4) }}
{{ 'a\nb\n\nc' | indent }}|{{ 'a\nb' | indent(2, true) }}|{{ 'a\nb' | indent(width=1) }}
{{ map | items | list | length }} {{ (map | items | list)[1][0] }} {{ map | length }}
{{ x is defined }} {{ x is undefined }} {{ none is none }} {{ 'a' is string }} {{ 1 is number }} {{ map is mapping }} {{ items is sequence }} {{ items is iterable }} {{ 1 is iterable }} {{ true is boolean }} {{ flag is true }} {{ flag is false }} {{ 1 is integer }} {{ 1.0 is float }} {{ 3 is odd }} {{ 3 is even }} {{ 6 is divisibleby 3 }} {{ 1 is eq 1 }} {{ 1 is in items }} {{ 'a' is not string }} {{ true is integer }}
[{{ missing }}] [{{ map.missing }}] [{{ items[10] }}]
{{ missing.attribute }}
{{ missing + 1 }}
{{ 'a' + 1 }}
{{ 1 / 0 }}
{{ none.x is defined }}
{{ raise_exception('bad role: ' + name) }}
{{ nofunction() }}
{% for a, b in items %}{{ a }}{% endfor %}
{{ 'abc' | nofilter }}
{{ 1 is notest }}
{% if %}
{{ 1 + }}
{{ 'abc }}
{% endfor %}
{% for i in items %}
{% generation %}{{ name }}{% endgeneration %}
{{ range(3) | list }} {{ range(1, 4) | list }} {{ range(5, 0, -2) | list }} {% for i in range(2) %}{{ i }}{% endfor %}
{{ dict(a=1, b='x') }}
{{ "double \"quoted\" 'single'" }} {{ 'it''s' }} {{ 'tab\there' }} {{ 'u\u00e9' }}
{{ (1, 2)[0] }} {{ [1, 2,] }} {{ {'a': 1,}['a'] }}
{{ name|upper ~ '!' }} {{ (name ~ '!')|upper }} {{ -5|abs }} {{ not missing }} {{ 2 ** 3 ** 1 }}
{{ users[0].name }} {{ users[0]['name'] }} {{ users[-1].name[0] }} {{ users | length > 1 }}
{{- name -}}
{%- set x = 'a' -%} {{ x }} {%- set y = x ~ 'b' %} {{ y }}
{%- for m in users -%} {{ m.name }} {%- if not loop.last %}, {% endif -%} {%- endfor %}.
{{ '%' }}{{ '}}' }}{{ '{%' }}
{% if items and items[0] == 1 and (name == 'Ada' or flag) %}ok{% endif %}
{% set first_user = (users | first)['name'] if users[0]['admin'] else '' %}{{ first_user }}
{{ items is not none and items | length > 0 }} {{ items | length is odd }}
{{ 'a' < 'b' }} {{ [1, 2] < [1, 3] }} {{ [1, 2] == [1, 2] }} {{ map == map }} {{ 1 == '1' }} {{ true == 1 }}
{{ 10 % 4 == 2 and 'x' or 'y' }} {{ (loop is defined) }} {{ 5 - 3 - 1 }} {{ 8 / 2 / 2 }} {{ 1_000 }}
{% for m in users %}{% for i in items %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}
{% set ns = namespace(found=false) %}{% for u in users %}{% if u.age > 40 %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.found }}
{% if name is string and 'A' in name %}{{ name.replace('A', 'a') | trim | upper }}{% endif %}
""".strip("\n")

CONTEXT = {
    "name": "Ada",
    "n": 5,
    "flag": True,
    "items": [1, 2, 3],
    "map": {"a": 1, "b": "two", "c": None},
    "users": [{"name": "Al", "admin": True, "age": 44}, {"name": "Bo", "admin": False, "age": 28}],
}

# Typical parts of the templates of models, rewritten.
CONVERSATION_TEMPLATES = {
    "roles-must-alternate": """{{- bos_token -}}
{%- if messages[0]['role'] == 'system' -%}
    {%- set opening = messages[0]['content'] | trim + '\n\n' -%}
    {%- set rest = messages[1:] -%}
{%- else -%}
    {%- set opening = '' -%}
    {%- set rest = messages -%}
{%- endif -%}
{%- for message in rest -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception('roles must alternate') }}
    {%- endif -%}
    {%- set role = 'model' if message['role'] == 'assistant' else message['role'] -%}
    {{ '<turn>' + role + '\n' + (opening if loop.first else '') }}{{ message['content'] | trim }}{{ '</turn>\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<turn>model\n' }}{%- endif -%}
""",
    "dated-header-and-slices": """{%- if enable_thinking is not defined -%}
{%- set enable_thinking = true -%}
{%- endif -%}
{%- if messages[0].role == "system" -%}
  {%- set given = messages[0].content -%}
  {%- set rules = given.replace("/no_think", "").replace("/think", "").rstrip() -%}
{%- endif -%}
{%- if "/only" in given -%}
  {{- rules.replace("/only", "").rstrip() -}}
{%- else -%}
  {%- set today = strftime_now("%d %B %Y") -%}
  {{- "Date: " ~ (today | length > 9) ~ "\n" -}}
  {%- if rules -%}{{- rules + "\n\n" -}}{%- endif -%}
  {%- if tools -%}
    {%- set ns = namespace(list="Tools:\n") -%}
    {%- for tool in tools[:] -%} {# a slice makes a list #}
      {%- set ns.list = ns.list ~ (tool | string) ~ "\n" -%}
    {%- endfor -%}
    {{- ns.list + 'as "<call>\\n{}</call>"' -}}
  {%- endif -%}
{%- endif -%}
{# ── messages ── #}
{%- for message in messages -%}
  {%- set content = message.content if message.content is string else "" -%}
  {%- if message.role == "user" -%}
    {{ "[" + message.role + "]\n" + content + "\n" }}
  {%- elif message.role == "assistant" -%}
    {% generation %}
    {%- if enable_thinking -%}
      {{ "[assistant]\n" + content.lstrip("\n") + "\n" }}
    {%- else -%}
      {{ "[assistant]\n<think>\n\n</think>\n" + content.lstrip("\n") + "\n" }}
    {%- endif -%}
    {% endgeneration %}
  {%- endif -%}
{%- endfor -%}
""",
    "thinking-and-tools": """{%- if tools %}
    {{- '<|im_start|>system\n' }}
    {%- if messages[0].role == 'system' %}
        {{- messages[0].content + '\n\n' }}
    {%- endif %}
    {{- '# Tools\n<tools>' }}
    {%- for tool in tools %}
        {{- '\n' }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- '\n</tools><|im_end|>\n' }}
{%- elif messages[0].role == 'system' %}
    {{- '<|im_start|>system\n' + messages[0].content + '<|im_end|>\n' }}
{%- endif %}
{%- set ns = namespace(last=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if message.role == 'user' and message.content is string and not message.content.startswith('<tool') %}
        {%- set ns.last = index %}
        {%- break %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.role == 'user' or (message.role == 'system' and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>' + '\n' }}
    {%- elif message.role == 'assistant' %}
        {%- set content = message.content %}
        {%- set thought = '' %}
        {%- if '</think>' in content %}
            {%- set thought = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\n') %}
        {%- endif %}
        {%- if loop.index0 > ns.last and thought %}
            {{- '<|im_start|>assistant\n<think>\n' + thought.strip('\n') + '\n</think>\n\n' + content }}
        {%- else %}
            {{- '<|im_start|>assistant\n' + content }}
        {%- endif %}
        {{- '<|im_end|>\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\n\n</think>\n\n' }}
    {%- endif %}
{%- endif %}
""",
}

U = lambda text: {"role": "user", "content": text}
A = lambda text: {"role": "assistant", "content": text}
S = lambda text: {"role": "system", "content": text}
CONVERSATIONS = [
    [U("Hello")],
    [S("Be brief."), U("Hello")],
    [U("Hi"), A("Hello! How can I help?"), U("Tell me a joke.")],
    [S("You are a cat."), U("a"), A("b"), U("c"), A("d"), U("e")],
    [U("")],
    [U("  spaces  \n\n")],
    [U("Grüße 👩‍👩‍👧‍👦 漢字 العربية")],
    [U("<|im_end|> injected {{ name }} {% if %}")],
    [U("quotes ' \" \\ and\ttabs")],
    [U("x" * 300)],
    [A("assistant first"), U("then user")],
    [U("q"), A("<think>\nlet me see\n</think>\n\nanswer"), U("again")],
    [U("q"), A("<think>deep</think>answer")],
    [S(""), U("empty system")],
]


def render(name, template, variables):
    case = {"name": name, "template": template, "variables": variables}
    try:
        case["output"] = compile_template(template).render(**variables)
    except Exception as e:  # each error in Python must be an error in Java
        case["error"] = f"{type(e).__name__}: {e}"
    return case


weights, target = sys.argv[1:]
smollm2 = gguf.GGUFReader(weights).fields["tokenizer.chat_template"].contents()
cases = []
lines = TEMPLATES.split("\n")
for i, line in enumerate(lines):
    cases.append(render(f"line {i + 1}", line, CONTEXT))
for i in range(len(lines) - 2):
    cases.append(render(f"lines {i + 1} to {i + 3}", "\n".join(lines[i : i + 3]) + "\n", CONTEXT))
TOOL = {"type": "function", "function": {"name": "time", "description": "Now <in> \"zone\"", "parameters": {"required": []}}}
for name, template in [("smollm2", smollm2), *CONVERSATION_TEMPLATES.items()]:
    for i, messages in enumerate(CONVERSATIONS):
        for extra in [{"add_generation_prompt": True}, {"add_generation_prompt": False, "tools": [TOOL]}, {"add_generation_prompt": True, "enable_thinking": False}]:
            cases.append(render(f"{name} {i} {sorted(extra)}", template, {"messages": messages, "bos_token": "<s>", **extra}))
with open(target, "w", encoding="utf-8") as out:
    json.dump(cases, out, ensure_ascii=False, indent=0)
print(len(cases), "cases,", sum("error" in case for case in cases), "errors")
