"""Renders expressions of each kind with Jinja in Hugging Face's configuration: resources/jinja/kinds.json.

Each filter, test, method, operator and format is applied to values of each type. Made with Python 3.11, transformers 5.24.0,
jinja2 3.1.6:
    python core/src/test/oracle/jinja_kinds.py core/src/test/resources/jinja/kinds.json
"""

import copy
import json
import random
import sys
import warnings

from transformers.utils.chat_template_utils import _compile_jinja_template as compile_template

warnings.simplefilter("ignore")

VARIABLES = {
    "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yo"}],
    "dict": {"b": 1, "a": "two", "C": None},
    "text": "Hello, World_x y",
    "list": [3, 1, 2],
    "tree": [{"n": "x", "kids": [{"n": "y", "kids": []}, {"n": "z", "kids": []}]}, {"n": "w", "kids": []}],
    "pairs": [[1, 2], [3, 4]],
}

# Templates that must render as Jinja does, one or more for each kind of construct.
EXACT = r"""
{{ 'abcabcabc' | replace('a', 'b', count=1) }}{{ 'aaa' | replace('a', 'b', 2) }}{{ 'abc' | replace('', '-') }}{{ 'abc'.replace('', '-', 2) }}
{{ '11' | int(base=2) }} {{ 'ff' | int(0, 16) }} {{ '0x1F' | int(0, 16) }} {{ '0b11' | int(0, 0) }} {{ '3.7' | int }} {{ '1_000' | int }} {{ ' 7 ' | int }} {{ 'x' | int('d') }}
{{ 'invalid' | float('hello') }} {{ '1e3' | float }} {{ '.5' | float }} {{ '1d' | float }} {{ '0x1p3' | float }} {{ '٣' | float }} {{ none | float(7) }} {{ 'inf' | float }}
{{ -0.0 }} {{ 0.0 * -1 }} {{ -0.4 | round }} {{ -7 % 3 }} {{ -7.5 % 2 }} {{ -7.5 // 2 }} {{ 7 // -2 }} {{ 2 ** -1 }} {{ 9007199254740993 * 3.14159 }} {{ 5e-324 }}
{{ {1: 'a', true: 'b'} }} {{ {true: 1, 1.0: 2, 0: 3, false: 4} }} {{ {1: 'a'}[1.0] }} {{ {1: 'a'}[true] }} {{ 1.0 in {1: 2} }} {{ {none: 1}[none] }}
{{ 'yes' if x is sequence }}{{ dict is sequence }}{{ dict.items() is sequence }}{{ (list | map('string')) is iterable }}
{{ none | selectattr('type', 'equalto', 'x') | list | length }}{{ none | map('upper') | list }}{{ 0 | select | list }}
{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}x{% endcall %}{% macro n(l) %}{% for x in l %}{{ caller(x) }}{% endfor %}{% endmacro %}{% call(y, z='d') n([1, 2]) %}<{{ y }}{{ z }}>{% endcall %}
{% macro m(a, b='d') %}{{ a }}{{ b }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(*[1, 2]) }}{{ m(1, 2, 3, x=4) }}{{ m(**{'a': 5}) }}{{ m(1, *[2], **{'c': 3}) }}
{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m }}{{ m.name }}{{ m.arguments }}
{% filter upper | trim %} abc {% endfilter %}{% set x | upper %}a{{ 1 }}b{% endset %}{{ x }}
{% with a=1, b=2 %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}{% with %}{% set c = 1 %}{% endwith %}{{ c is defined }}
{% set j = joiner(',') %}{% for i in [1, 2] %}{{ j() }}{{ i }}{% endfor %}{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.current }}{{ c.next() }}{{ c.reset() }}{{ c.pos }}
{% set ns = namespace({'a': 1}, b=2) %}{% set ns.c = [ns.a, ns.b] %}{{ ns.c }}{{ ns }}{{ ns.zz is defined }}{{ ns['a'] }}
{% for i in tree recursive %}{{ loop.depth }}{{ i.n }}({{ loop(i.kids) }}){% endfor %}
{% for i in [1, 1, 2] %}{{ loop.changed(i) }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop }}{% endfor %}
{% for i in list %}{% break %}{% else %}else{% endfor %}{% for i in list %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% else %}else{% endfor %}
{% for (a, b), c in [[[1, 2], 3]] %}{{ a }}{{ b }}{{ c }}{% endfor %}{% set (p, q) = 'xy' %}{{ p }}{{ q }}{% set ns = namespace() %}{% set ns.a, ns.b = 1, 2 %}{{ ns.a }}{{ ns.b }}
{% generation %}{% set x = 1 %}x{% endgeneration %}{{ x is defined }}{% set y %}{% set x = 1 %}{% endset %}{{ x is defined }}
{% autoescape false %}<b>{% endautoescape %}{% print 1, 'a' %}{% if true: %}T{% else: %}F{% endif %}
{{ list | map('string') | join('-') }}{% if list | select('eq', 9) %}true{% endif %}{% set g = list | map('string') %}{{ g | list }}{{ g | list }}
{{ list | reverse | list }}{{ (list | reverse)[0] is defined }}{{ 2 in (list | map('int')) }}{{ dict.items() }}{{ dict.keys() }}{{ dict.values() }}{{ range(3) }}{{ range(9)[::2] }}
{{ dict | tojson(ensure_ascii=true, indent=1, separators=(' ,', ' : '), sort_keys=true) }}{{ 'é😀' | tojson(true) }}{{ [1, {}] | tojson(indent='--') }}{{ {1: 1.0, none: 2, true: 3} | tojson }}
{{ '%s-%02d|%5.1f|%-4s|%+d|%x|%%|%e|%g|%r' % ('a', 3, 2.25, 'b', 4, 255, 12345.678, 1e-7, 'q') }}{{ '%(a)s' % {'a': 1} }}{{ '%s' | format('x') }}
{{ '{}-{x}|{:>5}|{:.2f}|{:,}|{:#x}|{!r:*^7}|{}'.format('a', 'b', 1.5, 1234567, 255, 'c', none, x=2) }}{{ '{0[1]}{0}{1.b}{{}}'.format([1, 2], {'b': 3}) }}
{{ '<b>&"' | e }}{{ '<b>' | safe + '<i>' }}{{ ('<b>' | e) is escaped }}{{ ['<b>' | e] }}{{ '<b>' | e | upper | e }}{{ '<' | forceescape }}
{{ [3, 1, 2] | batch(2) | list }}{{ [3, 1, 2] | batch(2, 'x') | list }}{{ [1, 2, 3, 4] | slice(3) | list }}{{ [1] | slice(2, 'f') | list }}
{{ messages | groupby('role') }}{% for g in messages | groupby('role') %}{{ g.grouper }}{{ g.list | length }}{% endfor %}{{ ['b', 'A', 'a'] | groupby(0) | length }}
{{ ['b', 'A', 'a', 'B'] | sort }}{{ ['b', 'A'] | sort(case_sensitive=true) }}{{ ['b', 'A', 'a'] | unique | list }}{{ ['b', 'A'] | min }}{{ [] | max }}{{ tree | sort(attribute='n,kids', reverse=true) | map(attribute='n') | list }}
{{ dict | dictsort }}{{ {'a': 3, 'b': 1} | dictsort(false, 'value', true) }}{{ tree | map(attribute='kids.0.n', default='-') | list }}{{ pairs | sum(attribute=1) }}{{ [[1], [2]] | sum(start=[]) }}
{{ 'hello wORLD (x-y)' | title }}{{ "it's a bOOk".title() }}{{ 'ßa' | capitalize }}{{ 'ΑΣ' | capitalize }}{{ 'ﬁ' | upper }}{{ 'İ' | lower }}{{ 'ß'.casefold() }}{{ 'aB'.swapcase() }}
{{ 'abc def ghi jkl' | truncate(9) }}{{ 'abc def ghi jkl' | truncate(9, true) }}{{ 'abc def ghi jkl' | truncate(9, false, '!', 0) }}{{ 'a' | center(5) }}|{{ 'a b_c-d' | wordcount }}
{{ 2000 | filesizeformat }}{{ 1 | filesizeformat }}{{ 1500000 | filesizeformat(true) }}{{ 'a b/ü?' | urlencode }}{{ {'a b': 'c/d'} | urlencode }}{{ '<b> x  y</b>' | striptags }}{{ {'a': 1, 'b': none} | xmlattr }}
{{ 'a😀b'[1] }}{{ 'a😀b'[::-1] }}{{ 'a😀b'[-2:] }}{{ 'a😀b' | length }}{{ 'a😀b'.find('b') }}{{ list[-1] }}{{ list[5] is defined }}{{ list[true] }}{{ dict['b'] }}{{ (1, 2)[0] }}
{{ ['\x00\x7f\xa0\u200bé😀\t\\\'"'] }}{{ '\a\b\v\101\U0001F600\q' | tojson }}
{{ 1_000 }} {{ 0x1F }} {{ 0b11 }} {{ 0o17 }} {{ 1e3 }} {{ 1.5e-7 }} {{ 00 }} {{ list.1 }} {{ pairs.0.1 }}{% set é = 1 %}{{ é }}
{{ 1 < 2 < 3 }}{{ 1 < 2 > 3 }}{{ 'a' in 'abc' in ['abc'] }}{{ (1, 2) < (1, 3) }}{{ [1] == (1,) }}{{ true == 1 }}{{ 'nan' | float != 'nan' | float }}{{ 1 == 1.0 }}{{ 'a' ~ 1 ~ none ~ undefined }}
{{ 4 is divisibleby 2 }}{{ 'a' is in ['a'] }}{{ none is sameas none }}{{ 'x' is filter }}{{ 'upper' is filter }}{{ 'odd' is test }}{{ 'ab1' is lower }}{{ '1' is lower }}{{ true is number }}{{ 1 is boolean }}{{ m is callable }}
{{ 'a:b:c'.partition(':') }}{{ 'a:b:c'.rpartition(':') }}{{ 'a b  c'.rsplit(none, 1) }}{{ 'a,b'.split(',', maxsplit=0) }}{{ 'a\r\nb\x0bc\u2028d'.splitlines() }}{{ 'a\n'.splitlines(true) }}{{ 'aXbX'.rsplit('X', 1) }}
{{ 'abcb'.rfind('b') }}{{ 'abc'.index('c') }}{{ 'aXa'.count('a', 1) }}{{ 'abc'.startswith(('x', 'a')) }}{{ '-5'.zfill(4) }}{{ 'a'.ljust(3, '.') }}{{ 'a\tb'.expandtabs(4) }}{{ 'a-b'.removeprefix('a') }}{{ [1, 1].count(1) }}{{ list.index(1) }}
{{ dict.get('zz', 'd') }}{{ dict.copy() == dict }}{{ dict.pop is defined }}{{ list.append is defined }}{{ ''.__class__ }}
{{ 42.55 | round }}{{ 42.55 | round(1, 'floor') }}{{ 2.5 | round }}{{ 15 | round(-1) }}{{ 7 | round }}{{ 1.1 | round(0, 'ceil') }}{{ -3 | abs }}{{ true | abs }}{{ 1e22 }}{{ 123456789.0 * 1e10 }}
{{ x[1:2] if false }}{{ none.x is defined }}{{ (none)[0] is defined }}{{ 1 if 0 }}{{ [1 if 0] }}{{ '%s' % undefined }}{{ undefined | length }}{{ undefined | list }}{{ undefined == missing }}
""".strip("\n")

