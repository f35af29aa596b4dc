package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Page;
import dev.demitasse.TestWeights;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A Chromium with storage on the disk, and a server of the site and SmolLM2 that can fail; new for each test. */
abstract class StoredModelPages {
    UnrulyServer server;
    Profile profile;

    @BeforeEach
    void start() throws IOException {
        server = new UnrulyServer(Path.of("../static/target/site"));
        server.add(TestWeights.smolLm2());
        profile = new Profile();
    }

    @AfterEach
    void stop() throws IOException {
        profile.close();
        server.close();
    }

    /** Opens a page of the site that has only the API. */
    final Page page() {
        Page page = profile.open(server.origin() + "/icon.svg");
        page.evaluate("async () => { Object.assign(globalThis, await import('/demitasse.js')); }");
        return page;
    }

    static void assertAnswers(Page page) {
        assertEquals("The capital of France is Paris.", page.evaluate("""
                async () => {
                  const messages = [{ role: 'user', content: 'What is the capital of France?' }];
                  const { choices } = await engine.chat.completions.create({ messages, temperature: 0 });
                  return choices[0].message.content;
                }"""));
    }
}
