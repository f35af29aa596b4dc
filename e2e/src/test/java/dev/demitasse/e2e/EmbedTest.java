package dev.demitasse.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.FrameLocator;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import dev.demitasse.TestWeights;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code <demitasse-chat>} in pages whose origin is not that of the script, and that send no headers of their own. */
class EmbedTest {
    private static final String QUESTION = "What is the capital of France?";
    private static final Path SITE = Path.of("../static/target/site");
    /** Name of the model in the page. */
    private static final String MODEL_NAME = "SmolLM2-135M-Instruct";

    /** Timeout for elements that exist already, or never. */
    private static final LocatorAssertions.HasTextOptions SOON =
            new LocatorAssertions.HasTextOptions().setTimeout(5000);

    @TempDir
    Path pages;

    private Browser browser;
    private PlainHost host;

    @BeforeEach
    void start() throws IOException {
        browser = Browser.sharingModel(new NewContextOptions().setViewportSize(1000, 760));
        host = new PlainHost(pages, "/", Map.of());
        Files.createFile(pages.resolve("favicon.ico")); // which browsers ask for
    }

    @AfterEach
    void stop() {
        browser.close();
        host.close();
    }

    @Test
    void chatsShareAnEngine() throws IOException {
        Page page = open("shared.html", """
                <script>
                  window.events = [];
                  for (const type of ['demitasse-ready', 'demitasse-answer']) {
                    addEventListener(type, ({ target, detail }) => events.push([target.id, type, detail.content ?? detail.model.name]));
                  }
                </script>
                <style>
                  body { margin: 1rem; font-family: sans-serif; }
                  h1 { grid-column: 1 / -1; }
                  main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 1rem; }
                  #two { --demitasse-accent: rgb(10, 90, 60); }
                  #two::part(send) { border-radius: 0px; }
                </style>
                """, """
                <main>
                  <h1>Café</h1>
                  <demitasse-chat id="one" %1$s></demitasse-chat>
                  <demitasse-chat id="two" %1$s theme="light" texts='{"title": "Menu", "send": "Go"}'><p>Ask about our café.</p></demitasse-chat>
                </main>
                """.formatted(chat()));
        Locator one = page.locator("#one");
        Locator two = page.locator("#two");
        assertThat(one.getByRole(AriaRole.TEXTBOX)).isVisible();
        assertEquals(List.of(), page.workers());
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/embed-idle.png")));

        ask(one);
        assertThat(one.locator("[part=notice]")).containsText("98.4 MB");
        accessible(page);
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/embed-asking.png")));
        one.locator("[part~=confirm]").click();
        answers(one);
        ask(two); // the stored model needs no second consent
        answers(two);
        assertEquals(1, page.workers().size());
        assertFalse((boolean) page.evaluate("crossOriginIsolated"));
        accessible(page);

        assertThat(two.locator("[part~=send]")).hasText("Go");
        assertThat(two.locator("[part~=send]")).hasCSS("border-radius", "0px");
        assertThat(two.locator("[part~=send]")).hasCSS("background-color", "rgb(10, 90, 60)");
        assertThat(two.locator("[part=introduction]")).isVisible();
        assertEquals(
                List.of(
                        List.of("one", "demitasse-ready", MODEL_NAME),
                        List.of("one", "demitasse-answer", "The capital of France is Paris."),
                        List.of("two", "demitasse-ready", MODEL_NAME),
                        List.of("two", "demitasse-answer", "The capital of France is Paris.")),
                page.evaluate("events"));
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/embed-desktop.png")));
        page.setViewportSize(390, 760);
        assertTrue((boolean) page.evaluate("document.documentElement.scrollWidth <= innerWidth"));
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/embed-phone.png")));

        // Each chat has its own conversation, and the engine is closed with the last chat.
        two.locator("[part=restart]").click();
        assertThat(two.locator("[part~=message]")).hasCount(0);
        assertThat(one.locator("[part~=message]")).hasCount(2);
        page.evaluate("document.getElementById('one').remove()");
        assertEquals(1, page.workers().size());
        page.evaluate("document.getElementById('two').remove()");
        page.waitForCondition(() -> page.workers().isEmpty());
        assertEquals(List.of(), browser.consoleErrors());
    }

    @Test
    void stopsAndContinues() throws IOException {
        Page page = open(
                "stop.html",
                "",
                "<main><h1>Café</h1><demitasse-chat autoload %s></demitasse-chat></main>".formatted(chat()));
        Locator chat = page.locator("demitasse-chat");
        Locator input = chat.locator("textarea");
        input.fill("Write a long story about a ship.");
        input.press("Enter"); // while the model is loaded
        assertThat(chat).hasAttribute("state", "answering");
        assertThat(chat.locator(".assistant [part=text] p").first()).isVisible();
        input.press("Escape");
        assertThat(chat).hasAttribute("state", "ready");
        assertThat(chat.locator("[part=status]")).hasText("The answer was stopped.");

        chat.evaluate("element => element.setAttribute('model', 'https://localhost:1/nothing.gguf')");
        input.fill("Hello?");
        input.press("Enter");
        assertThat(chat).hasAttribute("state", "error");
        assertThat(chat.locator("[part=notice]")).containsText("The model could not be loaded.");
        chat.evaluate("(element, model) => element.setAttribute('model', model)", model());
        assertThat(chat).hasAttribute("state", "ready");
    }

