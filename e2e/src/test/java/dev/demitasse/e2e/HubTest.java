package dev.demitasse.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.demitasse.TestWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models of the Hugging Face Hub in a page. */
class HubTest {
    private static final String MODEL = "SmolLM2-135M-Instruct-Q4_1.gguf";

    @TempDir
    static Path folder;

    private static Browser browser;
    private static FakeHub hub;
    private static Page page;

    @BeforeAll
    static void start() throws IOException {
        Path tiny = folder.resolve("tiny.gguf");
        TinyModel.write(tiny);
        Path readme = Files.writeString(folder.resolve("README.md"), "# A model");
        hub = new FakeHub();
        hub.add(
                "tests/SmolLM2-GGUF",
                Map.of(
                        "README.md",
                        readme,
                        MODEL,
                        TestWeights.smolLm2(),
                        "SmolLM2-135M-Instruct-F16.gguf",
                        tiny,
                        "in/tiny one-F32.gguf",
                        tiny));
        hub.add("tests/gated-GGUF", Map.of("tiny.gguf", tiny));
        hub.add("tests/busy", Map.of("tiny.gguf", tiny));
        hub.add("tests/empty", Map.of("README.md", readme));
        Path folders = Path.of("../core/src/test/resources/huggingface");
        Map<String, Path> safetensors = files(folders.resolve("llama"));
        safetensors.put("tokenizer.json", folders.resolve("tokenizer.json"));
        hub.add("tests/folder", safetensors);
        browser = new Browser(tiny.toString(), new NewContextOptions());
        page = browser.open("icon.svg");
        page.evaluate("""
                async (endpoint) => {
                  Object.assign(globalThis, await import('/demitasse.js'));
                  globalThis.load = (address, { token, ...options } = {}) =>
                    Demitasse.load(address, { contextLength: 128, device: 'cpu', threads: 1, hub: { endpoint, token }, ...options });
                  globalThis.answer = async (engine) => {
                    const { choices } = await engine.completions.create({ prompt: 'The capital of France is', max_tokens: 1, temperature: 0 });
                    engine.close();
                    return [engine.model.name, choices[0].text];
                  };
                }""", hub.endpoint());
    }

