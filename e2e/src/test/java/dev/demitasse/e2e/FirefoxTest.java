package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.demitasse.TestWeights;
import dev.demitasse.serve.Serve;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests the engine in a browser that shares no code with Chromium. */
class FirefoxTest {
    private static final Path SITE = Path.of("../static/target/site");

    /** Loads the default model on the CPU, and asks a question. */
    private static final String ASK = """
            (async () => {
              const { Demitasse } = await import('./demitasse.js');
              const { default: model } = await (await fetch('models.json')).json();
              const engine = await Demitasse.load(model, { contextLength: 512, device: 'cpu' });
              const messages = [{ role: 'user', content: 'What is the capital of France?' }];
              const stream = await engine.chat.completions.create({ messages, temperature: 0, max_tokens: 16, stream: true });
              let text = '';
              for await (const { choices: [{ delta }] } of stream) {
                text += delta.content ?? '';
              }
              const { threads } = engine.device;
              engine.close();
              return { text, threads, isIsolated: crossOriginIsolated, stored: await Demitasse.models.list() };
            })()""";

    private static final String ANSWER = "The capital of France is Paris.";

    @Test
    void answersWithThreadsAndOnAPlainHostFromItsStorage() throws Exception {
        try (Serve isolating = Serve.start(SITE, TestWeights.smolLm2().toString(), 0);
                PlainHost plain = new PlainHost(SITE, "/", Map.of());
                Firefox firefox = new Firefox()) {
            firefox.open("http://localhost:" + isolating.port() + "/icon.svg");
            JsonNode isolated = firefox.evaluate(ASK);
            assertEquals(ANSWER, isolated.get("text").asText());
            assertTrue(isolated.get("isIsolated").asBoolean());

            firefox.open(plain.address() + "icon.svg");
            JsonNode single = firefox.evaluate(ASK);
            assertEquals(ANSWER, single.get("text").asText());
            assertEquals(1, single.get("threads").asInt());
            assertTrue(single.at("/stored/0/complete").asBoolean(), single::toString);

            plain.requests().clear();
            assertEquals(ANSWER, firefox.evaluate(ASK).get("text").asText());
            assertFalse(plain.requests().contains(PlainHost.MODEL), () -> "fetched again: " + plain.requests());
        }
    }

    @Test
    void errorsOfTheEngineReachThePage() throws Exception {
        try (Serve serve = Serve.start(SITE, TestWeights.smolLm2().toString(), 0);
                Firefox firefox = new Firefox("user_pref(\"javascript.options.wasm\", false);")) {
            firefox.open("http://localhost:" + serve.port() + "/icon.svg");
            String message = assertThrows(IllegalStateException.class, () -> firefox.evaluate(ASK))
                    .getMessage();
            assertTrue(message.contains("this browser has no WebAssembly, or it is turned off"), message);
        }
    }
}
