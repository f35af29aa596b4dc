package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Route;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests that {@code markdown.js} renders ordinary Markdown, and that hostile texts have no effect. */
class MarkdownTest {
    private static final String PAGE = "http://markdown.test/";

    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            + "require-trusted-types-for 'script'; trusted-types dompurify";

    /** Records scripts that run, violations of the policy, and all elements and attributes that are not known to be harmless. */
    private static final String WATCH = """
            window.troubles = [];
            for (const trap of ['alert', 'confirm', 'prompt', 'open', 'msgbox']) {
              window[trap] = () => troubles.push(trap);
            }
            addEventListener('securitypolicyviolation', (event) => troubles.push(`violation: ${event.violatedDirective}`));
            const HARMLESS = {
              A: { href: /^(https?:|mailto:)/, rel: /^noopener noreferrer nofollow$/, target: /^_blank$/ },
              DIV: { class: /^scroller$/, tabindex: /^0$/ },
              OL: { start: /^[0-9]+$/ },
              P: { class: /^plain$/ },
              PRE: { tabindex: /^0$/ },
              SPAN: { class: /^hljs-[a-z_ -]+$/ },
              TD: { align: /^(left|right|center)$/ },
              TH: { align: /^(left|right|center)$/ },
            };
            for (const tag of 'BLOCKQUOTE BR CODE EM H4 H5 H6 HR LI S STRONG TABLE TBODY THEAD TR UL'.split(' ')) {
              HARMLESS[tag] = {};
            }
            window.inspect = (root, what) => {
              for (const element of root.querySelectorAll('*')) {
                const harmless = element.namespaceURI === 'http://www.w3.org/1999/xhtml' && HARMLESS[element.tagName];
                if (!harmless) {
                  troubles.push(`${what}: an element ${element.tagName}`);
                }
                for (const { name, value } of element.attributes) {
                  if (!harmless?.[name]?.test(value)) {
                    troubles.push(`${what}: ${element.tagName} ${name}=${value}`);
                  }
                }
              }
            };
            """;

    private static Playwright playwright;
    private static BrowserContext context;

    /** Requests other than for the site's files. */
    private static final List<String> STRANGE_REQUESTS = new ArrayList<>();

