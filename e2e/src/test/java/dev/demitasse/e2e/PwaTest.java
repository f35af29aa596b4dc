package dev.demitasse.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.JsonObject;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.Worker;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ServiceWorkerPolicy;
import dev.demitasse.serve.build.ServiceWorker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the chat page as an app: installed, offline, isolated on any host, and updated. */
class PwaTest {
    private static final Path SITE = Path.of("../static/target/site");
    private static final Path SCRIPT = Path.of("../static/src/main/site/service-worker.js");
    /** Makes loading a model fail at once, for tests that need no model. */
    private static final String NO_MODEL = "?model=none.gguf";

    private static final double ANSWER_TIMEOUT_MS = 300_000;
    /** Headers that keep files out of the HTTP cache. */
    private static final Map<String, String> NO_STORE = Map.of("Cache-Control", "no-store");

    /** Checks for another version of the site, and waits until it is installed or fails. */
    private static final String UPDATE = """
            async () => {
              const registration = await navigator.serviceWorker.ready;
              const outcome = new Promise((resolve) => {
                registration.onupdatefound = () => {
                  const worker = registration.installing;
                  worker.onstatechange = () => resolve(worker.state);
                };
              });
              await registration.update();
              return outcome;
            }""";

    private static Playwright playwright;
    private static Browser chromium;

    @TempDir
    Path dir;

    @BeforeAll
    static void launch() {
        playwright = Chromium.playwright();
        chromium = Chromium.launch(playwright, List.of());
        PlaywrightAssertions.setDefaultAssertionTimeout(ANSWER_TIMEOUT_MS);
    }

    @AfterAll
    static void close() {
        playwright.close();
    }

    @Test
    void chromiumOffersToInstallIt() throws IOException {
        // A context that is not persistent counts as incognito, in which no app can be installed.
        try (PlainHost host = new PlainHost(SITE, "/apps/cup/", NO_STORE);
                Profile profile = new Profile()) {
            Page page = profile.open(host.address() + NO_MODEL);
            installed(page);

            CDPSession devTools = profile.context().newCDPSession(page);
            JsonObject manifest = devTools.send("Page.getAppManifest");
            assertTrue(manifest.getAsJsonArray("errors").isEmpty(), manifest.toString());
            JsonObject problems = devTools.send("Page.getInstallabilityErrors");
            assertTrue(problems.getAsJsonArray("installabilityErrors").isEmpty(), problems.toString());
            // Sites in two folders of a host are two apps.
            assertEquals(
                    host.address(), devTools.send("Page.getAppId").get("appId").getAsString());

            JsonNode content = new ObjectMapper().readTree(manifest.get("data").getAsString());
            host.close();
            for (JsonNode icon : content.get("icons")) {
                String size = (String) page.evaluate("""
                                async (src) => {
                                  const image = new Image();
                                  image.src = src;
                                  await image.decode();
                                  return `${image.naturalWidth}x${image.naturalHeight}`;
                                }""", icon.get("src").asText());
                String promised = icon.get("sizes").asText();
                assertTrue(promised.equals("any") || promised.equals(size), icon + " is " + size);
            }
            Response start =
                    page.navigate(host.address() + content.get("start_url").asText());
            assertTrue(start.fromServiceWorker());
            assertThat(page.locator("#welcome h2")).isVisible();
        }
    }

