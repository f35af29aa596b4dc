package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests in Chromium that damage of stored models is named and repaired, and that eviction and hostile sizes do no harm. */
class StoredDamageTest extends StoredModelPages {
    private static final String NAME = "SmolLM2-135M-Instruct.Q4_1.gguf";
    private static final String MODEL = "/models/" + NAME;
    private static final long BYTES = 98_362_432;
    private static final long CHUNK = 16 << 20;

    private static void load(Page page) {
        page.evaluate("""
                async (model) => {
                  globalThis.engine?.close();
                  globalThis.engine = await Demitasse.load(model, { contextLength: 256, device: 'cpu' });
                }""", MODEL);
    }

    private static String failure(Page page) {
        return assertThrows(PlaywrightException.class, () -> load(page)).getMessage();
    }

    private static Map<?, ?> verify(Page page) {
        return (Map<?, ?>) page.evaluate("""
                async (model) => {
                  globalThis.verified = [];
                  return Demitasse.models.verify(model, { onProgress: (progress) => verified.push(progress) });
                }""", MODEL);
    }

    private static void assertWhole(Page page) {
        assertAnswers(page);
        assertEquals(List.of(), verify(page).get("damaged"));
    }

    /** Flips a bit of each of some bytes of an entry of the stored model. */
    private static void damage(Page page, String entry, int count) {
        page.evaluate("""
                async ([entry, count]) => {
                  const root = await navigator.storage.getDirectory();
                  const models = await root.getDirectoryHandle('demitasse-models');
                  for await (const model of models.values()) {
                    const file = await model.getFileHandle(entry);
                    const bytes = new Uint8Array(await (await file.getFile()).arrayBuffer());
                    for (let i = 0; i < count; i++) {
                      bytes[Math.floor((bytes.length * (2 * i + 1)) / (2 * count))] ^= 1;
                    }
                    const target = await file.createWritable();
                    await target.write(bytes);
                    await target.close();
                  }
                }""", List.of(entry, count));
    }

    @Test
    void flippedByteIsFetchedAgain() {
        Page page = page();
        load(page);
        damage(page, "model.00003", 1);
        long before = server.modelBytes();
        load(page);
        assertEquals(CHUNK, server.modelBytes() - before);
        assertWhole(page);
    }

    @Test
    void tenThousandFlippedBytesAreFetchedAgain() {
        Page page = page();
        load(page);
        for (int chunk = 0; chunk < 6; chunk++) {
            damage(page, "model.0000" + chunk, 1667);
        }
        load(page);
        assertWhole(page);
    }

    @Test
    void damagedChunkIsNamedWithoutAServer() {
        Page page = page();
        load(page);
        damage(page, "model.00003", 1);
        server.modelsReachable(false);
        String failure = failure(page);
        assertTrue(
                failure.contains(
                        NAME + ", chunk 4 of 6 is damaged in the browser's storage, and can't be fetched again"),
                failure);
        Map<?, ?> verification = verify(page);
        assertEquals(List.of(NAME + ", chunk 4 of 6"), verification.get("damaged"));
        assertEquals(false, verification.get("repaired"));
        assertTrue(verification.get("error").toString().contains("can't be fetched again"), verification.toString());
        server.modelsReachable(true);
        long before = server.modelBytes();
        load(page);
        assertEquals(CHUNK, server.modelBytes() - before);
        assertWhole(page);
    }

    @Test
    void verifyNamesAndRepairsDamage() {
        Page page = page();
        load(page);
        assertEquals(List.of(), verify(page).get("damaged"));
        assertEquals((int) BYTES, page.evaluate("() => verified.at(-1).loaded"));
        assertEquals("verify", page.evaluate("() => verified[0].phase"));
        damage(page, "model.00001", 1);
        damage(page, "model.00005", 3);
        long before = server.modelBytes();
        Map<?, ?> verification = verify(page);
        assertEquals(List.of(NAME + ", chunk 2 of 6", NAME + ", chunk 6 of 6"), verification.get("damaged"));
        assertEquals(true, verification.get("repaired"));
        assertEquals(CHUNK + BYTES % CHUNK, server.modelBytes() - before);
        load(page);
        assertWhole(page);
    }

    @ParameterizedTest
    @ValueSource(strings = {"about", "model.meta"})
    void damagedRecordIsRebuilt(String record) {
        Page page = page();
        load(page);
        damage(page, record, 1);
        damage(page, record + ".copy", 1);
        assertEquals(1, page.evaluate("async () => (await Demitasse.models.list()).length"));
        long before = server.modelBytes();
        load(page);
        assertTrue(server.modelBytes() - before < 2 * CHUNK, "bytes sent: " + (server.modelBytes() - before));
        assertWhole(page);
        server.modelsReachable(false);
        load(page);
        assertAnswers(page);
    }

    /** Removes what the version before did not store. */
    @Test
    void modelOfTheVersionBeforeGetsHashes() {
        Page page = page();
        load(page);
        page.evaluate("""
                async () => {
                  const root = await navigator.storage.getDirectory();
                  const models = await root.getDirectoryHandle('demitasse-models');
                  for await (const model of models.values()) {
                    for await (const name of model.keys()) {
                      if (name.endsWith('.sums') || name.endsWith('.copy')) {
                        await model.removeEntry(name);
                      } else if (!/[0-9]$/.test(name)) {
                        const file = await model.getFileHandle(name);
                        const [text] = (await (await file.getFile()).text()).split('\\nxxh64');
                        const target = await file.createWritable();
                        await target.write(text);
                        await target.close();
                      }
                    }
                  }
                }""");
        server.modelsReachable(false);
        load(page);
        assertAnswers(page);
        server.modelsReachable(true);
        damage(page, "model.00003", 1);
        assertEquals(List.of(NAME + ", chunk 4 of 6"), verify(page).get("damaged"));
        load(page);
        assertWhole(page);
    }

    /** The browser deletes the model's directory while the engine reads from it. */
    @Test
    void directoryIsEvictedDuringTheLoad() {
        Page first = page();
        load(first);
        first.close();
        Browser.changeWorkers(profile.context(), """
                const original = FileSystemDirectoryHandle.prototype.getFileHandle;
                let isEvicted = false;
                FileSystemDirectoryHandle.prototype.getFileHandle = async function (name, options) {
                  if (name === 'model.00002' && !isEvicted) {
                    isEvicted = true;
                    const root = await navigator.storage.getDirectory();
                    await root.removeEntry('demitasse-models', { recursive: true });
                  }
                  return original.call(this, name, options);
                };""");
        Page page = page();
        load(page);
        assertAnswers(page);
    }

    @ParameterizedTest
    @ValueSource(strings = {"9000000000000000000", "-1", "NaN", "100"})
    void wrongLengthIsNotBelieved(String length) {
        server.claimLength(length);
        Page page = page();
        if (length.length() > 10) {
            String failure = failure(page);
            assertTrue(failure.contains("the server states a length of " + length + " bytes"), failure);
            assertEquals(0, page.evaluate("async () => (await Demitasse.models.list()).length"));
            server.claimLength(null);
        }
        load(page);
        assertWhole(page);
    }
}
