package dev.demitasse.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.JsonObject;
import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ServiceWorkerPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that the chat page loses no conversation when storage fails, or when tabs change the same conversation. */
class ConversationStorageTest {
    private static final Path SITE = Path.of("../static/target/site");
    private static final double TIMEOUT_MS = 60_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private static Playwright playwright;
    private static Browser chromium;
    private static PlainHost host;

    @TempDir
    Path folder;

    private BrowserContext context;

    @BeforeAll
    static void launch() throws IOException {
        playwright = Chromium.playwright();
        chromium = Chromium.launch(playwright, List.of());
        PlaywrightAssertions.setDefaultAssertionTimeout(TIMEOUT_MS);
        host = new PlainHost(SITE, "/", PlainHost.ISOLATING);
    }

    @AfterAll
    static void close() {
        playwright.close();
        host.close();
    }

    @BeforeEach
    void openContext() {
        context = chromium.newContext(new Browser.NewContextOptions()
                .setLocale("en-US")
                .setViewportSize(1280, 800)
                .setServiceWorkers(ServiceWorkerPolicy.BLOCK));
        context.setDefaultTimeout(TIMEOUT_MS);
        ScriptedAnswers.install(context);
    }

    @AfterEach
    void closeContext() {
        context.close();
    }

    @Test
    void aTabStopsStoringWhenAnotherChangesTheDatabase() throws IOException {
        Page page = open();
        ask(page, "First");
        newChat(page);
        ask(page, "Second");
        assertThat(rows(page)).hasCount(2);

        Page newer = openPlain();
        assertEquals("open", newer.evaluate(OPEN, 2));
        assertThat(notice(page)).containsText("A newer version of this page is open in another tab");
        ask(page, "Third");
        assertThat(answers(page)).hasCount(2);
        assertThat(rows(page)).hasCount(2);
        rows(page).last().click();
        assertThat(questions(page)).hasText(new String[] {"First"});
        rows(page).first().click();
        assertThat(questions(page)).hasText(new String[] {"Second", "Third"});
        assertExports(page, "First", "Second", "Third");
        assertThat(notice(page).getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Reload")))
                .isVisible();
        assertTrue(asksBeforeClosing(page));
    }

    @Test
    void waitsForATabThatKeepsAnOlderDatabaseOpen() {
        Page page = open();
        ask(page, "First");
        page.close();
        Page older = openPlain();
        assertEquals("open", older.evaluate(OPEN, 1));
        context.route("**/database.js", route -> {
            APIResponse response = route.fetch();
            route.fulfill(new Route.FulfillOptions()
                    .setResponse(response)
                    .setBody(response.text().replace("const VERSION = 1;", "const VERSION = 2;")));
        });
        Page newer = open();
        assertThat(notice(newer)).containsText("Another tab keeps an older version of this page open");
        ask(newer, "Second");
        assertThat(answers(newer)).hasText(new String[] {"Yes."});

        older.close();
        assertThat(notice(newer)).hasCount(0);
        assertThat(rows(newer)).hasText(new String[] {"Second", "First"});
        newer.reload();
        assertThat(rows(newer)).hasText(new String[] {"Second", "First"});
    }

    @Test
    void worksWithADatabaseThatDoesNotAnswer() throws IOException {
        Page page = context.newPage();
        page.addInitScript("""
                const own = IDBFactory.prototype.open;
                IDBFactory.prototype.open = function (...given) {
                  const request = {};
                  globalThis.answerDatabase = () => {
                    const real = own.apply(this, given);
                    real.onupgradeneeded = () => { request.result = real.result; request.onupgradeneeded(); };
                    real.onsuccess = () => { request.result = real.result; request.onsuccess(); };
                  };
                  return request;
                };
                """);
        page.navigate(host.address());
        ready(page);
        ask(page, "First");
        newChat(page);
        ask(page, "Second");
        assertThat(notice(page)).containsText("The browser’s storage does not answer");
        assertThat(rows(page)).hasText(new String[] {"Second", "First"});
        rows(page).last().click();
        assertThat(questions(page)).hasText(new String[] {"First"});
        assertExports(page, "First", "Second");
        assertTrue(asksBeforeClosing(page));

        page.evaluate("answerDatabase()");
        assertThat(notice(page)).hasCount(0);
        assertThat(rows(page)).hasText(new String[] {"Second", "First"});
        Page other = open();
        assertThat(rows(other)).hasText(new String[] {"Second", "First"});
    }

    @Test
    void worksWithoutADatabase() throws IOException {
        Page page = context.newPage();
        page.addInitScript("""
                Object.defineProperty(globalThis, 'indexedDB', { get() { throw new DOMException('refused', 'SecurityError'); } });
                """);
        page.navigate(host.address());
        ready(page);
        assertThat(page.locator("#not-kept")).isVisible();
        assertThat(notice(page)).containsText("conversations are lost when you close it");
        ask(page, "First");
        assertThat(rows(page)).hasText(new String[] {"First"});
        rows(page).hover();
        page.getByTitle("Options for “First”").click();
        page.locator("#conversation-name").fill("Renamed");
        page.locator("#conversation-name").press("Enter");
        assertThat(rows(page)).hasText(new String[] {"Renamed"});
        assertExports(page, "First");
        page.getByTitle("Options for “Renamed”").click();
        page.locator("#conversation-delete").click();
        page.locator("#conversation-delete").click();
        assertThat(rows(page)).hasCount(0);
        assertThat(page.locator(".message")).hasCount(0);
    }

    @Test
    void tellsWhatTheBrowserHasDeletedAndStoresItAgain() {
        Page page = open();
        ask(page, "First");
        newChat(page);
        ask(page, "Second");
        assertThat(rows(page)).hasCount(2);

        evict(page);
        ask(page, "Third");
        assertThat(questions(page)).hasText(new String[] {"Second", "Third"});
        Locator lost = page.locator("[data-notice='lost']");
        assertThat(lost).containsText("The browser has deleted 1 conversation. This page still has it.");
        assertThat(rows(page)).hasText(new String[] {"Second", "First"});
        Page other = open();
        assertThat(rows(other)).hasText(new String[] {"Second"});
        lost.getByText("Save again").click();
        assertThat(lost).hasCount(0);
        assertThat(rows(other)).hasText(new String[] {"Second", "First"});
        page.reload();
        rows(page).first().click();
        assertThat(questions(page)).hasText(new String[] {"Second", "Third"});
    }

    @Test
    void whatTheUserDeletesIsNotCalledLost() {
        Page page = open();
        ask(page, "First");
        newChat(page);
        ask(page, "Second");
        Page other = open();
        rows(other).last().click();
        assertThat(questions(other)).hasText(new String[] {"First"});

        rows(page).last().hover();
        page.getByTitle("Options for “First”").click();
        page.locator("#conversation-delete").click();
        page.locator("#conversation-delete").click();
        assertThat(rows(page)).hasText(new String[] {"Second"});
        assertThat(rows(other)).hasText(new String[] {"Second"});
        assertThat(questions(other)).hasCount(0);
        ask(other, "Third");
        assertThat(rows(page)).hasText(new String[] {"Third", "Second"});
        assertThat(page.locator("[data-notice]")).hasCount(0);
        assertThat(other.locator("[data-notice]")).hasCount(0);
    }

    @Test
    void keepsAConversationThatDoesNotFit() throws IOException {
        Page page = open();
        CDPSession devTools = context.newCDPSession(page);
        setQuota(devTools, 1.0);
        ask(page, "First");
        assertThat(notice(page)).containsText("There is no space left: the conversation is not saved.");
        assertThat(answers(page)).hasCount(1);
        newChat(page);
        ask(page, "Second");
        assertThat(rows(page)).hasText(new String[] {"Second", "First"});
        rows(page).last().click();
        assertThat(questions(page)).hasText(new String[] {"First"});
        assertExports(page, "First", "Second");
        assertTrue(asksBeforeClosing(page));

        // The next success stores the others, too.
        setQuota(devTools, null);
        newChat(page);
        ask(page, "Third");
        assertThat(notice(page)).hasCount(0);
        page.reload();
        assertThat(rows(page)).hasText(new String[] {"Third", "Second", "First"});
    }

    @Test
    void savesAgainWhenTheUserHasFreedSpace() {
        Page page = open();
        CDPSession devTools = context.newCDPSession(page);
        setQuota(devTools, 1.0);
        ask(page, "First");
        notice(page).getByText("Free space").click();
        assertThat(page.locator("#models")).isVisible();
        assertThat(notice(page)).hasCount(1);
        setQuota(devTools, null);
        page.keyboard().press("Escape");
        assertThat(notice(page)).hasCount(0);
        page.reload();
        assertThat(rows(page)).hasText(new String[] {"First"});
    }

    @Test
    void anAnswerOfAnotherTabIsNotCutToItsPart() {
        Page first = open();
        ask(first, "First");
        ScriptedAnswers.hold(first);
        send(first, "Long?");
        ScriptedAnswers.say(first, "One");
        assertThat(answers(first).last()).hasText("One");
        first.waitForTimeout(2100); // a growing answer is stored every two seconds
        ScriptedAnswers.say(first, " two");

        Page second = open();
        rows(second).click();
        assertThat(answers(second).last()).hasText("One two");
        ScriptedAnswers.hold(second);
        send(second, "Other?");
        ScriptedAnswers.say(second, "Three");
        assertThat(answers(second).last()).hasText("Three");

        ScriptedAnswers.say(first, " three four.");
        ScriptedAnswers.end(first);
        ready(first);
        assertThat(answers(first).last()).hasText("One two three four.");
        ScriptedAnswers.end(second);
        ready(second);
        assertThat(answers(second)).hasText(new String[] {"Yes.", "One two three four.", "Three"});

        second.reload();
        rows(second).click();
        assertThat(answers(second)).hasText(new String[] {"Yes.", "One two three four.", "Three"});
    }

    @Test
    void tellsThatAnotherTabHasContinuedTheConversation() {
        Page first = open();
        ask(first, "First");
        // This tab does not hear of the other one in time.
        Page second = context.newPage();
        second.addInitScript("Object.defineProperty(BroadcastChannel.prototype, 'onmessage', { set() {} })");
        second.navigate(host.address());
        ready(second);
        rows(second).click();
        assertThat(answers(second)).hasCount(1);
        ScriptedAnswers.hold(first);
        send(first, "Here?");
        ScriptedAnswers.say(first, "Here.");
        ask(second, "There?");
        ScriptedAnswers.end(first);
        ready(first);
        assertThat(first.locator("[data-notice='continued']"))
                .hasText(
                        "Another tab has continued this conversation. The messages of both tabs are kept, as versions of one another.");
        assertThat(questions(first)).hasText(new String[] {"First", "Here?"});
        assertThat(first.locator(".message.user").last()).containsText("of 2");
        first.reload();
        rows(first).click();
        assertThat(first.locator(".message.user").last()).containsText("of 2");
    }

    @Test
    void aConversationThatAnotherTabDeletesDuringAnAnswerStaysDeleted() {
        Page first = open();
        ask(first, "First");
        Page second = open();
        assertThat(rows(second)).hasCount(1);
        ScriptedAnswers.hold(first);
        send(first, "Long?");
        ScriptedAnswers.say(first, "One");
        assertThat(answers(first).last()).hasText("One");
        second.locator("#settings-open").click();
        second.locator("#delete-all").click();
        second.locator("#delete-all").click();
        assertThat(rows(first)).hasCount(0);
        assertThat(questions(first)).hasCount(0);
        ready(first);
        second.reload();
        assertThat(second.locator("#no-conversations")).isVisible();
        assertThat(rows(second)).hasCount(0);
    }

    /** Opens a version of the database in a page, and ignores all its events. */
    private static final String OPEN = """
            (version) => new Promise((resolve) => {
              const request = indexedDB.open('demitasse', version);
              request.onsuccess = () => { globalThis.database = request.result; resolve('open'); };
              request.onerror = () => resolve(request.error.name);
              request.onblocked = () => resolve('blocked');
            })""";

    private Page open() {
        Page page = context.newPage();
        page.navigate(host.address());
        ready(page);
        return page;
    }

    /** Opens a page of the origin that runs no scripts of the site. */
    private Page openPlain() {
        Page page = context.newPage();
        page.navigate(host.address() + "manifest.webmanifest");
        return page;
    }

    /** Deletes the databases of the origin as a browser does that needs space. */
    private void evict(Page page) {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("origin", host.address().replaceFirst("/$", ""));
        arguments.addProperty("storageTypes", "indexeddb");
        context.newCDPSession(page).send("Storage.clearDataForOrigin", arguments);
    }

    private static void setQuota(CDPSession devTools, Double bytes) {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("origin", host.address().replaceFirst("/$", ""));
        if (bytes != null) {
            arguments.addProperty("quotaSize", bytes);
        }
        devTools.send("Storage.overrideQuotaForOrigin", arguments);
    }

    private void assertExports(Page page, String... questions) throws IOException {
        Download download = page.waitForDownload(
                () -> notice(page).getByText("Export as JSON").click());
        Path file = folder.resolve("export.json");
        download.saveAs(file);
        JsonNode conversations = JSON.readTree(file.toFile()).get("conversations");
        List<String> exported = StreamSupport.stream(conversations.spliterator(), false)
                .flatMap(conversation ->
                        StreamSupport.stream(conversation.get("messages").spliterator(), false))
                .filter(message -> message.get("role").asText().equals("user"))
                .map(message -> message.get("content").asText().split(" ")[0])
                .sorted()
                .toList();
        assertEquals(List.of(questions), exported);
    }

    private static boolean asksBeforeClosing(Page page) {
        return (boolean) page.evaluate("""
                () => {
                  const event = new Event('beforeunload', { cancelable: true });
                  dispatchEvent(event);
                  return event.defaultPrevented;
                }""");
    }

    private static void ready(Page page) {
        assertThat(page.locator("body")).hasAttribute("data-state", "ready");
    }

    private static void newChat(Page page) {
        page.locator("#new-chat").click();
        assertThat(page.locator(".message")).hasCount(0);
    }

    private static void send(Page page, String question) {
        page.locator("#prompt").fill(question);
        page.locator("#prompt").press("Enter");
        assertThat(questions(page).last()).hasText(question);
    }

    private static void ask(Page page, String question) {
        int before = answers(page).count();
        send(page, question);
        assertThat(answers(page)).hasCount(before + 1);
        ready(page);
    }

    private static Locator notice(Page page) {
        return page.locator("[data-notice='storage']");
    }

    private static Locator answers(Page page) {
        return page.locator(".message.assistant .text");
    }

    private static Locator questions(Page page) {
        return page.locator(".message.user .text");
    }

    private static Locator rows(Page page) {
        return page.locator(".conversation .choose");
    }
}