    @Test
    void worksWithoutItsHost() throws IOException {
        try (PlainHost host = new PlainHost(SITE, "/", NO_STORE);
                BrowserContext context = newContext()) {
            Page page = context.newPage();
            page.navigate(host.address());
            ready(page);
            host.close();

            page.navigate(host.address() + "?prompt=What%20is%20the%20capital%20of%20France%3F");
            ready(page);
            assertTrue((boolean) page.evaluate("crossOriginIsolated"));
            assertThat(page.locator("#facts")).not().containsText("not cross-origin isolated");
            page.locator("#send").click();
            assertThat(page.locator(".message.assistant .figures")).isVisible();
            assertThat(page.locator(".message.assistant .text")).hasText("The capital of France is Paris.");
            for (String file : files(SITE)) {
                Object status = page.evaluate("(file) => fetch(file).then(({ status }) => status, () => 0)", file);
                // The browser itself keeps the script of the service worker.
                assertEquals(file.equals("service-worker.js") ? 0 : 200, status, file);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/apps/cup/"})
    void isIsolatedFromTheFirstVisit(String folder) throws IOException {
        try (PlainHost host = new PlainHost(SITE, folder, Map.of());
                BrowserContext context = newContext()) {
            Page page = context.newPage();
            List<String> visits = visits(page);
            page.navigate(host.address() + "?prompt=Hello");
            ready(page);
            assertTrue((boolean) page.evaluate("crossOriginIsolated"));
            assertThat(page.locator("#facts")).not().containsText("not cross-origin isolated");
            assertThat(page.locator("#prompt")).hasValue("Hello");
            assertEquals(2, visits.size(), "loaded, and loaded again");
            assertEquals(1, countOf("models.json", host.requests()), "loaded once");
            assertEquals(1, countOf(PlainHost.MODEL, host.requests()), "loaded once");

            // Also after the browser lost the installed files.
            page.evaluate("async () => { for (const name of await caches.keys()) await caches.delete(name); }");
            page.reload();
            ready(page);
            assertTrue((boolean) page.evaluate("crossOriginIsolated"));
            assertEquals(3, visits.size());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "no service workers, 1",
        "no service-worker.js, 1",
        "a file of another version, 1",
        "headers that don't isolate, 2",
    })
    void continuesWithoutIsolation(String trouble, int expectedVisits) throws IOException {
        Path site = copyOfSite("site");
        Path script = site.resolve("service-worker.js");
        ServiceWorkerPolicy policy = ServiceWorkerPolicy.ALLOW;
        switch (trouble) {
            case "no service workers" -> policy = ServiceWorkerPolicy.BLOCK;
            case "no service-worker.js" -> Files.delete(script);
            case "a file of another version" -> Files.writeString(site.resolve("kernels-64.wasm"), "another version's");
            default -> Files.writeString(script, Files.readString(script).replace("require-corp", "unsafe-none"));
        }
        try (PlainHost host = new PlainHost(site, "/", Map.of());
                BrowserContext context =
                        chromium.newContext(new Browser.NewContextOptions().setServiceWorkers(policy))) {
            Page page = context.newPage();
            List<String> visits = visits(page);
            page.navigate(host.address());
            ready(page);
            assertThat(page.locator("#facts")).containsText("not cross-origin isolated");
            assertEquals(expectedVisits, visits.size());
        }
    }

    @Test
    void updatesOnRequest() throws IOException {
        Path next = copyOfSite("next");
        Path index = next.resolve("index.html");
        Files.writeString(index, Files.readString(index).replaceFirst("<h2 data-text=\"welcome\">", "<h2>Version 2"));
        ServiceWorker.write(SCRIPT, next);
        // The HTTP cache may keep files.
        try (PlainHost host = new PlainHost(SITE, "/", Map.of("Cache-Control", "max-age=3600"));
                BrowserContext context = newContext()) {
            Page page = context.newPage();
            page.navigate(host.address());
            ready(page);
            page.locator("#prompt").fill("Write a long story about a ship.");
            page.locator("#send").click();
            Locator answer = page.locator(".message.assistant .text");
            assertThat(answer).hasText(Pattern.compile("\\S+\\s+\\S+.*", Pattern.DOTALL));

            host.deploy(next);
            page.evaluate("""
                    () => {
                      const now = Date.now() + 3_600_000;
                      Date.now = () => now;
                      document.dispatchEvent(new Event('visibilitychange'));
                    }""");
            assertThat(page.locator("#update")).isVisible();
            assertEquals(Set.of("service-worker.js", "index.html"), Set.copyOf(host.requests()));
            assertThat(page.locator("body")).hasAttribute("data-state", "answering");
            assertThat(answer).not().hasText(answer.textContent()); // the answer continues
            Page other = context.newPage();
            other.navigate(host.address() + NO_MODEL);
            assertThat(other.locator("#welcome h2")).hasText("What can I brew for you?");

            page.locator("#update-now").click();
            assertThat(page.locator("#update")).containsText("close the other tabs");
            assertThat(page.locator("body")).hasAttribute("data-state", "answering");
            other.close();
            page.locator("#update-now").click();
            assertThat(page.locator("#welcome h2")).hasText("Version 2");
            assertThat(page.locator("#update")).isHidden();
            assertTrue((boolean) page.evaluate("crossOriginIsolated"));
            assertEquals(
                    1, page.evaluate("caches.keys().then((names) => names.filter((n) => /^site /.test(n)).length)"));
        }
    }

    @Test
    void doesNotInstallHalfADeployment() throws IOException {
        Path next = copyOfSite("next");
        Path style = next.resolve("chat.css");
        String whole = Files.readString(style) + "h2 { opacity: 0.5; }\n";
        Files.writeString(style, whole);
        ServiceWorker.write(SCRIPT, next);
        Files.writeString(style, whole + "h2 { opacity: 0; }\n");
        try (PlainHost host = new PlainHost(SITE, "/", Map.of());
                BrowserContext context = newContext()) {
            Page page = context.newPage();
            page.navigate(host.address() + NO_MODEL);
            installed(page);
            Locator heading = page.locator("#welcome h2");

            host.deploy(next);
            assertEquals("redundant", page.evaluate(UPDATE));
            assertThat(page.locator("#update")).isHidden();
            page.reload();
            installed(page);
            assertThat(heading).hasCSS("opacity", "1");

            Files.writeString(style, whole);
            assertEquals("installed", page.evaluate(UPDATE));
            page.locator("#update-now").click();
            assertThat(heading).hasCSS("opacity", "0.5");
        }
    }

    @Test
    void worksUnderAStrictPolicy() throws IOException {
        String policy =
                "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; "
                        + "img-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
                        + "frame-ancestors 'none'; report-uri /reports";
        try (PlainHost host = new PlainHost(SITE, "/", Map.of("Content-Security-Policy", policy));
                BrowserContext context = newContext()) {
            List<String> violations = new ArrayList<>();
            context.exposeBinding("violation", (source, arguments) -> violations.add(arguments[0].toString()));
            context.addInitScript(
                    "addEventListener('securitypolicyviolation', (event) => violation(event.blockedURI))");
            Page page = context.newPage();
            List<String> complaints = new ArrayList<>();
            page.onConsoleMessage(message -> complaints.add(message.text()));
            page.navigate(host.address());
            ready(page);
            page.locator("#prompt").fill("What is the capital of France?");
            page.locator("#send").click();
            assertThat(page.locator(".message.assistant .figures")).isVisible();
            assertThat(page.locator(".message.assistant .text")).hasText("The capital of France is Paris.");
            JsonObject manifest = context.newCDPSession(page).send("Page.getAppManifest");
            assertTrue(manifest.getAsJsonArray("errors").isEmpty(), manifest.toString());
            assertTrue(manifest.get("data").getAsString().contains("Demitasse"));
            assertEquals(List.of(), complaints);

            // Violations of the policy are reported, by workers as well; there were none before.
            page.evaluate(
                    "document.body.append(document.createElement('style').appendChild(new Text('p {}')).parentNode)");
            Worker engine = page.workers().stream()
                    .filter(worker -> worker.url().endsWith("engine-worker.js"))
                    .findFirst()
                    .orElseThrow();
            engine.evaluate("() => fetch('https://elsewhere.invalid/').catch(() => {})");
            page.waitForCondition(() -> host.reports().size() >= 2);
            assertEquals(2, host.reports().size(), host.reports().toString());
            assertEquals(List.of("inline", "inline"), violations, "the header's policy and the page's own forbid it");
        }
    }

    private BrowserContext newContext() {
        BrowserContext context = chromium.newContext();
        context.setDefaultTimeout(ANSWER_TIMEOUT_MS);
        return context;
    }

    /** Waits until the model is loaded, or the answer is complete. */
    private static void ready(Page page) {
        Locator body = page.locator("body");
        assertThat(body).hasAttribute("data-state", Pattern.compile("ready|error"));
        assertEquals(
                "ready", body.getAttribute("data-state"), page.locator("#error").textContent());
    }

    /** Waits until the page with its service worker has loaded, without a model. */
    private static void installed(Page page) {
        assertThat(page.locator("body")).hasAttribute("data-state", "error");
        assertTrue((boolean) page.evaluate("crossOriginIsolated"));
    }

    /** Returns a list to which the addresses are added that a page navigates to. */
    private static List<String> visits(Page page) {
        List<String> visits = new ArrayList<>();
        page.onFrameNavigated(frame -> visits.add(frame.url()));
        return visits;
    }

    private static long countOf(String path, List<String> requests) {
        return requests.stream().filter(path::equals).count();
    }

    private Path copyOfSite(String name) throws IOException {
        Path copy = dir.resolve(name);
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
