package dev.demitasse.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.demitasse.TestWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the chat page as a person uses it. */
class ChatPageTest {
    @Test
    void answersStopsAndBeginsANewChat() throws IOException {
        try (Browser browser = new Browser(new NewContextOptions().setViewportSize(1280, 800))) {
            Page page = browser.open("");
            ready(page);
            assertTrue((boolean) page.evaluate("crossOriginIsolated"));

            ask(page, "What is the capital of France?");
            Locator answers = page.locator(".message.assistant .text");
            ready(page);
            assertThat(answers.last()).hasText("The capital of France is Paris.");
            assertThat(page.locator(".message.assistant .figures").last()).containsText("tok/s");
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/chat-desktop.png")));

            ask(page, "Write a long story about a ship.");
            assertThat(answers.last()).hasText(Pattern.compile("\\S+\\s+\\S+.*", Pattern.DOTALL));
            page.locator("#send").click(); // Stop
            ready(page);
            String stopped = answers.last().textContent();
            page.waitForTimeout(1000);
            assertEquals(stopped, answers.last().textContent());

            page.locator("#new-chat").click();
            assertThat(page.locator(".message")).hasCount(0);
            assertEquals(List.of(), browser.consoleErrors());
        }
    }

    @Test
    void fitsAPhone() throws IOException {
        try (Browser browser = new Browser(new NewContextOptions()
                .setViewportSize(390, 844)
                .setIsMobile(true)
                .setHasTouch(true))) {
            Page page = browser.open("?prompt=What%20is%20the%20capital%20of%20France%3F");
            ready(page);
            assertThat(page.locator("#prompt")).hasValue("What is the capital of France?");
            assertThat(page.locator(".message")).hasCount(0); // filled, not sent
            page.locator("#send").click();
            ready(page);
            assertThat(page.locator(".message.assistant .text").last()).containsText("Paris");
            assertTrue((boolean) page.evaluate("document.documentElement.scrollWidth <= innerWidth"));
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/chat-phone.png")));
        }
    }

    @Test
    void faultOfAModelIsNamed(@TempDir Path folder) throws IOException {
        Path cut = folder.resolve("cut.gguf");
        byte[] whole = Files.readAllBytes(TestWeights.smolLm2());
        Files.write(cut, Arrays.copyOf(whole, 10_000_000));
        try (Browser browser = new Browser(cut.toString(), new NewContextOptions())) {
            Page page = browser.open("");
            assertThat(page.locator("#error")).containsText("ends past the end of the file");
            assertThat(page.locator("body")).hasAttribute("data-state", "error");
            assertFalse(page.locator("#error").textContent().contains("null"));
        }
    }

    /** Waits until the model is loaded, or the answer is complete. */
    private static void ready(Page page) {
        assertThat(page.locator("body")).hasAttribute("data-state", "ready");
    }

    private static void ask(Page page, String question) {
        page.locator("#prompt").fill(question);
        page.locator("#prompt").press("Enter");
        assertThat(page.locator("body")).hasAttribute("data-state", "answering");
    }
}