    /** A page that takes the model's URL from its own link does not make its visitors download from any host. */
    @Test
    void modelOfALinkIsAskedAbout() throws IOException {
        write("linked.html", """
                <script type="module">
                  const chat = document.querySelector('demitasse-chat');
                  chat.setAttribute('model', new URLSearchParams(location.search).get('model') ?? location.hash.slice(1));
                </script>
                """, "<main><h1>Café</h1><demitasse-chat autoload temperature=0></demitasse-chat></main>");
        try (PlainHost other = new PlainHost(SITE, "/", Map.of("Access-Control-Allow-Origin", "*"))) {
            String model = other.address() + PlainHost.MODEL;
            for (String link : List.of("?model=" + model, "?model=" + URLEncoder.encode(model, UTF_8), "#" + model)) {
                Page page = browser.visit(host.address() + "linked.html" + link);
                Locator chat = page.locator("demitasse-chat");
                ask(chat);
                assertThat(chat.locator("[part=notice]"))
                        .containsText("another site, " + other.address().replaceAll("http://|/", ""));
                assertThat(chat.locator("[part~=confirm]")).isFocused();
                assertThat(chat).hasAttribute("state", "asking");
                assertEquals(List.of(), other.requests());
                page.keyboard().press("Escape");
                assertThat(chat).hasAttribute("state", "idle");
                assertThat(chat.locator("textarea")).hasValue(QUESTION);
                ask(chat);
                assertEquals(List.of(), other.requests());
                chat.locator("[part~=confirm]").click();
                answers(chat);
                page.close();
                other.requests().clear();
            }
        }
    }

    /** Uses the minimal policy that docs/embedding.md states. */
    @Test
    void worksUnderAStrictPolicy() throws IOException {
        Page page = open(
                "strict.html",
                policy("worker-src blob: " + browser.address()),
                "<main><h1>Café</h1><demitasse-chat %s></demitasse-chat></main>".formatted(chat()));
        Locator chat = page.locator("demitasse-chat");
        ask(chat);
        chat.locator("[part~=confirm]").click();
        answers(chat);
        assertEquals(List.of(), browser.consoleErrors());
        assertThat(chat.locator("[part=chat]")).hasCSS("display", "flex"); // styled

        Page withoutWorkers = open(
                "no-workers.html",
                policy("worker-src 'none'"),
                "<main><h1>Café</h1><demitasse-chat %s></demitasse-chat></main>".formatted(chat()));
        Locator mute = withoutWorkers.locator("demitasse-chat");
        ask(mute);
        assertThat(mute).hasAttribute("state", "error");
        assertThat(mute.locator("[part=notice]")).containsText("worker-src blob:");
    }

    @Test
    void exampleAnswers() throws IOException {
        String example = Files.readString(Path.of("../examples/embed/index.html"));
        Files.writeString(pages.resolve("example.html"), example.replace("https://your.site/", browser.address()));
        Page page = browser.visit(host.address() + "example.html");
        Locator chat = page.locator("demitasse-chat");
        ask(chat);
        chat.locator("[part~=confirm]").click();
        answers(chat);
        assertEquals(List.of(), browser.consoleErrors());
    }

    /** A sandboxed frame has no origin and no storage. */
    @Test
    void runsInASandbox() throws IOException {
        write("framed.html", "", "<main><h1>Café</h1><demitasse-chat %s></demitasse-chat></main>".formatted(chat()));
        Page page = open(
                "sandbox.html", "", "<iframe sandbox=allow-scripts src=framed.html width=600 height=650></iframe>");
        FrameLocator frame = page.frameLocator("iframe");
        Locator chat = frame.locator("demitasse-chat");
        ask(chat);
        assertThat(chat.locator("[part=notice]")).containsText("It cannot be stored here");
        chat.locator("[part~=confirm]").click();
        answers(chat);
        assertEquals(List.of(), browser.consoleErrors());
    }

    private static void ask(Locator chat) {
        chat.locator("textarea").fill(QUESTION);
        chat.locator("textarea").press("Enter");
    }

    private static void answers(Locator chat) {
        assertThat(chat).hasAttribute("state", Pattern.compile("ready|error"));
        assertThat(chat.locator(".assistant [part=text]")).hasText("The capital of France is Paris.", SOON);
    }

    private static void accessible(Page page) {
        assertEquals(List.of(), Axe.violations(page));
    }

    private String policy(String workers) {
        return "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src %1$s 'wasm-unsafe-eval'; connect-src %1$s; %2$s; "
                        .formatted(browser.address(), workers)
                + "require-trusted-types-for 'script'; trusted-types demitasse-worker dompurify\">";
    }

    private String model() {
        return browser.address() + "models/" + TestWeights.smolLm2().getFileName();
    }

    private String chat() {
        return "model=\"%s\" temperature=\"0\" max-tokens=\"400\"".formatted(model());
    }

    private Page open(String name, String head, String body) throws IOException {
        write(name, head, body);
        return browser.visit(host.address() + name);
    }

    private void write(String name, String head, String body) throws IOException {
        Files.writeString(pages.resolve(name), """
                <!doctype html>
                <html lang="en">
                  <meta charset="utf-8">
                  <meta name="viewport" content="width=device-width">
                  <title>A café's page</title>
                  %s
                  <script type="module" src="%sdemitasse-chat.js"></script>
                  %s
                </html>
                """.formatted(head, browser.address(), body));
    }
}
