package dev.demitasse.e2e;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import dev.demitasse.TestWeights;
import dev.demitasse.serve.Options;
import dev.demitasse.serve.Serve;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A headless Chromium, and a server of the site with a model. Keeps the errors on the consoles of the pages. */
public final class Browser implements AutoCloseable {
    private static final Path SITE = Path.of("../static/target/site");
    /** Timeout of an answer, which takes long on a busy machine. */
    private static final double ANSWER_TIMEOUT_MS = 300_000;

    private final Playwright playwright;
    private final BrowserContext context;
    private final Serve serve;
    private final List<String> consoleErrors = new ArrayList<>();

    /**
     * Starts the browser, and a server of the site with SmolLM2.
     *
     * @param options for {@code Browser.newContext}
     */
    public Browser(NewContextOptions options) throws IOException {
        this(TestWeights.smolLm2().toString(), options);
    }

    public Browser(String model, NewContextOptions options) throws IOException {
        this(model, options, List.of());
    }

    /**
     * Starts the browser, and a server of the site with SmolLM2.
     *
     * @param arguments of Chromium besides the usual ones
     */
    public Browser(NewContextOptions options, List<String> arguments) throws IOException {
        this(TestWeights.smolLm2().toString(), options, arguments);
    }

    public Browser(String model, NewContextOptions options, List<String> arguments) throws IOException {
        this(new Options(SITE, model, 0), options, arguments);
    }

    /**
     * Starts the browser, and a server of the site.
     *
     * @param server options of the server
     * @param arguments of Chromium besides the usual ones
     */
    private Browser(Options server, NewContextOptions options, List<String> arguments) throws IOException {
        serve = Serve.start(server);
        playwright = Chromium.playwright();
        context = Chromium.launch(playwright, arguments).newContext(options);
        context.setDefaultTimeout(ANSWER_TIMEOUT_MS);
        PlaywrightAssertions.setDefaultAssertionTimeout(ANSWER_TIMEOUT_MS);
    }

    /** Starts the browser, and a server of the site with SmolLM2, which pages of all origins may read. */
    static Browser sharingModel(NewContextOptions options) throws IOException {
        Options server = new Options(SITE, TestWeights.smolLm2().toString(), 0).withModelOrigin("*");
        return new Browser(server, options, List.of());
    }

    /** Opens a page of the site. */
    public Page open(String path) {
        return visit(address() + path);
    }

    /** Opens any page. */
    Page visit(String url) {
        return Chromium.open(context, url, consoleErrors);
    }

    /** Returns the address of the site. */
    String address() {
        return "http://localhost:" + serve.port() + "/";
    }

    /** Serves a page without the headers that isolate it, as a plain static host does. */
    void dontIsolate(String path) {
        context.route("**/" + path, route -> {
            APIResponse response = route.fetch();
            Map<String, String> headers = new HashMap<>(response.headers());
            headers.remove("cross-origin-opener-policy");
            headers.remove("cross-origin-embedder-policy");
            route.fulfill(new Route.FulfillOptions().setResponse(response).setHeaders(headers));
        });
    }

    /** Sends requests for another site to a server of this machine, for example those for the Hugging Face Hub to a fake one. */
    void redirect(String site, String server) {
        context.route(site + "/**", route -> {
            String url = route.request().url().replace(site, server);
            route.fulfill(new Route.FulfillOptions().setResponse(route.fetch(new Route.FetchOptions().setUrl(url))));
        });
    }

    /** Serves a folder of JavaScript modules under a path. */
    void serveModules(String path, Path folder) {
        context.route("**/" + path + "/**", route -> {
            String url = route.request().url();
            Path file = folder.resolve(url.substring(url.indexOf(path) + path.length() + 1));
            route.fulfill(new Route.FulfillOptions().setPath(file).setContentType("text/javascript"));
        });
    }

    /**
     * Loads the site's model in one of its pages, as {@code engine}, with a context of 512 unless the options have another.
     *
     * @return the engine's device
     */
    public static Map<?, ?> loadEngine(Page page, Object options) {
        return (Map<?, ?>) page.evaluate("""
                async (options) => {
                  const { Demitasse } = await import('/demitasse.js');
                  const { default: model } = await (await fetch('/models.json')).json();
                  globalThis.engine = await Demitasse.load(new URL(model, location.origin).href, { contextLength: 512, ...options });
                  return engine.device;
                }""", options);
    }

    /** Runs a script at the beginning of every new engine worker, to imitate browsers that lack a feature or fail. */
    void changeWorkers(String script) {
        changeWorkers(context, script);
    }

    /** Runs a script at the beginning of every new engine worker. The action is called for each worker. */
    void changeWorkers(Supplier<String> script) {
        changeWorkers(context, script);
    }

    /** Runs a script at the beginning of every new engine worker of a context. */
    static void changeWorkers(BrowserContext context, String script) {
        changeWorkers(context, () -> script);
    }

    private static void changeWorkers(BrowserContext context, Supplier<String> script) {
        context.route("**/engine-worker.js", route -> {
            APIResponse response = route.fetch();
            route.fulfill(
                    new Route.FulfillOptions().setResponse(response).setBody(script.get() + "\n" + response.text()));
        });
    }

    /** Makes the seconds of the page's timers last {@code milliseconds}, so that time limits end sooner. */
    void shortenSeconds(int milliseconds) {
        context.addInitScript("""
                const { setInterval } = window;
                window.setInterval = (action, period, ...more) =>
                  setInterval(action, period === 1000 ? %d : period, ...more);""".formatted(milliseconds));
    }

    public List<String> consoleErrors() {
        return consoleErrors;
    }

    @Override
    public void close() {
        playwright.close();
        serve.close();
    }
}
