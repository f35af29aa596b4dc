package dev.demitasse.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that the chat page understands what it imports and what is stored, and that one damaged conversation hides no other. */
class ImportTest {
    private static final String CREMA = """
            {"id": "a", "title": "Crema", "created": 1, "updated": 2, "leaf": "2", "messages": [
              {"id": "1", "parent": null, "role": "user", "content": "What is crema?"},
              {"id": "2", "parent": "1", "role": "assistant", "content": "Foam.", "info": {"finish_reason": "stop"}}]}""";
    private static final String TEA = """
            {"id": "b", "title": "Tea", "created": 3, "updated": 4, "leaf": "3", "messages": [
              {"id": "3", "parent": null, "role": "user", "content": "What is tea?"}]}""";

    /** Stores records as they are. */
    private static final String STORE = """
            (records) => new Promise((resolve, reject) => {
              const request = indexedDB.open('demitasse');
              request.onsuccess = () => {
                const database = request.result;
                const transaction = database.transaction(['conversations', 'benchmarks'], 'readwrite');
                for (const [store, record] of records) transaction.objectStore(store).put(JSON.parse(record));
                transaction.oncomplete = () => resolve(database.close());
                transaction.onabort = () => reject(transaction.error);
              };
            })""";

    private static Browser browser;

    @TempDir
    Path folder;

    private Page page;

    @BeforeAll
    static void launch() throws IOException {
        browser = new Browser(new NewContextOptions().setViewportSize(1280, 800));
    }

    @AfterAll
    static void close() {
        browser.close();
    }

    @BeforeEach
    void openEmptyPage() {
        page = browser.open("?model=none.gguf");
        assertThat(page.locator("body")).hasAttribute("data-state", "error");
        page.evaluate("""
                () => new Promise((resolve) => {
                  const request = indexedDB.open('demitasse');
                  request.onsuccess = () => {
                    const transaction = request.result.transaction(['conversations', 'benchmarks'], 'readwrite');
                    for (const store of transaction.objectStoreNames) transaction.objectStore(store).clear();
                    transaction.oncomplete = () => resolve(request.result.close());
                  };
                })""");
        page.reload();
        assertThat(page.locator("body")).hasAttribute("data-state", "error");
    }

