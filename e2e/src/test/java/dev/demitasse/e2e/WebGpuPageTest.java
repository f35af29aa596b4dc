package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The engine on WebGPU, in a page of Chromium with its software adapter. */
class WebGpuPageTest {
    private static final String LOAD = """
            async (options) => {
              const { Demitasse } = await import('/demitasse.js');
              const { default: model } = await (await fetch('/models.json')).json();
              const start = performance.now();
              globalThis.engine = await Demitasse.load(new URL(model, location.origin).href, options);
              console.log('load', performance.now() - start);
              return engine.device;
            }""";
    private static final String ASK = """
            async (options) => {
              const ids = [];
              const { text, timings, usage } = await engine.chat([{ role: 'user', content: 'What is the capital of France?' }], {
                temperature: 0,
                onToken: (text, id) => ids.push(id),
                ...options,
              });
              return { text, ids, device: engine.device, timings: JSON.stringify([timings, usage]) };
            }""";
    private static final String ANSWER = "The capital of France is Paris.";

    private static Browser browser;

    @BeforeAll
    static void start() throws IOException {
        browser = new Browser(new NewContextOptions(), Chromium.SOFTWARE_WEBGPU);
    }

    @AfterAll
    static void stop() {
        browser.close();
    }

    @Test
    void answers() {
        Page page = browser.open("icon.svg");
        page.onConsoleMessage(message -> System.out.println(message.text()));
        Map<?, ?> device = (Map<?, ?>) page.evaluate(LOAD, Map.of("device", "webgpu", "contextLength", 512));
        assertEquals("webgpu", device.get("kind"));
        assertTrue(device.get("reason").toString().contains("swiftshader"), device.toString());
        for (int i = 0; i < 3; i++) {
            Map<?, ?> answer = (Map<?, ?>) page.evaluate(ASK, Map.of());
            System.out.println(answer);
            assertEquals(ANSWER, answer.get("text"));
        }
    }
}
