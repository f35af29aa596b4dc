package dev.demitasse.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.json.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chat page's texts: all languages have all of them, and the page uses no others. */
class LocalesTest {
    private static final Path SITE = Path.of("src/main/site");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w+)}");

    @ParameterizedTest
    @ValueSource(strings = {"fr", "es", "de", "it", "pt"})
    void saysWhatEnglishSays(String language) throws IOException {
        Map<?, ?> english = locale("en");
        Map<?, ?> other = locale(language);
        assertEquals(english.keySet(), other.keySet());
        english.forEach((key, text) -> {
            Object translated = other.get(key);
            assertEquals(text.getClass(), translated.getClass(), key + " has plural forms or has none");
            for (String form : forms(translated)) {
                assertFalse(form.isBlank(), key + " is empty");
                for (String original : forms(text)) {
                    assertEquals(placeholders(original), placeholders(form), key + " in " + language);
                }
            }
            if (translated instanceof Map<?, ?> plural) {
                assertEquals(Set.of("one", "other"), plural.keySet(), key + " in " + language);
            }
        });
    }

    @Test
    void allListsNameTheLanguages() throws IOException {
        Set<String> languages;
        try (Stream<Path> files = Files.list(SITE.resolve("locales"))) {
            languages = files.map(file -> file.getFileName().toString().replace(".json", ""))
                    .collect(Collectors.toSet());
        }
        assertEquals(languages, Set.copyOf(found("i18n.js", "(?m)^  (\\w+): '")), "i18n.js");
        assertEquals(languages, Set.copyOf(found("requirements.js", "(?m)^    (\\w\\w): '")), "requirements.js");
        String options = found("settings.js", "language: .* options: \\['auto', ([^]]+)]")
                .get(0);
        assertEquals(languages, Set.of(options.replace("'", "").split(", ")), "settings.js");
    }

    @Test
    void pageUsesTheTextsThatThereAre() throws IOException {
        Set<Object> known = new TreeSet<>(locale("en").keySet());
        Set<Object> used = new TreeSet<>();
        used.addAll(found("index.html", "data-(?:text|label|placeholder)=\"([^\"]+)\""));
        StringBuilder scripts = new StringBuilder();
        try (Stream<Path> files = Files.list(SITE)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".js")).toList()) {
                scripts.append(Files.readString(file));
                used.addAll(found(file.getFileName().toString(), "\\b(?:t|announce)\\('([^']+)'"));
            }
        }
        assertEquals(Set.of(), minus(used, known), "texts that the page uses and that there aren't");
        // Some keys are chosen among several, or made from parts.
        Set<Object> unused = minus(known, used);
        unused.removeIf(
                key -> scripts.indexOf("'" + key + "'") >= 0 || key.toString().contains("."));
        assertEquals(Set.of(), unused, "texts that nothing uses");
        for (String prefix : List.of("setting.", "hint.", "section.", "option.", "fact.", "fit.", "finish.")) {
            assertTrue(scripts.indexOf("t(`" + prefix) >= 0, prefix);
        }
    }

    private static Map<?, ?> locale(String language) throws IOException {
        return (Map<?, ?>) JsonReader.read(Files.readString(SITE.resolve("locales/" + language + ".json")));
    }

    private static List<String> forms(Object text) {
        return text instanceof Map<?, ?> plural
                ? plural.values().stream().map(String.class::cast).toList()
                : List.of((String) text);
    }

    private static Set<String> placeholders(String text) {
        return PLACEHOLDER.matcher(text).results().map(match -> match.group(1)).collect(Collectors.toSet());
    }

    private static List<String> found(String file, String pattern) throws IOException {
        return Pattern.compile(pattern)
                .matcher(Files.readString(SITE.resolve(file)))
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    private static Set<Object> minus(Set<Object> all, Set<Object> some) {
        Set<Object> rest = new TreeSet<>(all);
        rest.removeAll(some);
        return rest;
    }
}
