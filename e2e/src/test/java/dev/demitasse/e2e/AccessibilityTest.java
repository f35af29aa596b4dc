package dev.demitasse.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks every view of the chat page with axe-core, in both themes on a phone and on a desktop, and uses the page by keyboard. */
class AccessibilityTest {
    private static final String CONVERSATIONS = """
            {"format": "demitasse conversations", "version": 1, "conversations": [
              {"id": "a", "title": "A very long title, so that it has to be cut somewhere: espresso, ristretto, lungo",
               "created": 1, "updated": 2, "leaf": "5", "messages": [
                {"id": "1", "parent": null, "role": "user", "content": "What is crema?"},
                {"id": "2", "parent": "1", "role": "assistant", "reasoning_content": "Hm.",
                 "content": "# Crema\\n\\nThe **foam**: see [here](https://example.com).\\n\\n- one\\n- two\\n\\n> A quote\\n\\n\
            ```python\\ndef crema(bars): # nine\\n    return 'foam' + str(9.5)\\n```\\n\\n| a | b |\\n| - | - |\\n| 1 | 2 |",
                 "info": {"finish_reason": "stop", "usage": {"prompt_tokens": 5, "completion_tokens": 7}}},
                {"id": "3", "parent": "1", "role": "assistant", "content": "",
                 "tool_calls": [{"id": "c", "type": "function",
                                 "function": {"name": "calculator", "arguments": "{\\"expression\\": \\"2+2\\"}"}}]},
                {"id": "4", "parent": "3", "role": "tool", "tool_call_id": "c", "content": "{\\"result\\": 4}"},
                {"id": "5", "parent": "4", "role": "assistant", "content": "4"}]}]}
            """;
    private static final String RUNS = """
            {"format": "demitasse benchmarks", "version": 1, "runs": [
              {"id": "r", "created": 1, "model": "SmolLM2", "machine": "Linux", "device": "cpu", "threads": 2,
               "memory": 1000000, "speeds": {"prefill128": [1, 2, 3], "prefill512": [4, 5, 6], "decode64": [7, 8, 9]}}]}
            """;

    @TempDir
    Path folder;

    private final List<String> violations = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({"LIGHT, 1280, 800", "DARK, 1280, 800", "LIGHT, 390, 844", "DARK, 390, 844"})
    void axeFindsNothing(ColorScheme theme, int width, int height) throws IOException {
        Path conversations = Files.writeString(folder.resolve("conversations.json"), CONVERSATIONS);
        Path runs = Files.writeString(folder.resolve("runs.json"), RUNS);
        boolean isPhone = width < 500;
        try (Browser browser = new Browser(new NewContextOptions()
                .setViewportSize(width, height)
                .setColorScheme(theme)
                .setIsMobile(isPhone)
                .setHasTouch(isPhone)
                .setReducedMotion(ReducedMotion.REDUCE))) {
            Page page = browser.open("?model=none.gguf");
            assertThat(page.locator("body")).hasAttribute("data-state", "error");
            check(page, "welcome, with an error");

            page.locator("#conversation-files").setInputFiles(conversations);
            assertThat(page.locator(".conversation")).hasCount(1);
            openSidebar(page, isPhone);
            check(page, "sidebar");
            page.locator(".conversation .choose").click();
            assertThat(page.locator(".figures")).hasCount(0);
            page.getByTitle("Previous version").click();
            assertThat(page.locator(".figures")).hasCount(1);
            check(page, "conversation");
            page.getByTitle("Next version").click();
            page.locator(".folded.tool summary").click();
            check(page, "tool");

            page.locator("#models-open").click();
            page.locator("#about summary").click();
            assertThat(page.locator("#space")).isVisible();
            check(page, "models");
            page.keyboard().press("Escape");

            openSidebar(page, isPhone);
            page.locator("#settings-open").click();
            check(page, "settings");
            page.keyboard().press("Escape");
            page.locator("#help-open").click();
            check(page, "help");
            page.keyboard().press("Escape");
            page.locator(".conversation .icon-button").click();
            check(page, "options of a conversation");
            page.keyboard().press("Escape");

            page.locator("#benchmark-open").click();
            page.locator("#benchmark-files").setInputFiles(runs);
            assertThat(page.locator("#benchmark-rows tr")).hasCount(1);
            check(page, "benchmark");
        }
        assertEquals(List.of(), violations);
    }

    @Test
    void worksByKeyboard() throws IOException {
        Path conversations = Files.writeString(folder.resolve("conversations.json"), CONVERSATIONS);
        try (Browser browser = new Browser(new NewContextOptions().setViewportSize(390, 844))) {
            Page page = browser.open("?model=none.gguf");
            assertThat(page.locator("body")).hasAttribute("data-state", "error");
            page.locator("#conversation-files").setInputFiles(conversations);

            page.locator("#sidebar-open").focus();
            page.keyboard().press("Enter");
            assertThat(page.locator("#new-chat")).isFocused();
            page.keyboard().press("Escape");
            assertThat(page.locator("#sidebar-open")).isFocused();
            assertThat(page.locator("#new-chat")).not().isVisible();

            page.keyboard().press("Control+k");
            assertThat(page.locator("#search")).isFocused();
            page.keyboard().press("Tab");
            assertThat(page.locator(".conversation .choose")).isFocused();
            page.keyboard().press("Enter");
            assertThat(page.locator("#prompt")).isFocused();
            assertThat(page.locator(".message")).hasCount(2);

            page.keyboard().press("Control+/");
            assertThat(page.locator("#help-title")).isFocused();
            page.keyboard().press("Escape");
            assertThat(page.locator("#prompt")).isFocused();
            page.keyboard().press("Control+Shift+O");
            assertThat(page.locator(".message")).hasCount(0);
            assertThat(page.locator("#prompt")).isFocused();
        }
    }

    private static void openSidebar(Page page, boolean isPhone) {
        if (isPhone) {
            page.locator("#sidebar-open").click();
        }
        assertThat(page.locator("#settings-open")).isVisible();
    }

    private void check(Page page, String view) {
        List<?> found = Axe.violations(page);
        found.forEach(violation -> violations.add(view + ": " + violation));
        assertTrue(
                (boolean) page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view + " is too wide");
    }
}
