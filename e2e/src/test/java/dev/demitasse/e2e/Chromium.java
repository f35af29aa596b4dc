package dev.demitasse.e2e;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The Chromium that is driven here, and how it is started. */
public final class Chromium {
    /** Arguments that keep it to itself. */
    public static final List<String> ARGUMENTS = List.of(
            "--no-sandbox",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    /** More arguments, which give pages a WebGPU adapter that computes on the CPU (SwiftShader). */
    public static final List<String> SOFTWARE_WEBGPU =
            List.of("--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader");

    private Chromium() {}

    /** {@link #ARGUMENTS} and others. */
    public static List<String> arguments(List<String> others) {
        return Stream.concat(ARGUMENTS.stream(), others.stream()).toList();
    }

    /** The one that DEMITASSE_CHROMIUM names, or the system's. */
    public static Path executable() {
        return Path.of(System.getenv().getOrDefault("DEMITASSE_CHROMIUM", "/usr/bin/chromium"));
    }

    /** Opens a page, and keeps what its console and its scripts report as errors. */
    static Page open(BrowserContext context, String url, List<String> errors) {
        Page page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                errors.add(message.text());
            }
        });
        page.onPageError(errors::add);
        page.navigate(url);
        return page;
    }

    /** Playwright without a browser of its own. */
    public static Playwright playwright() {
        return Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    }
}
