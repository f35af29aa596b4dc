package dev.demitasse.e2e;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType.LaunchPersistentContextOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A headless Chromium with a new profile on disk, whose storage survives its pages, as in daily use. */
public final class Profile implements AutoCloseable {
    /** Timeout of a download, which takes long on a busy machine. */
    private static final double TIMEOUT_MS = 300_000;

    private final Path folder = Files.createTempDirectory("demitasse-profile");
    private final Playwright playwright = Chromium.playwright();
    private final BrowserContext context;
    private final List<String> consoleErrors = new ArrayList<>();

    public Profile() throws IOException {
        this(List.of());
    }

    /**
     * Starts the browser.
     *
     * @param arguments of Chromium besides the usual ones
     */
    public Profile(List<String> arguments) throws IOException {
        context = playwright
                .chromium()
                .launchPersistentContext(
                        folder,
                        new LaunchPersistentContextOptions()
                                .setExecutablePath(Chromium.executable())
                                .setArgs(Chromium.arguments(arguments)));
        context.setDefaultTimeout(TIMEOUT_MS);
    }

    public BrowserContext context() {
        return context;
    }

    public Page open(String url) {
        return Chromium.open(context, url, consoleErrors);
    }

    List<String> consoleErrors() {
        return consoleErrors;
    }

    @Override
    public void close() {
        playwright.close();
        try {
            delete(folder);
        } catch (IOException e) {
            // Chromium may still be writing; the folder is a temporary one.
        }
    }

    /** Deletes a folder with its content. */
    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
