package dev.demitasse.e2e;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Starts Chromium. */
public final class Chromium {
    /** Arguments without which Chromium accesses the network by itself, or does not start in a container. */
    public static final List<String> ARGUMENTS = List.of(
            "--no-sandbox",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    /** Additional arguments that give pages a WebGPU adapter that computes on the CPU (SwiftShader). */
    public static final List<String> SOFTWARE_WEBGPU =
            List.of("--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader");

    private Chromium() {}

    /** Returns {@link #ARGUMENTS} and others. */
    public static List<String> arguments(List<String> others) {
        return Stream.concat(ARGUMENTS.stream(), others.stream()).toList();
    }

    /** Returns the executable that DEMITASSE_CHROMIUM names, or the system's. */
    public static Path executable() {
        return Path.of(System.getenv().getOrDefault("DEMITASSE_CHROMIUM", "/usr/bin/chromium"));
    }

    /** Launches a headless Chromium with {@link #ARGUMENTS} and others. */
    static com.microsoft.playwright.Browser launch(Playwright playwright, List<String> others) {
        return playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable())
                        .setArgs(arguments(others)));
    }

    /** Opens a page, and adds the errors of its console and its scripts to a list. */
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

    /** Returns a Playwright that does not download a browser. */
    public static Playwright playwright() {
        return Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    }
}
