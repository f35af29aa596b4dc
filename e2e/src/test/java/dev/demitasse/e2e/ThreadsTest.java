package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests that an isolated page has the requested number of threads, another page one thread, and that the answers are equal. */
class ThreadsTest {
    private static final String LOAD_AND_ASK = """
            async ([threads, contextLength]) => {
              const { Demitasse } = await import('/demitasse.js');
              const { default: model } = await (await fetch('/models.json')).json();
              const engine = await Demitasse.load(new URL(model, location.origin).href, { threads, contextLength });
              const { choices } = await engine.chat.completions.create({
                messages: [{ role: 'user', content: 'What is the capital of France?' }],
                temperature: 0,
              });
              engine.close();
              return { isolated: crossOriginIsolated, text: choices[0].message.content, ...engine.device };
            }""";
    private static final String ANSWER = "The capital of France is Paris.";

    @Test
    void isolated() throws IOException {
        try (Browser browser = new Browser(new NewContextOptions())) {
            Page page = browser.open("icon.svg");
            for (int threads : new int[] {1, 2, 3}) {
                Map<?, ?> result = (Map<?, ?>) page.evaluate(LOAD_AND_ASK, List.of(threads, 512));
                assertEquals(true, result.get("isolated"));
                assertEquals(threads, result.get("threads"));
                assertEquals(ANSWER, result.get("text"));
            }
        }
    }

    /** Makes a KV cache that needs 64-bit addresses, of which only the first positions are used. */
    @Test
    void memoryOfMoreThan4GiB() throws IOException {
        try (Browser browser = new Browser(new NewContextOptions())) {
            Map<?, ?> result = (Map<?, ?>) browser.open("icon.svg").evaluate(LOAD_AND_ASK, List.of(2, 200_000));
            assertEquals(ANSWER, result.get("text"));
        }
    }

    /** Keys and values in Q8_0 take 9/16 of the memory of float16, and the answer is the same. */
    @Test
    void quantizedKeysAndValues() throws IOException {
        try (Browser browser = new Browser(new NewContextOptions())) {
            Page page = browser.open("icon.svg");
            for (String kvType : new String[] {"f16", "q8_0"}) {
                Map<?, ?> result = (Map<?, ?>) page.evaluate("""
                        async (kvType) => {
                          const { Demitasse } = await import('/demitasse.js');
                          const { default: model } = await (await fetch('/models.json')).json();
                          let needs;
                          const options = { contextLength: 8192, kvType, onNeeds: ({ memory }) => (needs = memory) };
                          const engine = await Demitasse.load(new URL(model, location.origin).href, options);
                          const { choices } = await engine.chat.completions.create({
                            messages: [{ role: 'user', content: 'What is the capital of France?' }],
                            temperature: 0,
                          });
                          engine.close();
                          return { text: choices[0].message.content, ...needs };
                        }""", kvType);
                assertEquals(ANSWER, result.get("text"));
                int perToken = 30 * 2 * 192 * 2; // layers, keys and values, elements, bytes
                perToken = kvType.equals("f16") ? perToken : perToken * 9 / 16;
                assertEquals(perToken, result.get("perToken"));
                double more =
                        ((Number) result.get("total")).doubleValue() - ((Number) result.get("empty")).doubleValue();
                assertEquals(perToken * (8192.0 - 256), more); // there is room for 256 at first
            }
        }
    }

    @Test
    void memoryBeyondTheBrowsersLimitIsNamed() throws IOException {
        try (Browser browser = new Browser(new NewContextOptions())) {
            PlaywrightException e = assertThrows(PlaywrightException.class, () -> browser.open("icon.svg")
                    .evaluate(LOAD_AND_ASK, List.of(2, 2_000_000)));
            assertTrue(e.getMessage().contains("MiB of memory, which can't be had"), e.getMessage());
        }
    }

    /** A file that the host lacks is not an error of the device, {@code device_unfit}. */
    @Test
    void missingKernelsAreNamed() throws IOException {
        try (Browser browser = new Browser(new NewContextOptions())) {
            browser.changeWorkers("""
                    const { fetch } = globalThis;
                    globalThis.fetch = (url) =>
                      String(url).includes('/kernels') ? Promise.resolve(new Response('', { status: 404 })) : fetch(url);""");
            Map<?, ?> error = (Map<?, ?>) browser.open("icon.svg").evaluate("""
                    async () => {
                      const { Demitasse } = await import('/demitasse.js');
                      const { message, code } = await Demitasse.load('/models/any.gguf', { device: 'cpu' }).catch((e) => e);
                      return { message, code: code ?? 'none' };
                    }""");
            assertEquals(
                    "the kernels can't be loaded: kernels-relaxed-shared.wasm answered with status 404",
                    error.get("message"));
            assertEquals("none", error.get("code"));
        }
    }

    @Test
    void notIsolated() throws IOException {
        try (Browser browser = new Browser(new NewContextOptions())) {
            browser.dontIsolate("icon.svg");
            Map<?, ?> result = (Map<?, ?>) browser.open("icon.svg").evaluate(LOAD_AND_ASK, List.of(4, 512));
            assertEquals(false, result.get("isolated"));
            assertEquals(1, result.get("threads"));
            assertEquals(ANSWER, result.get("text"));
            assertTrue(result.get("reason").toString().contains("not cross-origin isolated"));
        }
    }
}
