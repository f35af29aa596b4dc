package dev.demitasse.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.PlaywrightException;
import java.io.IOException;
import java.util.List;

/** A headless Chromium with one tab, which scripts drive like the other browsers. */
public final class ChromiumTab implements ScriptedBrowser {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Playwright playwright = Chromium.playwright();
    private final Page page;

    /**
     * Starts the browser.
     *
     * @param arguments of Chromium besides the usual ones
     */
    public ChromiumTab(String... arguments) {
        page = Chromium.launch(playwright, List.of(arguments)).newContext().newPage();
    }

    @Override
    public void open(String url) {
        page.navigate(url);
    }

    @Override
    public JsonNode evaluate(String expression) throws IOException {
        try {
            Object json = page.evaluate("async () => JSON.stringify(await (" + expression + "))");
            return json == null ? JSON.nullNode() : JSON.readTree((String) json);
        } catch (PlaywrightException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        playwright.close();
    }
}
