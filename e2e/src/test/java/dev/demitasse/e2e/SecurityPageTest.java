package dev.demitasse.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import dev.demitasse.TestWeights;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that links, models, servers and answers cannot do in the chat page what the user has not allowed. */
class SecurityPageTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SITE = Path.of("../static/target/site");

    /** Reports violations of the policy on the console, and dialogs that a script opens. */
    private static final String WATCH = """
            addEventListener('securitypolicyviolation', ({ violatedDirective, sample }) => {
              console.error(`violation: ${violatedDirective} ${sample}`);
            });
            for (const trap of ['alert', 'confirm', 'prompt', 'open', 'msgbox']) {
              window[trap] = () => console.error(`a script has called ${trap}`);
            }
            """;

    /** The page's policy requires Trusted Types, and the page works with them. */
    @Test
    void worksUnderTrustedTypes() throws IOException {
        try (Browser browser = new Browser(new NewContextOptions().setViewportSize(1280, 800))) {
            Page page = watched(browser, "");
            ready(page);
            page.locator("#prompt").fill("What is the capital of France?");
            page.locator("#prompt").press("Enter");
            assertThat(page.locator(".message.assistant .text")).hasText("The capital of France is Paris.");
            page.getByTitle("Regenerate").click();
            assertThat(page.locator(".figures")).hasCount(1);
            page.keyboard().press("Control+,");
            page.locator("#setting-language").selectOption("fr");
            page.locator("#setting-device").selectOption("cpu");
            assertThat(page.locator("html")).hasAttribute("lang", "fr");
            page.waitForDownload(() -> page.locator("#export-markdown").click());
            page.keyboard().press("Escape");
            ready(page); // with the model loaded again
            page.locator("#models-open").click();
            page.locator("#stored button").first().click();
            page.keyboard().press("Escape");
            page.locator("#help-open").click();
            page.keyboard().press("Escape");
            page.locator("#benchmark-open").click();
            page.locator("#benchmark-start").click();
            assertThat(page.locator("#benchmark-rows tr")).hasCount(1);
            page.reload();
            assertThat(page.locator("#benchmark-rows tr")).hasCount(1);
            assertTrue((boolean) page.evaluate("navigator.serviceWorker.controller !== null"));
            assertEquals(List.of(), browser.consoleErrors());

            Object thrown = page.evaluate("""
                    () => [
                      () => (document.body.innerHTML = '<b>x</b>'),
                      () => document.createElement('script').text = 'alert(1)',
                      () => document.createElement('script').src = 'chat.js',
                      () => new Worker('engine-worker.js'),
                      () => navigator.serviceWorker.register('service-worker.js'),
                      () => new DOMParser().parseFromString('<b>x</b>', 'text/html'),
                      () => trustedTypes.createPolicy('another', {}),
                      () => setTimeout('alert(1)'),
                    ].map((action) => {
                      try {
                        Promise.resolve(action()).catch(() => {});
                        return 'allowed';
                      } catch (error) {
                        return error.name;
                      }
                    })""");
            // The service worker's refusal is a rejected promise; its report is counted below.
            assertEquals(
                    List.of(
                            "TypeError",
                            "TypeError",
                            "TypeError",
                            "TypeError",
                            "allowed",
                            "TypeError",
                            "TypeError",
                            "TypeError"),
                    thrown);
            page.waitForCondition(() -> browser.consoleErrors().stream()
                            .filter(error -> error.startsWith("violation: "))
                            .count()
                    == 8);
        }
    }

    /** Nothing is fetched from the host that a link names before the user agrees. */
    @Test
    void linkToAnotherHostIsAskedAbout() throws IOException {
        try (PlainHost other = otherHost();
                Browser browser = new Browser(new NewContextOptions().setViewportSize(1280, 800))) {
            Page page = browser.open("?model=" + model(other));
            Locator dialog = consent(page);
            assertThat(dialog).isVisible();
            assertThat(dialog).hasAccessibleName("Download a model from " + host(other) + "?");
            assertThat(page.locator("#consent-facts"))
                    .hasText("Host" + host(other) + "Filesmollm2.ggufSizeunknown until the download begins");
            assertThat(page.locator("#consent-title")).isFocused();
            page.keyboard().press("Enter"); // does not confirm
            page.keyboard().press("Escape");
            assertThat(page.locator("#error")).containsText("You did not allow the download from " + host(other));
            assertThat(dialog).isHidden();
            assertEquals(List.of(), other.requests());

            page.locator("#retry").click();
            assertThat(dialog).isVisible();
            page.keyboard().press("Tab");
            assertThat(dialog.getByTitle("Close")).isFocused();
            page.keyboard().press("Tab");
            assertThat(page.locator("#consent-cancel")).isFocused();
            page.keyboard().press("Tab");
            assertThat(page.locator("#consent-confirm")).isFocused();
            assertEquals(List.of(), other.requests());
            page.keyboard().press("Enter");
            ready(page);
            assertFalse(other.requests().isEmpty());

            // The stored model needs no question, neither after a change of the settings nor in the next visit.
            page.keyboard().press("Control+,");
            page.locator("#setting-threads").fill("1");
            page.keyboard().press("Escape");
            ready(page);
            page.reload();
            ready(page);
            assertThat(dialog).isHidden();
            assertEquals(List.of(), browser.consoleErrors());
        }
    }

    @Test
    void storedAddressIsAskedAbout() throws IOException {
        try (PlainHost other = otherHost();
                Browser browser = new Browser(new NewContextOptions())) {
            Page page = browser.open("?model=none.gguf");
            assertThat(page.locator("body")).hasAttribute("data-state", "error");
            page.evaluate(
                    "model => localStorage.setItem('demitasse settings', JSON.stringify({ model }))", model(other));
            page.navigate(browser.address());
            assertThat(consent(page)).isVisible();
            page.locator("#consent-cancel").click();
            assertThat(page.locator("body")).hasAttribute("data-state", "error");
            assertEquals(List.of(), other.requests());

            // An address that the user has typed is not asked about.
            page.locator("#models-open").click();
            page.locator("#model-address").fill(other.address() + "none.gguf");
            page.locator("#model-address").press("Enter");
            assertThat(page.locator("#error")).containsText("none.gguf");
            assertThat(consent(page)).isHidden();
            assertFalse(other.requests().isEmpty());
        }
    }

    @Test
    void modelOfTheSiteIsNotAskedAbout() throws IOException {
        try (PlainHost other = otherHost();
                Browser browser = new Browser(model(other), new NewContextOptions())) {
            Page page = browser.open("");
            ready(page);
            assertThat(consent(page)).isHidden();
        }
    }

    @ParameterizedTest
    @CsvSource({"LIGHT, 1280, 800", "DARK, 1280, 800", "LIGHT, 390, 844", "DARK, 390, 844"})
    void questionIsAccessible(ColorScheme theme, int width, int height) throws IOException {
        try (Browser browser = new Browser(
                new NewContextOptions().setViewportSize(width, height).setColorScheme(theme))) {
            String file = "a-long-name-of-a-model-that-does-not-fit-into-one-line-on-a-phone-Q4_K_M.gguf";
            Page page = browser.open("?model=https://models.with-a-rather-long-name.example.org/some/where/" + file);
            assertThat(consent(page)).isVisible();
            assertEquals(List.of(), Axe.violations(page));
            assertTrue((boolean) page.evaluate("document.documentElement.scrollWidth <= innerWidth"));
            String name = "target/consent-%s-%s.png".formatted(width < 500 ? "phone" : "desktop", theme);
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of(name)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "fr, Télécharger un modèle depuis evil.example ?",
        "es, ¿Descargar un modelo de evil.example?",
        "de, Ein Modell von evil.example herunterladen?",
        "it, Scaricare un modello da evil.example?",
        "pt, Baixar um modelo de evil.example?"
    })
    void questionIsTranslated(String language, String title) throws IOException {
        try (Browser browser = new Browser(new NewContextOptions().setLocale(language))) {
            Page page = browser.open("?model=https://evil.example/model.gguf");
            assertThat(page.locator("#consent-title")).hasText(title);
        }
    }

    /** A server without encryption is used only if the user agrees, unless it is on this machine. */
    @Test
    void serverWithoutEncryptionIsAskedAbout() throws IOException {
        List<String> sent = new ArrayList<>();
        try (Browser browser = new Browser(new NewContextOptions())) {
            Page page = browser.open("?model=none.gguf");
            for (String server : List.of("https://server.example", "http://server.example", "http://127.0.0.1:9")) {
                page.route(server + "/**", route -> {
                    sent.add(route.request().headers().get("authorization") + " "
                            + route.request().url());
                    fulfil(route, "{\"choices\": [{\"delta\": {\"content\": \"Yes.\"}, \"finish_reason\": \"stop\"}]}");
                });
            }
            assertThat(page.locator("body")).hasAttribute("data-state", "error");
            useServer(page, "https://server.example/v1");
            ready(page);
            assertThat(consent(page)).isHidden();
            useServer(page, "http://server.example/v1"); // the same host
            assertThat(page.locator("#consent-title")).hasText("Send messages to server.example without encryption?");
            page.keyboard().press("Escape");
            assertThat(page.locator("#error"))
                    .containsText("You did not allow messages to server.example without encryption");
            assertEquals(List.of(), sent);
            page.locator("#retry").click();
            page.locator("#consent-confirm").click();
            ready(page);
            ask(page, Pattern.compile("^Yes[.]$"));
            assertEquals(List.of("Bearer secret http://server.example/v1/chat/completions"), sent);

            // The key is not sent to another server.
            page.locator("#settings-open").click();
            page.locator("#setting-baseURL").fill("http://127.0.0.1:9/v1");
            page.locator("#setting-baseURL").blur();
            assertThat(page.locator("#setting-apiKey")).hasValue("");
            page.keyboard().press("Escape");
            ready(page);
            assertThat(consent(page)).isHidden();
            page.locator("#new-chat").click();
            ask(page, Pattern.compile("^Yes[.]$"));
            assertEquals("null http://127.0.0.1:9/v1/chat/completions", sent.get(1));
        }
    }

    @Test
    void keyIsStoredOnlyIfWanted() throws IOException {
        try (Browser browser = new Browser(new NewContextOptions())) {
            Page page = browser.open("?model=none.gguf");
            assertThat(page.locator("body")).hasAttribute("data-state", "error");
            page.locator("#settings-open").click();
            page.locator("#setting-baseURL").fill("https://api.example.com/v1");
            page.locator("#setting-apiKey").fill("secret");
            page.locator("#setting-apiKey").blur();
            assertFalse(storedSettings(page).contains("secret"));
            page.locator("#setting-rememberKey").check();
            assertTrue(storedSettings(page).contains("secret"));
            page.reload();
            page.locator("#settings-open").click();
            assertThat(page.locator("#setting-apiKey")).hasValue("secret");
            page.locator("#setting-rememberKey").uncheck();
            assertFalse(storedSettings(page).contains("secret"));
            assertThat(page.locator("#setting-apiKey")).hasValue("secret");
            page.reload();
            page.locator("#settings-open").click();
            assertThat(page.locator("#setting-apiKey")).hasValue("");
            assertThat(page.locator("#setting-baseURL")).hasValue("https://api.example.com/v1");
        }
    }

    @Test
    void otherPagesCannotFrameThePage(@TempDir Path pages) throws IOException {
        try (PlainHost framing = new PlainHost(pages, "/", Map.of());
                Browser browser = new Browser(new NewContextOptions())) {
            Files.writeString(pages.resolve("index.html"), "<iframe src=" + browser.address() + "></iframe>");
            Page page = browser.visit(framing.address());
            page.waitForCondition(
                    () -> browser.consoleErrors().stream().anyMatch(error -> error.contains("frame-ancestors")));
            assertEquals(0, page.frameLocator("iframe").locator("#prompt").count());
        }
    }

    @Test
    void pageWorksWithTheDocumentedHeaders(@TempDir Path pages) throws IOException {
        Map<String, String> headers = Files.readAllLines(Path.of("../docs/hosting.md")).stream()
                .filter(line -> line.matches("[A-Z][A-Za-z-]+: .*") && !line.contains("  "))
                .map(line -> line.split(": ", 2))
                .collect(Collectors.toMap(field -> field[0], field -> field[1]));
        assertEquals("frame-ancestors 'self'", headers.get("Content-Security-Policy"));
        try (PlainHost host = new PlainHost(SITE, "/", headers);
                PlainHost framing = new PlainHost(pages, "/", Map.of());
                Browser browser = new Browser(new NewContextOptions())) {
            Page page = browser.visit("about:blank");
            page.addInitScript(WATCH);
            page.navigate(host.address());
            ready(page);
            assertTrue((boolean) page.evaluate("crossOriginIsolated"));
            ask(page, Pattern.compile(".+"));
            assertEquals(List.of(), browser.consoleErrors());

            Files.writeString(pages.resolve("index.html"), "<iframe src=" + host.address() + "></iframe>");
            Page other = browser.visit(framing.address());
            other.waitForCondition(
                    () -> browser.consoleErrors().stream().anyMatch(error -> error.contains("frame-ancestors")));
            assertEquals(0, other.frameLocator("iframe").locator("#prompt").count());
        }
    }

    /** Texts of a model's file are shown as short plain text. */
    @Test
    void textsOfAModelArePlain(@TempDir Path folder) throws IOException {
        byte[] bytes = Files.readAllBytes(TestWeights.smolLm2());
        String hostile = "\u202e<b>evil</b>\n\u2066xyz 123456789";
        byte[] name = hostile.getBytes(StandardCharsets.UTF_8);
        int at = valueOf(bytes, "general.name");
        assertEquals(name.length, bytes[at - 8], "the name must keep its length");
        System.arraycopy(name, 0, bytes, at, name.length);
        Path file = Files.write(folder.resolve("\u202egguf.evil\u2066.gguf"), bytes);
        try (Browser browser = new Browser(file.toString(), new NewContextOptions())) {
            Page page = watched(browser, "");
            ready(page);
            assertEquals(
                    "<b>evil</b> xyz 123456789", page.locator("#model-name").textContent());
            page.locator("#models-open").click();
            assertThat(page.locator("#stored h4")).hasText("<b>evil</b> xyz 123456789");
            String shown = page.locator("body").innerText();
            assertFalse(shown.contains("\u202e") || shown.contains("\u2066"), shown);
            assertEquals(
                    "gguf.evil.gguf",
                    page.waitForDownload(
                                    () -> page.locator("#stored button", new Page.LocatorOptions().setHasText("Export"))
                                            .first()
                                            .click())
                            .suggestedFilename());

            page.keyboard().press("Escape");
            page.evaluate("""
                    async () => {
                      await import('/demitasse-chat.js');
                      const { default: model } = await (await fetch('/models.json')).json();
                      const chat = Object.assign(document.createElement('demitasse-chat'), { id: 'chat' });
                      chat.setAttribute('model', new URL(model, location.origin));
                      chat.setAttribute('autoload', '');
                      document.querySelector('#benchmark').replaceWith(chat);
                    }""");
            assertThat(page.locator("#chat")).hasAttribute("state", "ready");
            assertEquals(
                    "<b>evil</b> xyz 123456789",
                    page.locator("#chat [part=note]").textContent());
            assertEquals(List.of(), browser.consoleErrors());
        }
    }

    /** A block that takes too long to format is shown as plain text, with a note. */
    @Test
    void excessiveAnswerIsShownAsPlainText() throws IOException {
        try (Browser browser = new Browser(new NewContextOptions())) {
            Page page = browser.open("?model=none.gguf");
            assertThat(page.locator("body")).hasAttribute("data-state", "error");
            String content = "*before*\\n\\n" + "![".repeat(20_000) + "\\n\\n*after*";
            page.route(
                    "https://api.example.com/**",
                    route -> fulfil(
                            route,
                            "{\"choices\": [{\"delta\": {\"content\": \"%s\"}, \"finish_reason\": \"stop\"}]}"
                                    .formatted(content)));
            useServer(page, "https://api.example.com/v1");
            ready(page);
            page.locator("#prompt").fill("Really?");
            page.locator("#prompt").press("Enter");
            assertThat(page.locator(".steps > .small"))
                    .hasText(
                            "Parts of this answer are shown as plain text, because formatting them would take too long.");
            assertThat(page.locator(".message.assistant .plain")).hasText("![".repeat(20_000));
            assertThat(page.locator(".message.assistant em")).hasCount(2);
        }
    }

    /** Answers of a hostile server run no script and cause no request, in any part of a message. */
    @Test
    void hostileAnswersHaveNoEffect() throws IOException {
        List<?> texts = JSON.readValue(MarkdownTest.class.getResource("/markdown/hostile.json"), List.class);
        String all = String.join("\n\n", texts.stream().map(String::valueOf).toList());
        String call = JSON.writeValueAsString(
                Map.of("index", 0, "id", all, "type", "function", "function", Map.of("name", all, "arguments", "{}")));
        List<String> strange = new ArrayList<>();
        try (Browser browser = new Browser(new NewContextOptions())) {
            Page page = watched(browser, "?model=none.gguf");
            assertThat(page.locator("body")).hasAttribute("data-state", "error");
            page.onRequest(request -> {
                if (!request.url().startsWith(browser.address())
                        && !request.url().startsWith("https://api.example.com/v1/")) {
                    strange.add(request.url());
                }
            });
            String text = JSON.writeValueAsString(all);
            page.route("https://api.example.com/**", route -> {
                boolean isSecond = route.request().postData().contains("\"role\":\"tool\"");
                String delta = isSecond
                        ? "{\"choices\": [{\"delta\": {\"content\": %1$s, \"reasoning_content\": %1$s}, \"finish_reason\": \"stop\"}], \"model\": %1$s}"
                                .formatted(text)
                        : "{\"choices\": [{\"delta\": {\"tool_calls\": [%s]}, \"finish_reason\": \"tool_calls\"}]}"
                                .formatted(call);
                fulfil(route, delta);
            });
            useServer(page, "https://api.example.com/v1");
            ready(page);
            page.locator("#prompt").fill(all);
            page.locator("#prompt").press("Enter");
            assertThat(page.locator(".figures")).hasCount(1);
            page.locator(".folded summary").evaluateAll("all => all.forEach((summary) => summary.click())");
            page.locator("#scroller a").evaluateAll("all => all.forEach((link) => link.focus())");
            page.waitForTimeout(300); // for errors of images, and the like
            browser.consoleErrors().removeIf(error -> error.contains("none.gguf") || error.contains("404"));
            assertEquals(List.of(), browser.consoleErrors());
            assertEquals(List.of(), strange);
        }
    }

    private static void fulfil(Route route, String chunk) {
        route.fulfill(new Route.FulfillOptions()
                .setHeaders(Map.of(
                        "Content-Type",
                        "text/event-stream",
                        "Access-Control-Allow-Origin",
                        "*",
                        "Access-Control-Allow-Headers",
                        "*"))
                .setBody("data: " + chunk + "\n\ndata: [DONE]\n\n"));
    }

    private static void useServer(Page page, String url) {
        page.locator("#settings-open").click();
        page.locator("#setting-baseURL").fill(url);
        page.locator("#setting-apiKey").fill("secret");
        page.locator("#setting-remoteModel").fill("big");
        page.locator("#setting-tools").check();
        page.locator("#setting-remote").check();
        page.keyboard().press("Escape");
    }

    private static void ask(Page page, Pattern answer) {
        page.locator("#prompt").fill("Really?");
        page.locator("#prompt").press("Enter");
        assertThat(page.locator(".message.assistant .text")).hasText(answer);
    }

    /** Returns the position of the value of a string in the metadata of a GGUF file. */
    private static int valueOf(byte[] gguf, String key) {
        String header = new String(gguf, 0, 1 << 12, StandardCharsets.ISO_8859_1);
        return header.indexOf(key) + key.length() + Integer.BYTES + Long.BYTES;
    }

    private static String storedSettings(Page page) {
        return String.valueOf(page.evaluate("localStorage.getItem('demitasse settings')"));
    }

    private static PlainHost otherHost() throws IOException {
        return new PlainHost(SITE, "/", Map.of("Access-Control-Allow-Origin", "*"));
    }

    private static String model(PlainHost host) {
        return host.address() + PlainHost.MODEL;
    }

    private static String host(PlainHost host) {
        return host.address().replaceAll("http://|/", "");
    }

    private static Locator consent(Page page) {
        return page.locator("#consent");
    }

    private static void ready(Page page) {
        assertThat(page.locator("body")).hasAttribute("data-state", "ready");
    }

    /** Opens a page of the site that reports violations and scripts' dialogs as errors of the console. */
    private static Page watched(Browser browser, String path) {
        Page page = browser.visit("about:blank");
        page.addInitScript(WATCH);
        page.navigate(browser.address() + path);
        return page;
    }
}