EXACT_LINES = [
    "{% filter indent(2) %}a\nb{% endfilter %}",
    "{% raw %}{{ x }}{% if %}{% endraw %}|{% raw -%}  a  {%- endraw %}|{% raw %}\nb{% endraw %}\nc{# comment +#}\nd {#- x -#} e\n",
    '{{ "a\\\nb" }}',
    "a\r\n  {%- if true %}\r\n  b\r  {%+ endif +%}\n{{ 1 }}  {% set x = 1 %}\n  {# c #}  d\u2003{{- 2 -}}\u2003e\n",
]

VALUES = [
    "none", "true", "0", "-7", "2.5", "-0.0", "1e20", "''", "'Ab c'", "'3'", "'a\\nb\\n\\nc'", "'é😀ß'", "[]", "[3, 1, 2]", "['b', 'A', 'a']",
    "(1, 'x')", "{}", "dict", "messages", "range(4)", "missing", "dict.items()", "list | map('string')", "'<b>' | e", "namespace(a=1)", "pairs",
]
FILTERS = (
    "abs attr('b') batch(2) capitalize center(7) count d('x') default('x',true) dictsort dictsort(by='value') e filesizeformat first float"
    " float('x') forceescape format(1) groupby('role') groupby(0) indent indent(2,true,true) int int('x') int(base=8) items join join('-')"
    " join(',',attribute=0) last length list lower map('upper') map(attribute='role') max min pprint reject rejectattr('role')"
    " replace('a','b') replace('1',2,1) reverse round round(1,'ceil') safe select select('string') selectattr('role','eq','user') slice(2)"
    " sort sort(reverse=true) string striptags sum title tojson tojson(indent=2) trim trim('a') truncate(2,end='') unique upper urlencode"
    " wordcount xmlattr"
).split(" ")
TESTS = (
    "boolean callable defined divisibleby(2) eq(3) escaped even false filter float ge(1) gt('a') in([3]) in('Ab c') integer iterable le(2.5)"
    " lower lt(1) mapping ne(none) none number odd sameas(none) sameas(true) sequence string test true undefined upper"
).split(" ")
OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "~", "==", "<", ">=", "in", "and", "or"]
METHODS = (
    "capitalize() casefold() center(9,'*') count('a') endswith('c') expandtabs(3) find('b') format(1) index('b') isalnum() isalpha() isascii()"
    " isdecimal() isdigit() isidentifier() islower() isnumeric() isprintable() isspace() istitle() isupper() join(['x','y']) ljust(8) lower()"
    " lstrip() partition('b') removeprefix('A') removesuffix('c') replace('b','') rfind('b') rindex('b') rjust(8,'0') rpartition('b')"
    " rsplit('b',1) rstrip('c') split() split('b') splitlines() startswith('A') strip('Ac') swapcase() title() upper() zfill(8) items() keys()"
    " get('b') copy() append(1) update({})"
).split(" ")
SLICES = ["[0]", "[-1]", "['b']", "[none]", "[1:]", "[:-1]", "[::-1]", "[::2]", "[5:1]", "[true]", "[-9:9:3]", ".b", ".0"]


