package dev.demitasse.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the conversations of the chat page. */
class ConversationsPageTest {
    private static final String PARIS = "The capital of France is Paris.";

    @TempDir
    Path folder;

    @Test
    void keepsBranchesOfAConversation() throws IOException {
        try (Browser browser = new Browser(new NewContextOptions().setViewportSize(1280, 800))) {
            Page page = browser.open("");
            ready(page);
            ask(page, "What is the capital of France?");
            ready(page);
            assertThat(answers(page)).hasText(PARIS);
            ask(page, "And of Italy?");
            ready(page);
            assertThat(answers(page)).hasCount(2);
            assertThat(page.locator(".figures").last()).hasText(Pattern.compile(".* of [0-9]+ prompt tokens reused.*"));

            button(page.locator(".message.assistant").last(), "Regenerate").click();
            assertThat(page.locator(".message.assistant").last()).containsText("2 of 2");
            ready(page);

            // The first question is edited; the messages after it stay, as another branch.
            button(page.locator(".message.user").first(), "Edit").click();
            Locator field = page.getByRole(AriaRole.TEXTBOX, new Page.GetByRoleOptions().setName("Edit message"));
            assertThat(field).isFocused();
            field.fill("What is the capital of Germany?");
            field.press("Enter");
            assertThat(answers(page)).hasCount(1);
            ready(page);
            String edited = answers(page).textContent();

            page.reload();
            ready(page);
            assertThat(page.locator(".message")).hasCount(0);
            rows(page).click();
            assertThat(answers(page)).hasText(edited);
            button(page.locator(".message.user"), "Previous version").click();
            assertThat(answers(page)).hasCount(2);
            assertThat(answers(page).first()).hasText(PARIS);

            // Another tab asks; this tab shows the message and keeps its own.
            Page other = browser.open("?model=none.gguf");
            rows(other).click();
            assertThat(answers(other)).hasCount(2);
            ask(page, "And of Portugal?");
            ready(page);
            assertThat(answers(other)).hasCount(3);
            other.close();
            assertEquals(
                    List.of(),
                    browser.consoleErrors().stream()
                            .filter(error -> !error.contains("404"))
                            .toList());
        }
    }

    @Test
    void searchesRenamesExportsDeletesAndImports() throws IOException {
        Path conversations = Files.writeString(folder.resolve("conversations.json"), """
                {"format": "demitasse conversations", "version": 1, "conversations": [
                  {"id": "a", "title": "Crema", "created": 1, "updated": 2, "leaf": "2", "messages": [
                    {"id": "1", "parent": null, "role": "user", "content": "What is crema?"},
                    {"id": "2", "parent": "1", "role": "assistant", "content": "The **foam** of a café's espresso."}]},
                  {"id": "b", "title": "Tea", "created": 3, "updated": 4, "leaf": "3", "messages": [
                    {"id": "3", "parent": null, "role": "user", "content": "<img src=x onerror=alert(1)>"}]}]}
                """);
        Path wrong = Files.writeString(folder.resolve("wrong.json"), "{\"format\": \"another\"}");
        try (Browser browser = new Browser(new NewContextOptions())) {
            Page page = browser.open("?model=none.gguf");
            assertThat(page.locator("body")).hasAttribute("data-state", "error");
            page.locator("#settings-open").click();
            page.locator("#conversation-files").setInputFiles(wrong);
            assertThat(page.locator("#settings-status")).hasText("wrong.json does not contain exported conversations.");
            page.locator("#conversation-files").setInputFiles(conversations);
            assertThat(page.locator("#settings-status")).hasText("2 conversations were imported.");
            page.locator("#conversation-files").setInputFiles(conversations);
            assertThat(page.locator("#settings-status")).hasText("0 conversations were imported.");
            page.keyboard().press("Escape");
            assertThat(rows(page)).hasCount(2);

            page.keyboard().press("Control+k");
            page.keyboard().type("CAFE'S");
            assertThat(rows(page)).hasCount(1);
            assertThat(rows(page)).containsText("foam");
            rows(page).click();
            assertThat(answers(page)).hasText("The foam of a café's espresso.");
            assertThat(answers(page).locator("strong")).hasText("foam");

            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Options for “Crema”"))
                    .click();
            Path markdown = download(page, "#conversation-markdown");
            assertEquals("Crema.md", markdown.getFileName().toString());
            assertEquals(
                    "# Crema\n\n## You\n\nWhat is crema?\n\n## Demitasse\n\nThe **foam** of a café's espresso.\n",
                    Files.readString(markdown));
            page.locator("#conversation-name").fill("Foam");
            page.locator("#conversation-name").press("Enter");
            assertThat(rows(page)).containsText("Foam");

            page.locator("#search").fill("");
            assertThat(rows(page)).hasCount(2);
            page.locator("#settings-open").click();
            Path exported = download(page, "#export-json");
            JsonNode content = new ObjectMapper().readTree(exported.toFile()).get("conversations");
            assertEquals(List.of("Tea", "Foam"), content.findValuesAsText("title"));
            page.locator("#delete-all").click();
            assertThat(rows(page)).hasCount(2);
            page.locator("#delete-all").click();
            assertThat(rows(page)).hasCount(0);
            assertThat(page.locator(".message")).hasCount(0);
            page.locator("#conversation-files").setInputFiles(exported);
            assertThat(rows(page)).hasCount(2);
            page.keyboard().press("Escape");

            rows(page).first().click();
            assertThat(page.locator(".message.user .text")).hasText("<img src=x onerror=alert(1)>");
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Options for “Tea”"))
                    .click();
            page.locator("#conversation-delete").click();
            assertThat(page.locator("#conversation-delete")).hasText("Delete permanently?");
            page.locator("#conversation-delete").click();
            assertThat(rows(page)).hasCount(1);
            assertThat(page.locator(".message")).hasCount(0);
            page.reload();
            assertThat(rows(page)).hasText(Pattern.compile("Foam"));
        }
    }

    private Path download(Page page, String selector) {
        Download download = page.waitForDownload(() -> page.locator(selector).click());
        Path file = folder.resolve(download.suggestedFilename());
        download.saveAs(file);
        return file;
    }

    private static void ready(Page page) {
        assertThat(page.locator("body")).hasAttribute("data-state", "ready");
    }

    private static void ask(Page page, String question) {
        page.locator("#prompt").fill(question);
        page.locator("#prompt").press("Enter");
        assertThat(page.locator(".message.user .text").last()).hasText(question);
    }

    private static Locator answers(Page page) {
        return page.locator(".message.assistant .text");
    }

    private static Locator rows(Page page) {
        return page.locator(".conversation .choose");
    }

    private static Locator button(Locator in, String name) {
        return in.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name));
    }
}
