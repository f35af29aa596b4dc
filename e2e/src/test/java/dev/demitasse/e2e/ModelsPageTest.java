package dev.demitasse.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.demitasse.TestWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the chat page's panel of stored models as a person uses it. */
class ModelsPageTest {
    private static final String FILE = "SmolLM2-135M-Instruct.Q4_1.gguf";

    @Test
    void exportsDeletesImportsAndUses(@TempDir Path folder) throws IOException {
        try (Browser browser = new Browser(new NewContextOptions().setViewportSize(1280, 800))) {
            Page page = browser.open("");
            assertThat(page.locator("#needs"))
                    .hasText(Pattern.compile("98\\.4 MB to download, .* free · .* MB of memory"));
            ready(page);
            openPanel(page);
            assertThat(models(page)).hasCount(1);
            assertThat(models(page)).containsText("98.4 MB · complete · from localhost");
            assertThat(models(page)).containsText("In use");
            assertThat(page.locator("#space")).hasText(Pattern.compile("[0-9.]+ MB used, .* free · .*"));
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/models-desktop.png")));

            button(page, "Verify").click();
            assertThat(page.locator("#models-status"))
                    .hasText(Pattern.compile(".* is intact: all 98\\.4 MB were checked\\."));

            Download download =
                    page.waitForDownload(() -> button(page, "Export").click());
            assertEquals(FILE, download.suggestedFilename());
            Path exported = folder.resolve(FILE);
            download.saveAs(exported);
            assertEquals(-1, Files.mismatch(TestWeights.smolLm2(), exported));

            button(page, "Delete").click();
            assertThat(models(page)).hasCount(1);
            button(page, "Delete permanently?").click();
            assertThat(models(page)).hasCount(0);
            assertThat(page.locator("#none-stored")).isVisible();

            page.locator("#import-files").setInputFiles(exported);
            assertThat(models(page)).containsText("98.4 MB · complete · imported");
            assertThat(button(page, "Use")).isFocused();
            page.keyboard().press("Enter");

            page.waitForURL(url -> url.contains("local%3ASmolLM2"));
            ready(page);
            page.locator("#prompt").fill("What is the capital of France?");
            page.locator("#send").click();
            assertThat(page.locator(".message.assistant .text")).hasText("The capital of France is Paris.");
            openPanel(page);
            assertThat(models(page)).containsText("In use");
            page.locator("#import-files").setInputFiles(exported);
            assertThat(errors(page)).containsText("has already been imported");
            assertThat(models(page)).hasCount(1);
            assertEquals(List.of(), browser.consoleErrors());
        }
    }

    @Test
    void faultsAreNamedOnAPhone(@TempDir Path folder) throws IOException {
        Path broken = Files.write(folder.resolve("broken.gguf"), new byte[100]);
        Path part = Files.write(folder.resolve("part-00001-of-00002.gguf"), new byte[100]);
        try (Browser browser = new Browser(new NewContextOptions()
                .setViewportSize(390, 844)
                .setIsMobile(true)
                .setHasTouch(true))) {
            browser.changeWorkers("Object.defineProperty(navigator, 'deviceMemory', { value: 0.1 });");
            Page page = browser.open("");
            assertThat(page.locator("#needs-warning")).containsText("this device has about 0.1 GB");
            ready(page);
            openPanel(page);
            assertThat(models(page)).containsText("In use");
            assertTrue((boolean) page.evaluate("document.documentElement.scrollWidth <= innerWidth"));
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/models-phone.png")));

            page.locator("#import-files").setInputFiles(new Path[] {part, broken});
            assertThat(errors(page)).containsText("broken.gguf was not imported: not a GGUF file");
            assertThat(errors(page)).containsText("The model has 2 parts; you chose 1");
            assertThat(page.locator("#import")).isEnabled();
            assertThat(models(page)).hasCount(1);
            assertEquals(1, page.evaluate("""
                    async () => {
                      const root = await navigator.storage.getDirectory();
                      const models = await root.getDirectoryHandle('demitasse-models');
                      let count = 0;
                      for await (const _ of models.keys()) count++;
                      return count;
                    }"""));

            Locator address = page.locator("#model-address");
            address.fill("file:///model.gguf");
            address.press("Enter");
            assertThat(errors(page)).containsText("Not the address of a model: file:///model.gguf");
            assertThat(address).isFocused();
            assertThat(address).hasValue("file:///model.gguf");

            page.keyboard().press("Escape");
            assertThat(page.locator("#models")).isHidden();
            assertThat(page.locator("#models-open")).isFocused();

            openPanel(page);
            address.fill("somewhere/model.gguf");
            address.press("Enter");
            page.waitForURL(url -> url.contains("somewhere%2Fmodel.gguf"));
            assertThat(page.locator("#error")).containsText("somewhere/model.gguf");
        }
    }

    /** Waits until the model is loaded. */
    private static void ready(Page page) {
        assertThat(page.locator("body")).hasAttribute("data-state", "ready");
    }

    private static void openPanel(Page page) {
        page.locator("#models-open").click();
        assertThat(page.getByRole(AriaRole.DIALOG, new Page.GetByRoleOptions().setName("Models")))
                .isVisible();
    }

    /** Returns the listed models. */
    private static Locator models(Page page) {
        return page.locator("#stored > li");
    }

    private static Locator errors(Page page) {
        return page.locator("#models-errors");
    }

    private static Locator button(Page page, String name) {
        return models(page)
                .getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName(name).setExact(true));
    }
}