def expressions():
    for value in VALUES:
        for name in FILTERS:
            yield f"{{{{ ({value}) | {name} }}}}"
            yield f"{{{{ (({value}) | {name}) | list }}}}"
        for test in TESTS:
            yield f"{{{{ ({value}) is {test} }}}}"
        for operator in OPERATORS:
            for other in VALUES:
                yield f"{{{{ ({value}) {operator} ({other}) }}}}"
        for part in SLICES:
            yield f"{{{{ ({value}){part} }}}}"
        for method in METHODS:
            yield f"{{{{ ({value}).{method} }}}}"


def render(template):
    try:
        return {"template": template, "output": compile_template(template).render(**copy.deepcopy(VARIABLES))}
    except Exception as e:  # an error in Python must be an error in Java
        return {"template": template, "error": f"{type(e).__name__}: {e}"}


cases = [{**render(template), "exact": True} for template in [*EXACT.split("\n"), *EXACT_LINES]]
assert not any("error" in case for case in cases), [case for case in cases if "error" in case]
grid = [render(template) for template in expressions()]
# An address differs in each run, and Jinja's constant folding fails for NaN and infinity.
grid = [case for case in grid if " at 0x" not in case.get("output", "") and "NameError" not in case.get("error", "")]
rendered = [case for case in grid if "output" in case]
failed = [case for case in grid if "error" in case]
random.seed(1)
cases += random.sample(rendered, 2500) + random.sample(failed, 500)
with open(sys.argv[1], "w", encoding="utf-8") as out:
    json.dump({"variables": VARIABLES, "cases": cases}, out, ensure_ascii=False, indent=0)
print(len(grid), "expressions,", len(cases), "cases,", sum("error" in case for case in cases), "errors")
