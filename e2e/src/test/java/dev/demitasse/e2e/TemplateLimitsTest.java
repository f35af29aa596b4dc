package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Chat templates in a browser's worker: templates that try to exceed the limits, and the load option {@code chatTemplate}. */
class TemplateLimitsTest {
    private static final Path TEMPLATES = Path.of("../core/src/test/resources/jinja/limits");

    @TempDir
    static Path folder;

    private static Browser browser;
    private static Page page;

    @BeforeAll
    static void load() throws IOException {
        TinyModel.write(folder.resolve("tiny.gguf"));
        browser = new Browser(folder.resolve("tiny.gguf").toString(), new NewContextOptions());
        page = browser.open("icon.svg");
        page.evaluate("""
                async () => {
                  const { Demitasse } = await import('/demitasse.js');
                  const { default: model } = await (await fetch('/models.json')).json();
                  globalThis.load = (chatTemplate) =>
                    Demitasse.load(model, { contextLength: 256, device: 'cpu', threads: 1, chatTemplate });
                }""");
    }

    @AfterAll
    static void close() {
        browser.close();
    }

    static List<String> templates() throws IOException {
        try (Stream<Path> files = Files.list(TEMPLATES)) {
            List<String> names =
                    files.map(file -> file.getFileName().toString()).sorted().toList();
            assertEquals(30, names.size());
            return names;
        }
    }

    /** The load or the request ends with an error of the template, or there is an answer. The worker answers afterwards. */
    @ParameterizedTest
    @MethodSource("templates")
    void workerSurvives(String name) throws IOException {
        @SuppressWarnings("unchecked")
        Map<String, Object> said = (Map<String, Object>) page.evaluate("""
                async (template) => {
                  const begin = performance.now();
                  let engine;
                  try {
                    engine = await load(template);
                  } catch ({ status, message }) {
                    return { status, message, lives: true };
                  }
                  try {
                    const messages = [{ role: 'user', content: 'Hello' }];
                    const { status = 200, message } = await engine.chat.completions
                      .create({ messages, max_tokens: 2 })
                      .catch((error) => ({ status: error.status ?? 500, message: error.message }));
                    const took = performance.now() - begin;
                    const { choices } = await engine.completions.create({ prompt: 'Hello', max_tokens: 2, temperature: 0 });
                    return { status, message, took, lives: choices[0].text.length > 0 };
                  } finally {
                    engine.close();
                  }
                }""", Files.readString(TEMPLATES.resolve(name)));
        assertTrue(List.of(200, 400).contains(said.get("status")), said::toString);
        assertEquals(true, said.get("lives"), said::toString);
    }

    @Test
    void optionReplacesTheTemplateOfTheFile() {
        assertEquals(List.of("hello!", "TypeError", 400), page.evaluate("""
                async () => {
                  const engine = await load('{{ messages[0].content | lower }}!');
                  const body = { messages: [{ role: 'user', content: 'HELLO' }] };
                  const [own, text] = [await engine.tokenize(body), await engine.tokenize('hello!')];
                  engine.close();
                  const failure = (template) => load(template).then(() => 'loaded', (error) => error.status ?? error.name);
                  return [own.join() === text.join() ? 'hello!' : own, await failure(''), await failure('{% if %}')];
                }"""));
    }
}