    @BeforeAll
    static void start() {
        playwright = Chromium.playwright();
        context = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(Chromium.executable())
                        .setArgs(Chromium.ARGUMENTS))
                .newContext();
        context.addInitScript(WATCH);
        context.route("**", MarkdownTest::answer);
    }

    @AfterAll
    static void stop() {
        playwright.close();
    }

    /** Two pages without content, one of them under a strict policy, and the site's files. */
    private static void answer(Route route) {
        String url = route.request().url();
        if (url.equals(PAGE + "strict") || url.equals(PAGE + "lax")) {
            route.fulfill(new Route.FulfillOptions()
                    .setContentType("text/html")
                    .setHeaders(url.endsWith("strict") ? Map.of("Content-Security-Policy", POLICY) : Map.of())
                    .setBody("<!doctype html><title>Markdown</title><main class=markdown></main>"));
        } else if (url.matches(PAGE + "(lib/)?[a-z-]+[.](js|css)")) {
            route.fulfill(new Route.FulfillOptions()
                    .setPath(Path.of("../static/target/site").resolve(url.substring(PAGE.length()))));
        } else {
            STRANGE_REQUESTS.add(url);
            route.abort();
        }
    }

    @Test
    void hostileTextsHaveNoEffect() throws IOException {
        List<?> texts =
                new ObjectMapper().readValue(MarkdownTest.class.getResource("/markdown/hostile.json"), List.class);
        assertTrue(texts.size() >= 60);
        for (String path : List.of("lax", "strict")) {
            List<String> errors = new ArrayList<>();
            Page page = Chromium.open(context, PAGE + path, errors);
            STRANGE_REQUESTS.clear();
            page.evaluate("""
                    async (texts) => {
                      const { renderMarkdown, updateMarkdown } = await import('./markdown.js');
                      const main = document.querySelector('main');
                      const growing = document.createElement('main');
                      document.body.append(growing);
                      for (const text of texts) {
                        const shown = document.createElement('div');
                        main.append(shown);
                        shown.append(renderMarkdown(text));
                        inspect(shown, text);
                        // every prefix, as while the text streams
                        for (let end = 1; end <= text.length; end += 5) {
                          updateMarkdown(growing, text.slice(0, end));
                          inspect(growing, text.slice(0, end));
                        }
                      }
                      updateMarkdown(growing, texts.join('\\n\\n'));
                      inspect(growing, 'all');
                    }""", texts);
            page.waitForTimeout(300); // for errors of images, and the like
            assertEquals(List.of(), page.evaluate("troubles"), path);
            assertEquals(List.of(), errors, path);
            assertEquals(List.of(), STRANGE_REQUESTS, path);
            page.close();
        }
    }

    /** Checks that the traps of {@link #hostileTextsHaveNoEffect} catch something. */
    @Test
    void trapsWork() {
        Page page = Chromium.open(context, PAGE + "lax", new ArrayList<>());
        STRANGE_REQUESTS.clear();
        page.evaluate("document.querySelector('main').innerHTML = '<img src=https://evil.example/x onerror=alert(1)>'");
        page.waitForFunction("troubles.length > 0");
        page.evaluate("inspect(document.querySelector('main'), 'here')");
        assertEquals(
                List.of(
                        "alert",
                        "here: an element IMG",
                        "here: IMG src=https://evil.example/x",
                        "here: IMG onerror=alert(1)"),
                page.evaluate("troubles"));
        assertEquals(List.of("https://evil.example/x"), STRANGE_REQUESTS);
        page.close();
    }

    /** Texts that take parsers long, or that are nested deeply, do not block the page. */
    @Test
    @Timeout(60)
    void excessIsRendered() {
        Page page = Chromium.open(context, PAGE + "lax", new ArrayList<>());
        Object blocks = page.evaluate("""
                async () => {
                  const { renderMarkdown } = await import('./markdown.js');
                  const excess = ['> ', '- ', '1. ', '[', '[a](', '![', '*a_', '**', '_a ', '`', '<', '| a ', '&', '~~a', 'http://a.'];
                  return excess.map((text) => renderMarkdown(text.repeat(5_000)).childElementCount > 0);
                }""");
        assertEquals(List.of(true), ((List<?>) blocks).stream().distinct().toList());
        page.close();
    }

    @Test
    void rendersMarkdown() {
        Page page = Chromium.open(context, PAGE + "strict", new ArrayList<>());
        check(
                page,
                "One *two **three*** `four`~~five~~\nsix",
                "<p>One <em>two <strong>three</strong></em> <code>four</code><s>five</s><br>six</p>");
        check(page, "# A\n\n### B", "<h4>A</h4><h6>B</h6>");
        check(
                page,
                "3. a\n4. b\n   - c\n     - d",
                "<ol start=\"3\"><li>a</li><li>b<ul><li>c<ul><li>d</li></ul></li></ul></li></ol>");
        check(page, "- [x] done\n- [ ] to do", "<ul><li>☑ done</li><li>☐ to do</li></ul>");
        check(page, "> said\n\n---", "<blockquote><p>said</p></blockquote><hr>");
        check(
                page,
                "| a | b |\n|:--|--:|\n| 1 | **2** |",
                "<div class=\"scroller\" tabindex=\"0\"><table><thead><tr><th align=\"left\">a</th><th align=\"right\">b</th></tr></thead>"
                        + "<tbody><tr><td align=\"left\">1</td><td align=\"right\"><strong>2</strong></td></tr></tbody></table></div>");
        check(
                page,
                "[a](https://a.example/?b=1&c=2) https://d.example ![e](https://f.example/g.png) <a@b.example>",
                "<p>%s %s %s %s</p>"
                        .formatted(
                                link("https://a.example/?b=1&amp;c=2", "a"),
                                link("https://d.example", "https://d.example"),
                                link("https://f.example/g.png", "e"),
                                link("mailto:a@b.example", "a@b.example")));
        check(page, "<b>1 < 2</b> & &lt;", "<p>&lt;b&gt;1 &lt; 2&lt;/b&gt; &amp; &lt;</p>");
        check(page, "```unknown\n<b> & *c*\n```", "<pre tabindex=\"0\"><code>&lt;b&gt; &amp; *c*</code></pre>");
        check(
                page,
                "```js\nlet a = '<b>';\n```",
                "<pre tabindex=\"0\"><code><span class=\"hljs-keyword\">let</span> a = "
                        + "<span class=\"hljs-string\">'&lt;b&gt;'</span>;</code></pre>");
        page.close();
    }

    private static String link(String href, String text) {
        return "<a href=\"%s\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">%s</a>".formatted(href, text);
    }

    private static void check(Page page, String markdown, String html) {
        Object rendered = page.evaluate("""
                async (text) => {
                  const { renderMarkdown } = await import('./markdown.js');
                  const main = document.querySelector('main');
                  main.replaceChildren(renderMarkdown(text));
                  return main.innerHTML.replaceAll(/(?<=>)\\n|\\n(?=<)/g, '');
                }""", markdown);
        assertEquals(html, rendered, markdown);
    }

    /** Only changed blocks are rendered again. */
    @Test
    void keepsUnchangedBlocks() {
        Page page = Chromium.open(context, PAGE + "strict", new ArrayList<>());
        Object kept = page.evaluate("""
                async () => {
                  const { updateMarkdown } = await import('./markdown.js');
                  const main = document.querySelector('main');
                  updateMarkdown(main, 'first\\n\\nsec');
                  const [first, second] = main.children;
                  updateMarkdown(main, 'first\\n\\nsecond\\n\\n- third');
                  const kept = [main.children[0] === first, main.children[1] === second, main.textContent.replaceAll('\\n', '')];
                  updateMarkdown(main, '');
                  return [...kept, main.childNodes.length];
                }""");
        assertEquals(List.of(true, false, "firstsecondthird", 0), kept);
        page.close();
    }
}
