package dev.demitasse.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Renders hostile templates: each ends in a text or in the error of a limit, with work that is bounded. */
class LimitsTest {
    private static final LocalTime NOW = new LocalTime(0);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "chars-memory | more than 1000000 steps",
                "class-escape | \"__class__\" is undefined, so it has no \"__mro__\"",
                "contains-small | more than 1000000 steps",
                "cycler | \"__init__\" is undefined, so it has no \"__globals__\"",
                "deep-list | values nested too deep: more than 300 levels",
                "forever-nested | more than 1000000 steps",
                "intdiv | arithmetic overflow or division by zero in //",
                "join-loop | more than 1000000 steps",
                "macro-exp | more than 1000000 steps",
                "macro-rec | calls nested deeper than 20",
                "map-key-shared | list can't be the key of a dict",
                "minint | arithmetic overflow or division by zero in //",
                "mul | a text or list would be longer than 16777216",
                "mul2 | a text or list would be longer than 16777216",
                "namespace-key | values nested too deep: more than 300 levels",
                "namespace-print-shared | more than 1000000 steps",
                "pow | arithmetic overflow or division by zero in **",
                "print-forever | output longer than 16777216 characters",
                "round | integer overflow",
                "sort-mixed | can't compare str with None",
                "strings-memory | more than 1000000 steps",
                "tojson-cycle | namespace has no JSON form",
                "tojson-deep | values nested too deep: more than 300 levels",
                "unique | more than 1000000 steps",
            })
    void endsInAnError(String name, String message) throws IOException {
        Template template = Template.parse(source(name));
        TemplateException e = assertThrows(TemplateException.class, () -> template.render(Map.of(), NOW));
        assertEquals("chat template, line 1: " + message, e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "deep-list-truth | ``",
                "namespace-self-eq | False",
                "range-neg | [9223372036854775800, 9223372036854775803, 9223372036854775806][0]",
                "reverse-big | xxxxxxxxxx",
                "slice-minint | cabc",
            })
    void endsInAText(String name, String text) throws IOException {
        assertEquals(text, Template.parse(source(name)).render(Map.of(), NOW));
    }

    @Test
    void longFormatsOfTimesAreText() throws IOException {
        assertEquals("%".repeat(500_000), Template.parse(source("strftime")).render(Map.of(), NOW));
    }

    /** Operations that read values whose parts are shared 40 levels deep: 2^40 elements. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ x }}",
                "{{ x == y }}",
                "{{ x < y }}",
                "{{ x in [y] }}",
                "{{ [y].index(x) }}",
                "{{ x | tojson }}",
                "{{ x | string }}",
                "{{ x | pprint }}",
                "{{ x ~ '' }}",
                "{{ '%s' % [x] }}",
                "{{ '{}'.format(x) }}",
                "{{ [x] | join }}",
                "{{ namespace(x=x) }}",
                "{{ {'k': x} == {'k': y} }}",
                "{{ [x, y] | sort }}",
                "{{ [x, y] | max }}",
                "{% for i in [1, 2] %}{{ loop.changed(x) }}{{ loop.changed(y) }}{% endfor %}",
                "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(x) }}",
                "{{ raise_exception(x) }}",
            })
    void sharedPartsAreCountedEachTime(String use) {
        String make = "{% set n = namespace(x=[1], y=[1]) %}{% for a in range(40) %}{% set n.x = [n.x, n.x] %}"
                + "{% set n.y = [n.y, n.y] %}{% endfor %}{% set x = n.x %}{% set y = n.y %}";
        assertFails("more than 1000000 steps", make + use);
    }

    /** Operations that read values that are nested deeper than the stack allows. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ x }}",
                "{{ x == y }}",
                "{{ x < y }}",
                "{{ x in [y] }}",
                "{{ x | tojson }}",
                "{{ x ~ '' }}",
                "{{ [x, y] | sort }}",
                "{{ [x] | join }}",
            })
    void depthOfValuesIsLimited(String use) {
        String make = "{% set n = namespace(x=[1], y=[1]) %}{% for a in range(9000) %}{% set n.x = [n.x] %}"
                + "{% set n.y = [n.y] %}{% endfor %}{% set x = n.x %}{% set y = n.y %}";
        assertFails("values nested too deep", make + use);
    }

    /** Nested constructs whose levels add up: calls, statements and expressions. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% macro m(n) %}{% if true %}{% if true %}{% if true %}{% if true %}{% if true %}{% for i in [1] %}"
                        + "{{ ((((((((((m(n + 1))))))))))) }}{% endfor %}{% endif %}{% endif %}{% endif %}{% endif %}{% endif %}"
                        + "{% endmacro %}{{ m(1) }}",
                "{% for i in [[]] recursive %}{{ loop([i]) }}{% endfor %}",
                "{% macro m() %}{% call m() %}{% endcall %}{{ caller() if caller }}{% endmacro %}{{ m() }}",
                "{% set n = namespace() %}{% set n.n = n %}{{ n }}",
                "{% set n = namespace() %}{% set n.n = [n] %}{{ {'k': n} }}",
            })
    void depthOfEvaluationIsLimited(String template) {
        assertFails("nested", template);
    }

    /** Constructs that are nested as deep as can be end in a text or an error before a stack of 512 KB ends. */
    @ParameterizedTest
    @MethodSource("deepTemplates")
    void aSmallStackIsEnough(String source) throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Runnable render = () -> {
            try {
                Template.parse(source).render(Map.of(), NOW);
            } catch (TemplateException e) {
                assertTrue(e.getMessage().contains("nested"), e.getMessage());
            }
        };
        Thread thread = new Thread(null, render, "small stack", 512 * 1024);
        thread.setUncaughtExceptionHandler((of, thrown) -> failure.set(thrown));
        thread.start();
        thread.join();
        assertNull(failure.get(), source);
    }

    static List<String> deepTemplates() {
        String list = "{% set n = namespace(x=[1]) %}{% for a in range(290) %}{% set n.x = [n.x] %}{% endfor %}";
        return List.of(
                list + "{{ n.x }}",
                list + "{{ n.x | tojson }}",
                "{{ 1" + " + 1".repeat(290) + " }}",
                "{{ 'a'" + " | upper".repeat(290) + " }}",
                "{{ 1" + " if 1 else 2".repeat(5000) + " }}",
                "{{ " + "(".repeat(49) + "1" + ")".repeat(49) + " }}",
                "{{ " + "-".repeat(98) + "1 }}",
                "{% if true %}".repeat(98) + "{% endif %}".repeat(98),
                "{% macro m() %}" + "{% if true %}".repeat(60) + "{{ " + "[".repeat(30) + "m()" + "]".repeat(30) + " }}"
                        + "{% endif %}".repeat(60) + "{% endmacro %}{{ m() }}",
                "{% for i in [[]] recursive %}{{ 1 + (2 * (loop([i]) | length)) }}{% endfor %}");
    }

    /** Texts for which a naive search takes a time of the product of the lengths. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ t in s }}",
                "{{ s.find(t) }}",
                "{{ s.rfind(t) }}",
                "{{ s.count(t) }}",
                "{{ s.split(t) }}",
                "{{ s.replace(t, 'c') }}",
                "{{ s | replace(t, 'c') }}",
                "{{ s.partition(t) }}",
            })
    void searchesTakeLinearWork(String use) {
        String make = "{% set s = 'a' * 1000000 %}{% set t = 'a' * 500000 ~ 'b' %}";
        assertTrue(Template.parse(make + use).render(Map.of(), NOW).length() <= 1_000_020);
        assertFails("more than 1000000 steps", make + "{% for i in range(1000) %}" + use + "{% endfor %}");
    }

    private static void assertFails(String message, String source) {
        Template template = Template.parse(source);
        TemplateException e = assertThrows(TemplateException.class, () -> template.render(Map.of(), NOW));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    private static String source(String name) throws IOException {
        try (InputStream in = LimitsTest.class.getResourceAsStream("/jinja/limits/" + name + ".j2")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