    private static Map<String, Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.collect(Collectors.toMap(file -> file.getFileName().toString(), file -> file));
        }
    }

    @AfterAll
    static void stop() {
        browser.close();
        hub.close();
    }

    /** Deletes the stored models. */
    @AfterEach
    void delete() {
        page.evaluate(
                "async () => { for (const { url } of await Demitasse.models.list()) await Demitasse.models.delete(url); }");
        hub.requests().clear();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tests/SmolLM2-GGUF",
                "tests/SmolLM2-GGUF:Q4_1",
                "tests/SmolLM2-GGUF@main",
                "tests/SmolLM2-GGUF@" + FakeHub.COMMIT + ":q4_1",
                "hf:tests/SmolLM2-GGUF/" + MODEL,
                "https://huggingface.co/tests/SmolLM2-GGUF/blob/main/" + MODEL,
                "https://hf.co/tests/SmolLM2-GGUF/resolve/main/" + MODEL + "?download=true",
            })
    void loadsTheModelOfAnAddress(String address) {
        assertEquals(
                List.of("SmolLM2-135M-Instruct", " Paris"),
                page.evaluate("async (address) => answer(await load(address))", address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hf:tests/SmolLM2-GGUF/in/tiny one-F32.gguf",
                "hf:tests/SmolLM2-GGUF/in/",
                "tests/SmolLM2-GGUF:F32"
            })
    void loadsAFileInAFolder(String address) {
        assertEquals("Tiny", page.evaluate("async (address) => (await answer(await load(address)))[0]", address));
    }

    /** A repository without a GGUF file, but with config.json, tokenizer.json and safetensors. */
    @Test
    void loadsTheFolderOfARepository() {
        assertEquals("llama", page.evaluate("""
                async () => {
                  const engine = await load('tests/folder');
                  engine.close();
                  return engine.model.architecture;
                }"""));
    }

    /** The stored model answers without a request. A page that asks for nothing of the Hub sends it nothing. */
    @Test
    void storedModelNeedsNoRequest() {
        page.evaluate("async () => answer(await load('hf:tests/SmolLM2-GGUF/in/'))");
        assertEquals(
                "hub GET /api/models/tests/SmolLM2-GGUF null", hub.requests().get(0));
        hub.requests().clear();
        assertEquals("Tiny", page.evaluate("async () => (await answer(await load('tests/SmolLM2-GGUF:F32')))[0]"));
        assertEquals(
                "Tiny",
                page.evaluate(
                        "async () => (await answer(await load('hf:tests/SmolLM2-GGUF/in/tiny one-F32.gguf')))[0]"));
        assertEquals(List.of(), hub.requests());
    }

    /** The token reaches the Hub, but not the address to which it redirects. */
    @Test
    void tokenOpensGatedModelsAndIsSentToTheHubOnly() {
        assertEquals(
                "Tiny",
                page.evaluate(
                        "async (token) => (await answer(await load('tests/gated-GGUF', { token })))[0]",
                        FakeHub.TOKEN));
        assertTrue(
                hub.requests().stream().anyMatch(request -> request.startsWith("cdn GET")), hub.requests()::toString);
        for (String request : hub.requests()) {
            assertTrue(request.endsWith(request.startsWith("hub") ? " Bearer " + FakeHub.TOKEN : " null"), request);
        }
    }

    @Test
    void tokenWithoutAnEndpointIsForThePublicHub() throws IOException {
        try (Browser other = new Browser(folder.resolve("tiny.gguf").toString(), new NewContextOptions())) {
            other.redirect("https://huggingface.co", hub.endpoint());
            assertEquals("Tiny", other.open("icon.svg").evaluate("""
                    async (token) => {
                      const { Demitasse } = await import('/demitasse.js');
                      const options = { contextLength: 128, device: 'cpu', hub: { endpoint: undefined, token } };
                      const engine = await Demitasse.load('tests/gated-GGUF', options);
                      engine.close();
                      return engine.model.name;
                    }""", FakeHub.TOKEN));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    tests/nothing                     | hub_repository_not_found | there is no model
                    tests/SmolLM2-GGUF@v9             | hub_revision_not_found   | has no revision v9
                    tests/SmolLM2-GGUF:Q2_K           | hub_file_not_found       | it has F16, F32, Q4_1
                    hf:tests/SmolLM2-GGUF/absent.gguf | hub_file_not_found       | has no file absent.gguf
                    tests/empty                       | hub_no_model             | choose a repository with GGUF files
                    tests/gated-GGUF                  | hub_gated                | accept its terms
                    tests/busy                        | hub_rate_limited         | try again
                    hf:tests                          | TypeError                | is not an address of a model
                    """)
    void wrongAddressesGetTheirMessage(String address, String code, String message) {
        Map<?, ?> error = (Map<?, ?>) page.evaluate("""
                async (address) => load(address).then(() => ({}), (error) => ({ code: error.code ?? error.name, message: error.message }))""", address);
        assertEquals(code, error.get("code"), error::toString);
        assertTrue(error.get("message").toString().contains(message), error::toString);
    }

    /** In the chat page: nothing is asked of the Hub before the user's consent, and the next visit needs no request. */
    @Test
    void pageLoadsTheModelOfALink() throws IOException {
        try (Browser chat = new Browser(folder.resolve("tiny.gguf").toString(), new NewContextOptions())) {
            chat.redirect("https://huggingface.co", hub.endpoint());
            Page link = chat.open("?model=tests/SmolLM2-GGUF:F32");
            assertThat(link.locator("#consent-title")).containsText("huggingface.co");
            assertEquals(List.of(), hub.requests());
            link.locator("#consent-confirm").click();
            assertThat(link.locator("#model-name")).hasText("Tiny");
            link.locator("#send").waitFor();
            hub.requests().clear();
            link.reload();
            assertThat(link.locator("#model-name")).hasText("Tiny");
            assertThat(link.locator("#consent")).isHidden();
            assertEquals(List.of(), hub.requests());
        }
    }

    /** By the dialog of the models. */
    @Test
    void pageLoadsATypedModel() throws IOException {
        try (Browser chat = new Browser(folder.resolve("tiny.gguf").toString(), new NewContextOptions())) {
            chat.redirect("https://huggingface.co", hub.endpoint());
            Page opened = chat.open("");
            opened.locator("#models-open").click();
            Locator address = opened.locator("#model-address");
            address.fill("hf:tests");
            address.press("Enter");
            assertThat(opened.locator("#models-errors")).containsText("Not the address of a model: hf:tests");
            address.fill("tests/SmolLM2-GGUF:F32");
            address.press("Enter");
            opened.waitForURL(url -> url.contains("model=hf%3Atests%2FSmolLM2-GGUF%3AF32"));
            assertThat(opened.locator("#model-name")).hasText("Tiny");
        }
    }

    @Test
    void hubThatDoesNotAnswerIsNamed() {
        assertEquals("hub_unreachable", page.evaluate("""
                () => Demitasse.load('a/b', { hub: { endpoint: 'http://localhost:9' } }).catch(({ code }) => code)"""));
    }
}
