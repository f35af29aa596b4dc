package dev.demitasse.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import dev.demitasse.serve.build.ServiceWorker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the chat page without its host, and with hosts that answer something else. */
class OfflineTest {
    private static final Path SITE = Path.of("../static/target/site");
    private static final Path SCRIPT = Path.of("../static/src/main/site/service-worker.js");
    private static final double TIMEOUT_MS = 300_000;
    private static final Map<String, String> NO_STORE = Map.of("Cache-Control", "no-store");
    /** Makes loading a model fail at once, for tests that need no model. */
    private static final String NO_MODEL = "?model=none.gguf";

    /** A models.json whose models the page lists. */
    private static final String LIST =
            "{\"default\": \"a.gguf\", \"note\": 1, \"models\": [{\"url\": \"a.gguf\", \"name\": \"Model A\", \"bytes\": 5}]}";

    private static Playwright playwright;
    private static Browser chromium;

    @TempDir
    Path dir;

    @BeforeAll
    static void launch() {
        playwright = Chromium.playwright();
        chromium = Chromium.launch(playwright, List.of());
        PlaywrightAssertions.setDefaultAssertionTimeout(TIMEOUT_MS);
    }

    @AfterAll
    static void close() {
        playwright.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/apps/cup/"})
    void oneVisitIsEnoughOnAHostThatIsolates(String folder) throws IOException {
        Map<String, String> headers = new HashMap<>(PlainHost.ISOLATING);
        headers.putAll(NO_STORE);
        try (PlainHost host = new PlainHost(SITE, folder, headers);
                BrowserContext context = newContext()) {
            Page page = context.newPage();
            page.navigate(host.address());
            ready(page);
            controlled(page);
            host.close();

            // Files that the page fetches late.
            page.locator("#settings-open").click();
            page.locator("#setting-language").selectOption("de");
            assertThat(page.locator("#settings-title")).hasText("Einstellungen");
            page.locator("#setting-threads").fill("1");
            page.keyboard().press("Escape");
            page.keyboard().press("Escape");
            ready(page);
            assertThat(page.locator("#facts")).containsText("Threads: 1");

            page.reload();
            ready(page);
            assertTrue((boolean) page.evaluate("crossOriginIsolated"));
            assertThat(page.locator("[data-notice]")).hasCount(0);
            for (String file : files(SITE)) {
                if (!file.equals("service-worker.js")) { // the browser itself keeps it
                    assertEquals(
                            200,
                            page.evaluate("(file) => fetch(file).then(({ status }) => status, () => 0)", file),
                            file);
                }
            }
        }
    }

    static Stream<List<Object>> otherAnswers() {
        return Stream.of(
                List.of(200, "<!doctype html><title>Log in</title>", "the content must be JSON"),
                List.of(200, "", "the content must be JSON"),
                List.of(200, "null", "the content must be an object"),
                List.of(200, "[null]", "the content must be an object"),
                List.of(200, "{\"models\": [{\"url\": \"b.gguf\"}]}", "default must be a text"),
                List.of(200, "{\"default\": \"javascript:alert(1)\"}", "default must be the web address of a model"),
                List.of(200, "{\"default\": \"b.gguf\", \"models\": {}}", "models must be a list"),
                List.of(200, "{\"default\": \"b.gguf\", \"models\": [null]}", "models[0] must be an object"),
                List.of(200, "{\"default\": \"b.gguf\", \"models\": [{\"url\": 1}]}", "models[0].url must be a text"),
                List.of(
                        200,
                        "{\"default\": \"b.gguf\", \"models\": [{\"url\": \"b.gguf\", \"bytes\": 9e18}]}",
                        "models[0].bytes must be a number"),
                List.of(
                        200,
                        "{\"default\": \"b.gguf\", \"models\": [{\"url\": \"b.gguf\", \"name\": {}}]}",
                        "models[0].name must be a text"),
                List.of(404, "nothing", "HTTP 404"),
                List.of(511, "<a href=login>Log in</a>", "HTTP 511"));
    }

    @ParameterizedTest
    @MethodSource("otherAnswers")
    void otherContentDoesNotReplaceAGoodModelsJson(List<Object> answer) throws IOException {
        try (PlainHost host = new PlainHost(SITE, "/", NO_STORE);
                BrowserContext context = newContext()) {
            host.answerModels(200, LIST);
            Page page = context.newPage();
            page.navigate(host.address() + NO_MODEL);
            assertOffers(page, "Model A");
            assertThat(page.locator("[data-notice]")).hasCount(0);

            host.answerModels((int) answer.get(0), (String) answer.get(1));
            page.reload();
            assertOffers(page, "Model A");
            Locator notice = page.locator("[data-notice='models.json']");
            assertThat(notice).containsText((String) answer.get(2));
            assertThat(notice).containsText("The page uses the list of an earlier visit.");

            // Opening the list asks again.
            host.answerModels(200, LIST.replace("Model A", "Model B"));
            page.keyboard().press("Escape");
            assertOffers(page, "Model B");
            assertThat(notice).hasCount(0);
            host.close();
            page.reload();
            assertOffers(page, "Model B");
            assertThat(notice).hasCount(0);
        }
    }

    @Test
    void aWrongModelsJsonIsAnErrorOnTheFirstVisit() throws IOException {
        try (PlainHost host = new PlainHost(SITE, "/", NO_STORE);
                BrowserContext context = newContext()) {
            host.answerModels(200, "{\"default\": \"b.gguf\", \"models\": [null]}");
            Page page = context.newPage();
            page.navigate(host.address());
            assertThat(page.locator("#error-message"))
                    .hasText(
                            "models.json, which lists this site’s models, could not be read: models[0] must be an object");
            host.answerModels(200, PlainHost.MODELS);
            page.locator("#retry").click();
            ready(page);
        }
    }

    @Test
    void aDamagedFileIsNotCarriedIntoANewVersion() throws IOException {
        Path next = copyOfSite();
        Path index = next.resolve("index.html");
        Files.writeString(index, Files.readString(index).replaceFirst("<h2 data-text=\"welcome\">", "<h2>Version 2"));
        ServiceWorker.write(SCRIPT, next);
        try (PlainHost host = new PlainHost(SITE, "/", NO_STORE);
                BrowserContext context = newContext()) {
            Page page = context.newPage();
            page.navigate(host.address() + NO_MODEL);
            assertThat(page.locator("body")).hasAttribute("data-state", "error");
            controlled(page);
            page.evaluate("""
                    async () => {
                      const [name] = (await caches.keys()).filter((each) => each.startsWith('site '));
                      const cache = await caches.open(name);
                      for (const file of ['chat.css', 'sidebar.css']) {
                        const [request] = (await cache.keys()).filter(({ url }) => url.includes(`/${file}?`));
                        const bytes = new Uint8Array(await (await cache.match(request)).arrayBuffer());
                        bytes[bytes.length >> 1] ^= 1;
                        await cache.put(request, new Response(bytes, { headers: { 'Content-Type': 'text/css' } }));
                      }
                    }""");

            host.deploy(next);
            page.evaluate("navigator.serviceWorker.ready.then((registration) => registration.update())");
            assertThat(page.locator("#update")).isVisible();
            assertEquals(
                    List.of("chat.css", "index.html", "service-worker.js", "sidebar.css"),
                    host.requests().stream()
                            .filter(path -> !path.equals("models.json"))
                            .distinct()
                            .sorted()
                            .toList());
            page.locator("#update-now").click();
            assertThat(page.locator("#welcome h2")).hasText("Version 2");
            for (String file : List.of("chat.css", "sidebar.css")) {
                assertEquals(
                        Files.readString(SITE.resolve(file)),
                        page.evaluate("(file) => fetch(file).then((response) => response.text())", file),
                        file);
            }
        }
    }

    @Test
    void aLostFileIsStoredAgain() throws IOException {
        try (PlainHost host = new PlainHost(SITE, "/", NO_STORE);
                BrowserContext context = newContext()) {
            Page page = context.newPage();
            page.navigate(host.address() + NO_MODEL);
            assertThat(page.locator("body")).hasAttribute("data-state", "error");
            controlled(page);
            page.evaluate("async () => { for (const name of await caches.keys()) await caches.delete(name); }");
            page.reload();
            assertThat(page.locator("body")).hasAttribute("data-state", "error");
            host.close();
            page.reload();
            assertThat(page.locator("#welcome h2")).hasText("What can I brew for you?");
        }
    }

    /** Waits until the worker controls the page, which is not reloaded. */
    private static void controlled(Page page) {
        page.waitForFunction("() => navigator.serviceWorker.controller !== null");
    }

    private static void assertOffers(Page page, String model) {
        assertThat(page.locator("body")).hasAttribute("data-state", "error");
        page.locator("#models-open").click();
        assertThat(page.locator("#offered")).containsText(model);
    }

    private static void ready(Page page) {
        Locator body = page.locator("body");
        assertThat(body).hasAttribute("data-state", Pattern.compile("ready|error"));
        assertEquals(
                "ready", body.getAttribute("data-state"), page.locator("#error").textContent());
    }

    private static BrowserContext newContext() {
        BrowserContext context = chromium.newContext(new Browser.NewContextOptions().setLocale("en-US"));
        context.setDefaultTimeout(TIMEOUT_MS);
        return context;
    }

    private Path copyOfSite() throws IOException {
        Path copy = dir.resolve("next");
        for (String file : files(SITE)) {
            Path to = copy.resolve(file);
            Files.createDirectories(to.getParent());
            Files.copy(SITE.resolve(file), to);
        }
        return copy;
    }

    private static List<String> files(Path site) throws IOException {
        try (Stream<Path> files = Files.walk(site)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> site.relativize(file).toString())
                    .toList();
        }
    }
}
