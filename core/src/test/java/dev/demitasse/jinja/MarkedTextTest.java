package dev.demitasse.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The parts of a rendered text that come from an input. The expected texts show them between « and ». */
class MarkedTextTest {
    private static final LocalTime NOW = new LocalTime(0);

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            quoteCharacter = '`',
            value = {
                "<t>{{ text }}<t> @ <t>« a b »<t>",
                "<t>{{ text ~ '<t>' ~ own }} @ <t>« a b »<t><own>",
                "{{ '<t>' + text + '<t>' }} @ <t>« a b »<t>",
                "{{ text | trim }}<t> @ «a b»<t>",
                "{{ text.strip() + '<t>' }} @ «a b»<t>",
                "{{ ('<t> ' ~ text) | trim }} @ <t> « a b»",
                "{{ text.lstrip() }}<t>{{ text.rstrip() }} @ «a b »<t>« a b»",
                "{{ text.split('b')[0] }}<t> @ « a »<t>",
                "{{ text.split() | join('<t>') }} @ «a»<t>«b»",
                "{{ text.rsplit('a', 1) | join('<t>') }} @ « »<t>« b »",
                "{{ text.rsplit(none, 1) | join('<t>') }} @ « a»<t>«b»",
                "{{ text.splitlines()[0] }}<t> @ « a b »<t>",
                "{{ text.partition('a') | join }} @ « »a« b »",
                "{{ '<t>'.join([text, own]) }} @ « a b »<t><own>",
                "{{ [text, own] | join('|') }} @ « a b »|<own>",
                "{{ list | map(attribute='name') | join('|') }} @ «x»|«y»",
                "{{ list | map(attribute='name') | map('upper') | join('|') }} @ «X»|«Y»",
                "{{ text | replace(' ', '<t>') }} @ <t>«a»<t>«b»<t>",
                "{{ 'x-x' | replace('x', text) }} @ « a b »-« a b »",
                "{{ text.replace('a', '') }}<t> @ «  b »<t>",
                "{{ text[1:3] ~ '<t>' ~ text[1] ~ text[::-1] }} @ «a »<t>«a b a »",
                "{{ text | upper }}{{ text.title() }}<t> @ « A B  A B »<t>",
                "{{ ('<t>' ~ text) | upper }} @ <T>« A B »",
                "{{ text.removeprefix(' ') }}<t>{{ text.removesuffix('x') }} @ «a b »<t>« a b »",
                "{{ '%s<t>%s' % (text, own) }} @ « a b »<t><own>",
                "{{ '%s<t>' | format(text) }} @ « a b »<t>",
                "{{ '{}<t>{}'.format(text, own) }} @ « a b »<t><own>",
                "{{ text % () }}<t> @ « a b »<t>",
                "{{ text | tojson }}<t> @ «\" a b \"»<t>",
                "{{ {'<t>': text} | tojson }} @ {\"<t>\": «\" a b \"»}",
                "{{ map | tojson }} @ {«\"k\"»: «\"v\"»}",
                "{{ map }} @ {«'k'»: «'v'»}",
                "{{ [text] | string }}<t> @ [«' a b '»]<t>",
                "{{ {text: 1} | list | first }}<t> @ « a b »<t>",
                "{% for k, v in map.items() %}{{ k }}={{ v }}{% endfor %} @ «k»=«v»",
                "{% for k in map %}{{ k }}<t>{% endfor %} @ «k»<t>",
                "{% for c in text %}{{ c }}<t>{% endfor %} @ « »<t>«a»<t>« »<t>«b»<t>« »<t>",
                "{{ map | dictsort | first | first }}<t>{{ map.keys() | first }} @ «k»<t>«k»",
                "{{ map.copy().keys() | first }}{{ (map | items | first)[0] }} @ «kk»",
                "{{ dict([[text, 1]]) | first }}<t> @ « a b »<t>",
                "{% set x %}<t>{{ text }}{% endset %}{{ x | trim }} @ <t>« a b»",
                "{% macro m(a) %}<t>{{ a }}{% endmacro %}{{ m(text) | trim }}{{ m(own) }} @ <t>« a b»<t><own>",
                "{% set n = namespace(x='') %}{% set n.x = n.x ~ '<t>' ~ text %}{{ n.x }} @ <t>« a b »",
                "{% filter trim %}{{ text }}<t>{% endfilter %} @ «a b »<t>",
                "{{ text | safe }}<t>{{ (text | safe) + '<t>' }} @ « a b »<t>« a b »&lt;t&gt;",
                "{{ text | e }}{{ text | urlencode }}<t> @ « a b %20a%20b%20»<t>",
                "{{ text | indent(1, true) }}<t> @ ` « a b »<t>`",
                "{{ text | center(7) }}<t>{{ text.ljust(6) }} @ «  a b  »<t>« a b  »",
                "{{ text * 2 }}<t>{{ text | reverse }} @ « a b  a b »<t>« b a »",
                "{{ text | default('<t>') }}{{ missing | default('<t>') }} @ « a b »<t>",
                "{{ list | selectattr('name', 'equalto', 'x') | map(attribute='name') | first }}<t> @ «x»<t>",
                "{{ (list | groupby('name') | first).grouper }}<t> @ «x»<t>",
                "{{ text | truncate(3, true, '<t>', 0) }} @ <t>",
                "{{ text | length }}{{ text == ' a b ' }}{{ 'a' in text }}{{ map['k'] }} @ 5TrueTrue«v»",
            })
    void marksWhatComesFromInputs(String template, String expected) {
        Map<String, Object> variables = new HashMap<>();
        variables.put("text", MarkedText.mark(" a b "));
        variables.put("list", MarkedText.mark(List.of(Map.of("name", "x"), Map.of("name", "y"))));
        variables.put("map", MarkedText.mark(Map.of("k", "v")));
        variables.put("own", "<own>");
        assertEquals(expected, shown(Template.parse(template).renderMarked(variables, NOW)));
    }

    @Test
    void textsWithoutInputsHaveNoMarks() {
        assertEquals(
                0,
                Template.parse("{{ a ~ b | trim }}c")
                        .renderMarked(Map.of("a", "x"), NOW)
                        .inputs()
                        .length);
    }

    private static String shown(MarkedText marked) {
        StringBuilder shown = new StringBuilder(marked.text());
        for (int i = marked.inputs().length - 1; i >= 0; i--) {
            shown.insert(marked.inputs()[i], i % 2 == 0 ? "«" : "»");
        }
        return shown.toString();
    }
}
