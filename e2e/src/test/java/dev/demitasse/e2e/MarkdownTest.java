package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.BrowserContext;
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
        context = Chromium.launch(playwright, List.of()).newContext();
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
        assertTrue(texts.size() >= 200);
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
        page.waitForFunction("() => troubles.length > 0");
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

    /**
     * Renders random texts of the characters and pieces that Markdown gives a meaning, repeated and nested. The regular expressions of
     * the parser scan few characters, the result is small and harmless, and a text that grows gives the same result as the whole.
     */
    @Test
    void randomTextsTakeBoundedWork() {
        Page page = Chromium.open(context, PAGE + "strict", new ArrayList<>());
        STRANGE_REQUESTS.clear();
        Object seen = page.evaluate(RANDOM_TEXTS);
        assertEquals(List.of(), seen);
        assertEquals(List.of(), page.evaluate("troubles"));
        assertEquals(List.of(), STRANGE_REQUESTS);
        page.close();
    }

    private static final String RANDOM_TEXTS = """
            async () => {
              const { renderMarkdown, updateMarkdown } = await import('./markdown.js');
              const MAX_CHARACTERS = 2 ** 26, MAX_ELEMENTS = 50_000;
              let characters = 0;
              const { exec } = RegExp.prototype;
              RegExp.prototype.exec = function (text) {
                const begin = this.sticky || this.global ? this.lastIndex : 0;
                const match = exec.call(this, text);
                characters += (match ? match.index + match[0].length : String(text).length) - begin;
                return match;
              };
              let state = 20261130;
              const random = (n) => {
                state = (state + 0x6d2b79f5) | 0;
                let t = Math.imul(state ^ (state >>> 15), 1 | state);
                t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
                return ((t ^ (t >>> 14)) >>> 0) % n;
              };
              const PIECES = ['*', '**', '_', '~~', '`', '```', '[', ']', '![', '](', ')', '](http://a.b)', '[a]: b', '[a]', '\\n\\n[a]: http://c.d/', '> ', '- ', '1. ', '+ ',
                '# ', '|', '|-|-|', '---', '===', '<', '>', '<!--', '<b>', '</b>', '<a href=javascript:alert(1)>', '<img src=x onerror=alert(1)>',
                '&', '&amp;', '&#', '&#106;', '\\\\', 'http://', 'https://a.b/(', '<http://', 'mailto:', 'a@b.c', 'javascript:', '"', "'", '(',
                ' ', '    ', '\\t', '\\n', '\\n\\n', '\\r', '\\r\\n', 'a', 'word ', '\\0', '\\u202e', '\\ud800', '\\ud83d\\ude00', '```js\\n', '~~~\\n', '[ ] ', '[x] '];
              const piece = () => PIECES[random(PIECES.length)];
              const some = (n) => Array.from({ length: 1 + random(n) }, piece).join('');
              const kinds = [
                () => some(60),
                () => some(4).repeat(1 + random(30)),
                () => some(3).repeat(20) + some(3).repeat(20),
                () => Array.from({ length: 12 }, () => some(8)).join('\\n'),
              ];
              const wrong = [];
              const root = document.querySelector('main');
              for (let i = 0; i < 400; i++) {
                const text = kinds[i % kinds.length]();
                const whole = document.createElement('div');
                whole.append(renderMarkdown(text));
                inspect(whole, text);
                root.replaceChildren();
                const growing = root.appendChild(document.createElement('div'));
                for (let end = 0; end < text.length; end += 1 + random(40)) {
                  updateMarkdown(growing, text.slice(0, end));
                }
                updateMarkdown(growing, text);
                if (growing.innerHTML !== whole.innerHTML) {
                  wrong.push(['grown', text, growing.innerHTML, whole.innerHTML]);
                }
              }
              const units = ['http://a/(', '<http://', 'x://', 'https://[', '<![CDATA[', '!['];
              for (let i = 0; i < 60; i++) {
                const unit = units[i] ?? some(3), other = some(2);
                const text = i % 2 || i < units.length ? unit.repeat(65_536 / unit.length) : unit.repeat(32_768 / unit.length) + other.repeat(32_768 / other.length);
                characters = 0;
                const fragment = renderMarkdown(text);
                const elements = fragment.querySelectorAll('*').length;
                if (characters > MAX_CHARACTERS || elements > MAX_ELEMENTS) {
                  wrong.push(JSON.stringify([i, unit, other, characters, elements]));
                }
              }
              return wrong;
            }""";

    /** A growing text is not parsed from its begin with each token. */
    @Test
    void growingTextIsParsedFromItsEnd() {
        Page page = Chromium.open(context, PAGE + "strict", new ArrayList<>());
        Object share = page.evaluate("""
                async () => {
                  const { updateMarkdown } = await import('./markdown.js');
                  const main = document.querySelector('main');
                  let characters = 0;
                  const { exec } = RegExp.prototype;
                  RegExp.prototype.exec = function (text) {
                    characters += String(text).length;
                    return exec.call(this, text);
                  };
                  let text = '';
                  for (let i = 0; i < 1000; i++) {
                    text += `A *paragraph* with a https://link.example/${i}, [and] another word.\\n\\n`;
                    updateMarkdown(main, text);
                  }
                  return [main.children.length, characters < 100 * text.length];
                }""");
        assertEquals(List.of(1000, true), share);
        page.close();
    }

    /** A growing message is drawn once per frame, and after a long drawing the page rests as long. */
    @Test
    void longDrawingsArePausedBetween() {
        Page page = Chromium.open(context, PAGE + "strict", new ArrayList<>());
        Object seen = page.evaluate("""
                async () => {
                  const { MessageView } = await import('./message-view.js');
                  const frames = [], timers = [];
                  let now = 0, drawingTime = 1;
                  performance.now = () => (now += drawingTime);
                  window.requestAnimationFrame = (action) => frames.push(action);
                  window.setTimeout = (action, ms) => timers.push({ action, ms });
                  const main = document.querySelector('main');
                  const view = new MessageView({ text: () => main });
                  const grow = (content) => view.grow({ content });
                  const draw = () => frames.splice(0).forEach((action) => action());

                  grow('a');
                  grow('ab');
                  const first = [frames.length, timers.length];
                  draw();
                  drawingTime = 300;
                  grow('abc');
                  const second = [frames.length, timers.length];
                  draw();
                  grow('abcd');
                  grow('abcde');
                  const third = [frames.length, timers.length, timers[0].ms];
                  timers[0].action();
                  draw();
                  return [first, second, third, main.textContent];
                }""");
        assertEquals(List.of(List.of(1, 0), List.of(1, 0), List.of(0, 1, 300), "abcd"), seen);
        page.close();
    }

    /** Texts on which parsers need much more time than for others of their length, or whose result is much larger. */
    @Test
    void excessIsShownAsPlainText() {
        Page page = Chromium.open(context, PAGE + "strict", new ArrayList<>());
        Object plain = page.evaluate("""
                async () => {
                  const { renderMarkdown } = await import('./markdown.js');
                  const whole = (unit) => unit.repeat(65_536 / unit.length);
                  const excess = [
                    ...['![', '[', '[a][', 'http://a/(', '<http://', 'x://', 'https://[', '<![CDATA[', '*a_', 'a@a.a'].map(whole),
                    'http://' + '*'.repeat(65_536) + 'x',
                    '- a\\n'.repeat(20_000),
                    `|${'a|'.repeat(200)}\\n|${'-|'.repeat(200)}\\n${'|\\n'.repeat(300)}`,
                    `[a]: http://${'a'.repeat(4_000)}\\n\\n${'[a] '.repeat(1_000)}`,
                    'a\\n\\n'.repeat(100_000),
                  ];
                  return excess.map((text) => renderMarkdown(text).querySelectorAll('.plain').length > 0);
                }""");
        assertEquals(List.of(true), ((List<?>) plain).stream().distinct().toList(), () -> plain.toString());

        // Only the block in question, and the text is complete.
        Object around = page.evaluate("""
                async () => {
                  const { renderMarkdown } = await import('./markdown.js');
                  const fragment = renderMarkdown(`*before*\\n\\n${'!['.repeat(30_000)}\\n\\n*after*`);
                  return [...fragment.children].map((block) => block.className + block.querySelectorAll('em').length + ' ' + block.textContent.length);
                }""");
        assertEquals(List.of("1 6", "plain0 60000", "1 5"), around);
        page.close();
    }

    /** Short code is highlighted at once, longer code when the browser is idle, and very long code stays as it is. */
    @Test
    void codeIsHighlightedWithinLimits() {
        Page page = Chromium.open(context, PAGE + "strict", new ArrayList<>());
        Object spans = page.evaluate("""
                async () => {
                  const { updateMarkdown } = await import('./markdown.js');
                  const main = document.querySelector('main');
                  const code = (lines) => '```js\\n' + 'let a = 1;\\n'.repeat(lines) + '```\\n\\n';
                  const counts = () => [...main.querySelectorAll('code')].map((element) => element.querySelectorAll('.hljs-keyword').length);
                  updateMarkdown(main, code(100) + code(300) + code(2000));
                  const atOnce = counts();
                  while (counts()[1] === 0) {
                    await new Promise(requestIdleCallback);
                  }
                  await new Promise(requestIdleCallback);
                  return [atOnce, counts()];
                }""");
        assertEquals(List.of(List.of(100, 0, 0), List.of(100, 300, 0)), spans);
        assertEquals(List.of(), page.evaluate("troubles"));
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