    @AfterEach
    void closePage() {
        page.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"updated\": 2|\"updated\": -8640000000000001|updated must be a time in milliseconds, from 1970 to 9999",
                "\"created\": 1|\"created\": \"yesterday\"|created must be a time in milliseconds, from 1970 to 9999",
                "\"leaf\": \"2\"|\"leaf\": \"9\"|leaf names no message of the conversation",
                "\"parent\": \"1\"|\"parent\": \"2\"|messages[1].parent names no earlier message",
                "\"id\": \"2\"|\"id\": \"1\"|messages[1].id is the id of an earlier message, too",
                "\"user\"|\"system\"|messages[0].role must be one of: user, assistant, tool",
                "\"Foam.\"|[{\"type\": \"text\"}]|messages[1].content must be a text",
                "\"Foam.\"|\"Foam.\", \"attachments\": []|messages[1].attachments is not a known field",
                "\"stop\"|{}|messages[1].info.finish_reason must be a text",
            })
    void aWrongFieldIsNamedAndNothingIsImported(String line) throws IOException {
        String[] parts = line.split("\\|");
        importFile(TEA);
        assertThat(page.locator("#settings-status")).hasText("1 conversation was imported.");

        importFile(TEA.replace("\"b\"", "\"c\""), CREMA.replace(parts[0], parts[1]));
        assertThat(page.locator("#settings-status"))
                .hasText("chats.json was not imported. Conversation “Crema”: " + parts[2] + ".");
        page.keyboard().press("Escape");
        assertThat(rows()).hasText(new String[] {"Tea"});
        page.reload();
        assertThat(rows()).hasText(new String[] {"Tea"});
        assertEquals(
                List.of(),
                browser.consoleErrors().stream()
                        .filter(error -> !error.contains("404"))
                        .toList());
    }

    @Test
    void aFileOfAnotherVersionIsNamed() throws IOException {
        write("{\"format\": \"demitasse conversations\", \"version\": 2, \"conversations\": []}");
        assertThat(page.locator("#settings-status"))
                .hasText(
                        "chats.json was not imported: version must be 1; a newer version of this page may have written the file.");
    }

    @Test
    void anUnreadableConversationIsShownExportedAndDeleted() throws IOException {
        String damaged = CREMA.replace("\"updated\": 2", "\"updated\": -8640000000000001");
        String foreign = "{\"id\": \"x\", \"unknown\": true}";
        page.evaluate(
                STORE,
                List.of(
                        List.of("conversations", damaged),
                        List.of("conversations", foreign),
                        List.of("conversations", TEA)));
        page.reload();
        assertThat(rows()).hasCount(3);
        assertThat(page.locator(".group").last()).hasText("Cannot be read");
        Locator unreadable = page.locator(".unreadable .choose");
        assertThat(unreadable.first()).containsText("Crema");
        assertThat(unreadable.first()).containsText("updated must be a time in milliseconds, from 1970 to 9999");
        assertThat(unreadable.last()).containsText("Conversation x");
        assertThat(unreadable.last()).containsText("unknown is not a known field");
        rows().first().click();
        assertThat(page.locator(".message.user .text")).hasText("What is tea?");
        page.locator("#search").fill("CREMA");
        assertThat(rows()).hasCount(1);
        page.locator("#search").fill("");

        page.locator("#settings-open").click();
        Path all = download("#export-json");
        assertEquals(List.of("Tea"), new ObjectMapper().readTree(all.toFile()).findValuesAsText("title"));
        assertThat(page.locator("#settings-status"))
                .hasText(
                        "2 conversations cannot be read and are not in the file. The list of conversations shows them.");
        page.keyboard().press("Escape");

        unreadable.first().click();
        assertThat(page.locator("#conversation-unreadable")).containsText("The conversation “Crema” cannot be read");
        assertThat(page.locator("#conversation-form")).isHidden();
        Path raw = download("#conversation-json");
        assertEquals("Crema.json", raw.getFileName().toString());
        assertEquals(new ObjectMapper().readTree(damaged), new ObjectMapper().readTree(raw.toFile()));
        page.locator("#conversation-delete").click();
        page.locator("#conversation-delete").click();
        assertThat(rows()).hasCount(2);
        page.reload();
        assertThat(rows()).hasCount(2);

        // The dialog of one that can be read is as before.
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Options for “Tea”"))
                .click();
        assertThat(page.locator("#conversation-unreadable")).isHidden();
        assertThat(page.locator("#conversation-form")).isVisible();
    }

    @Test
    void aRecordThatTheBrowserCannotReadHidesNoOther() {
        page.evaluate(STORE, List.of(List.of("conversations", CREMA), List.of("conversations", TEA)));
        page.addInitScript("""
                const fail = (name, isBad) => {
                  const own = IDBObjectStore.prototype[name];
                  IDBObjectStore.prototype[name] = function (...given) {
                    if (!isBad(...given)) {
                      return own.apply(this, given);
                    }
                    const request = { error: new DOMException('Failed to read large IndexedDB value', 'NotReadableError') };
                    setTimeout(() => request.onerror({ preventDefault() {} }));
                    return request;
                  };
                };
                fail('getAll', () => true);
                fail('get', (id) => id === 'a');
                """);
        page.reload();
        assertThat(rows()).hasCount(2);
        assertThat(rows().first()).hasText("Tea");
        assertThat(page.locator(".unreadable")).containsText("Failed to read large IndexedDB value");
        page.locator(".unreadable .choose").click();
        assertThat(page.locator("#conversation-json")).isHidden();
    }

    @Test
    void anUnreadableConversationIsNotOverwritten() throws IOException {
        page.evaluate(STORE, List.of(List.of("conversations", CREMA.replace("\"title\"", "\"newer\": 1, \"title\""))));
        importFile(CREMA);
        assertThat(page.locator("#settings-status")).hasText("1 conversation was imported.");
        page.keyboard().press("Escape");
        page.reload();
        assertThat(rows()).hasCount(2);
        assertThat(page.locator(".unreadable")).containsText("newer is not a known field");
        rows().first().click();
        assertThat(page.locator(".message.assistant .text")).hasText("Foam.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"created\": 1|\"created\": 1e300|runs[0].created must be a time in milliseconds, from 1970 to 9999",
                "[1, 2, 3]|[0]|runs[0].speeds.prefill128[0] must be a number from",
                "\"threads\": 2|\"threads\": null|runs[0].threads must be a number from 0 to 10000",
                "\"cpu\"|\"abacus\"|runs[0].device must be one of: webgpu, cpu",
            })
    void aWrongBenchmarkIsNamedAndHidesNoOther(String line) throws IOException {
        String[] parts = line.split("\\|");
        String run = """
                {"id": "r", "created": 1, "model": "SmolLM2", "machine": "Linux", "device": "cpu", "threads": 2, "memory": 1000000,
                 "speeds": {"prefill128": [1, 2, 3]}}""";
        String wrong = run.replace("\"r\"", "\"s\"").replace(parts[0], parts[1]);
        page.locator("#benchmark-open").click();
        page.locator("#benchmark-files")
                .setInputFiles(Files.writeString(folder.resolve("runs.json"), """
                        {"format": "demitasse benchmarks", "version": 1, "runs": [%s]}""".formatted(wrong)));
        assertThat(page.locator("#benchmark-status")).containsText("runs.json was not imported: " + parts[2]);

        page.evaluate(STORE, List.of(List.of("benchmarks", run), List.of("benchmarks", wrong)));
        page.reload();
        assertThat(page.locator("#benchmark-rows tr")).hasCount(1);
    }

    private void importFile(String... conversations) throws IOException {
        write("{\"format\": \"demitasse conversations\", \"version\": 1, \"conversations\": ["
                + String.join(", ", conversations) + "]}");
    }

    private void write(String content) throws IOException {
        if (!page.locator("#settings").isVisible()) {
            page.locator("#settings-open").click();
        }
        page.locator("#conversation-files").setInputFiles(Files.writeString(folder.resolve("chats.json"), content));
    }

    private Path download(String selector) {
        Download download = page.waitForDownload(() -> page.locator(selector).click());
        Path file = folder.resolve(download.suggestedFilename());
        download.saveAs(file);
        return file;
    }

    private Locator rows() {
        return page.locator(".conversation .choose");
    }
}
