package dev.demitasse.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Route;
import dev.demitasse.TestWeights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests the effects of the chat page's settings on answers, on the page, and on the source of answers. */
class SettingsPageTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void settingsApplyAndPersist() throws IOException {
        try (Browser browser = new Browser(new NewContextOptions().setViewportSize(1280, 800))) {
            Page page = browser.open("");
            ready(page);
            page.keyboard().press("Control+,");
            page.locator("#setting-maxTokens").fill("3");
            page.locator("#setting-temperature").fill("7");
            page.locator("#setting-temperature").blur();
            assertThat(page.locator("#setting-temperature-error")).not().isEmpty();
            page.locator("#setting-threads").fill("1");
            page.locator("#setting-theme").selectOption("dark");
            page.locator("#setting-language").selectOption("de");
            assertThat(page.locator("html")).hasAttribute("lang", "de");
            assertThat(page.locator("#settings-title")).hasText("Einstellungen");
            assertThat(page.locator("body")).hasCSS("background-color", "rgb(26, 20, 17)");
            page.keyboard().press("Escape");
            ready(page); // with the model loaded again
            assertThat(page.locator("#facts")).containsText("Threads: 1");

            page.locator("#prompt").fill("What is the capital of France?");
            page.locator("#prompt").press("Enter");
            assertThat(page.locator(".figures"))
                    .hasText(Pattern.compile("3 Tokens · [0-9]+,[0-9] Tok/s .* abgeschnitten"));
            page.reload();
            ready(page);
            assertThat(page.locator("#new-chat")).hasText("Neue Unterhaltung");
            assertEquals("dark", page.locator("html").getAttribute("data-theme"));

            page.locator("#settings-open").click();
            assertThat(page.locator("#setting-maxTokens")).hasValue("3");
            page.locator("#reset-settings").click();
            page.locator("#reset-settings").click();
            assertThat(page.locator("#settings-title")).hasText("Settings");
            assertThat(page.locator("#setting-maxTokens")).hasValue("2048");
            assertNull(page.locator("html").getAttribute("data-theme"));
            assertEquals(List.of(), browser.consoleErrors());
        }
    }

    @Test
    void droppedFileIsRun() throws IOException {
        try (Browser browser = new Browser(new NewContextOptions().setLocale("fr-FR"))) {
            Page page = browser.open("?model=none.gguf");
            assertThat(page.locator("body")).hasAttribute("data-state", "error");
            page.evaluate("localStorage.setItem('demitasse settings', '{\"contextLength\": 256}')");
            page.reload();
            assertThat(page.locator("#welcome h2")).hasText("Que puis-je vous préparer ?");
            page.locator("#run-files").setInputFiles(TestWeights.smolLm2());
            ready(page);
            // The same file, dropped with the mouse.
            page.evaluate("""
                    () => {
                      const input = document.getElementById('run-files');
                      const give = input.cloneNode();
                      give.id = 'given';
                      document.body.append(give);
                    }""");
            page.locator("#given").setInputFiles(TestWeights.smolLm2());
            page.evaluate("""
                    () => {
                      const dataTransfer = new DataTransfer();
                      dataTransfer.items.add(document.getElementById('given').files[0]);
                      dispatchEvent(new DragEvent('dragover', { dataTransfer, cancelable: true }));
                      dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
                    }""");
            assertThat(page.locator("body")).hasAttribute("data-state", "loading");
            ready(page);
            assertThat(page.locator("#drop")).isHidden();
            assertThat(page.locator("#facts")).containsText("votre fichier SmolLM2");

            page.locator("#benchmark-open").click();
            page.locator("#benchmark-start").click();
            assertThat(page.locator("#benchmark-rows tr")).hasCount(1);
            assertThat(page.locator("#benchmark-chart rect")).hasCount(2); // 512 are too many here
            Locator cells = page.locator("#benchmark-rows td");
            assertThat(cells.nth(1)).hasText(Pattern.compile("[0-9]+.* à [0-9]+.*"));
            page.reload();
            assertThat(page.locator("#benchmark-rows tr")).hasCount(1);
        }
    }

    /** A server is asked only after it is turned on. It calls a tool, which the page runs. */
    @Test
    void serverAnswers() throws IOException {
        List<Request> requests = new ArrayList<>();
        try (Browser browser = new Browser(new NewContextOptions())) {
            Page page = browser.open("?model=none.gguf");
            page.route("https://api.example.com/**", route -> {
                requests.add(route.request());
                boolean isSecond = route.request().postData().contains("\"role\":\"tool\"");
                route.fulfill(new Route.FulfillOptions()
                        .setHeaders(Map.of("Content-Type", "text/event-stream", "Access-Control-Allow-Origin", "*"))
                        .setBody(isSecond ? ANSWER : CALL));
            });
            assertThat(page.locator("body")).hasAttribute("data-state", "error");
            page.locator("#settings-open").click();
            page.locator("#setting-baseURL").fill("https://api.example.com/v1");
            page.locator("#setting-apiKey").fill("secret");
            page.locator("#setting-remoteModel").fill("big");
            page.locator("#setting-tools").check();
            page.locator("#setting-remote").check();
            assertTrue(requests.isEmpty());
            page.keyboard().press("Escape");
            ready(page);
            assertThat(page.locator("#where")).containsText("api.example.com");
            assertThat(page.locator("#device")).hasText("Server");
            assertTrue(requests.isEmpty());

            page.locator("#prompt").fill("What is 17 × 23?");
            page.locator("#prompt").press("Enter");
            assertThat(page.locator(".message.assistant .text")).hasText("It is 391.");
            assertThat(page.locator(".figures")).containsText("answered by api.example.com");
            Locator tool = page.locator(".folded.tool");
            assertThat(tool).containsText("calculator");
            assertThat(tool).containsText("{\"result\":391}");
            assertThat(page.locator(".folded.reasoning")).containsText("I should calculate.");
            assertThat(page.locator(".folded.reasoning .body")).isHidden();

            assertEquals(2, requests.size());
            assertEquals("Bearer secret", requests.get(0).headers().get("authorization"));
            JsonNode first = body(requests.get(0));
            assertEquals("big", first.get("model").asText());
            assertEquals(
                    List.of("current_time", "calculator", "convert_units"),
                    first.get("tools").findValuesAsText("name"));
            assertFalse(first.has("speculative"));
            JsonNode messages = body(requests.get(1)).get("messages");
            assertEquals(List.of("user", "assistant", "tool"), messages.findValuesAsText("role"));
            assertEquals("call_7", messages.get(2).get("tool_call_id").asText());
        }
    }

    private static final String CALL = events(
            "{'choices': [{'delta': {'role': 'assistant', 'reasoning_content': 'I should calculate.'}}]}",
            "{'choices': [{'delta': {'tool_calls': [{'index': 0, 'id': 'call_7', 'type': 'function', "
                    + "'function': {'name': 'calculator', 'arguments': '{\\\"expression\\\"'}}]}}]}",
            "{'choices': [{'delta': {'tool_calls': [{'index': 0, 'function': {'arguments': ': \\\"17*23\\\"}'}}]}}]}",
            "{'choices': [{'delta': {}, 'finish_reason': 'tool_calls'}]}");

    private static final String ANSWER = events(
            "{'choices': [{'delta': {'content': 'It is '}}]}",
            "{'choices': [{'delta': {'content': '391.'}, 'finish_reason': 'stop'}]}",
            "{'choices': [], 'usage': {'prompt_tokens': 9, 'completion_tokens': 4}}");

    private static String events(String... chunks) {
        return Stream.concat(Stream.of(chunks).map(chunk -> chunk.replace('\'', '"')), Stream.of("[DONE]"))
                .map(data -> "data: " + data + "\n\n")
                .collect(Collectors.joining());
    }

    private static JsonNode body(Request request) {
        try {
            return JSON.readTree(request.postData());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void ready(Page page) {
        assertThat(page.locator("body")).hasAttribute("data-state", "ready");
    }
}
