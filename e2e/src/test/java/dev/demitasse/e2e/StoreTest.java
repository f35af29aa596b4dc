package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import dev.demitasse.TestWeights;
import dev.demitasse.gguf.Splitter;
import dev.demitasse.huggingface.Folder;
import dev.demitasse.shard.Shard;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the model store in Chromium, with a real profile and a server that misbehaves. The model is stored completely and verified, or
 * there is a clear error and no corrupt file; and almost no byte is fetched twice.
 */
class StoreTest extends StoredModelPages {
    private static final String NAME = "SmolLM2-135M-Instruct.Q4_1.gguf";
    private static final String MODEL = "/models/" + NAME;
    private static final long BYTES = 98_362_432;
    private static final String SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
    private static final long MAX_BYTES = BYTES * 102 / 100;
    /** Bytes of four connections that Chromium may have received but not yet passed to the tab. */
    private static final long BUFFERED_BYTES = 2 << 20;
    /** Bytes per second of a connection whose received bytes matter when it is cut. */
    private static final long LINE = 10_000_000;

    private static final long FAST_LINE = 40_000_000;
    private static final long SLOW_LINE = 500_000;

    private static final int MIB = 1 << 20;

    @TempDir
    Path folder;

    private static void begin(Page page, String model, Map<String, ?> options) {
        page.evaluate("""
                ([model, options]) => {
                  globalThis.phases = new Set();
                  globalThis.loading = Demitasse.load(model, {
                    contextLength: 256,
                    device: 'cpu',
                    onProgress: ({ phase }) => phases.add(phase),
                    onNeeds: (needs) => (globalThis.needs = needs),
                    ...options,
                  });
                  loading.catch(() => {}); // finish() reports the error
                }""", List.of(model, options));
    }

    private static void finish(Page page) {
        page.evaluate("async () => { globalThis.engine = await loading; }");
    }

    private static void load(Page page) {
        load(page, MODEL, Map.of());
    }

    private static void load(Page page, String model, Map<String, ?> options) {
        begin(page, model, options);
        finish(page);
    }

    private static String failure(Page page) {
        return assertThrows(PlaywrightException.class, () -> finish(page)).getMessage();
    }

    private static String sha256(Page page, String model) {
        return (String) page.evaluate("""
                async (model) => {
                  const [file] = await Demitasse.models.export(model);
                  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
                  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
                }""", model);
    }

    /** Checks that the complete model is stored, and answers. */
    private void assertWhole(Page page) {
        assertEquals(SHA256, sha256(page, MODEL));
        assertAnswers(page);
    }

    private void assertLittleWasFetchedTwice() {
        assertLittleWasFetchedTwice(MAX_BYTES);
    }

    private void assertLittleWasFetchedTwice(long max) {
        System.out.printf("sent more than the model: %.2f %%%n", 100.0 * (server.modelBytes() - BYTES) / BYTES);
        assertTrue(
                server.modelBytes() >= BYTES && server.modelBytes() <= max,
                server.modelBytes() + " bytes were sent of a model of " + BYTES);
    }

    /** Exports a model, imports the exported files, deletes the model, and returns the new address. */
    private static String reimport(Page page, String model) {
        return (String) page.evaluate("""
                async (model) => {
                  const address = await Demitasse.models.import(await Demitasse.models.export(model));
                  await Demitasse.models.delete(model);
                  return address;
                }""", model);
    }

    private static List<?> stored(Page page) {
        return (List<?>) page.evaluate("() => Demitasse.models.list()");
    }

    /**
     * Returns a latch that opens when the server has sent a number of bytes of models. The connection becomes slow shortly before, because
     * a killed tab loses the bytes that arrive until the browser notices.
     */
    private CountDownLatch whenSent(long bytes) {
        CountDownLatch latch = new CountDownLatch(1);
        server.onBytes(sent -> {
            if (sent >= bytes - MIB / 2) {
                server.bytesPerSecond(SLOW_LINE);
            }
            if (sent >= bytes) {
                latch.countDown();
            }
        });
        return latch;
    }

    /** Makes the connection fast from now on. */
    private void speedUp() {
        server.onBytes(bytes -> {});
        server.bytesPerSecond(FAST_LINE);
    }

    @Test
    void networkCutTwentyTimes() {
        server.bytesPerSecond(LINE / 2);
        long seed = new Random().nextLong();
        System.out.println("Cuts by seed " + seed);
        new Random(seed).longs(20, 1, BYTES).sorted().forEach(server::cutAt);
        Page page = page();
        load(page);
        assertWhole(page);
        assertLittleWasFetchedTwice();
        assertTrue(
                server.modelRequests().size() > 20,
                "requests: " + server.modelRequests().size());
    }

    @Test
    void tabKilledFiveTimes() throws InterruptedException {
        for (int kill = 1; kill <= 5; kill++) {
            Page page = page();
            CountDownLatch sent = whenSent(kill * BYTES / 6);
            server.bytesPerSecond(LINE / 2);
            begin(page, MODEL, Map.of());
            sent.await();
            if (kill % 2 == 0) {
                page.close();
            } else {
                assertThrows(PlaywrightException.class, () -> page.navigate("chrome://crash"));
            }
        }
        speedUp();
        Page page = page();
        load(page);
        assertWhole(page);
        // A kill usually loses almost nothing, but may lose all bytes that are under way.
        assertLittleWasFetchedTwice(MAX_BYTES + 5 * BUFFERED_BYTES);
    }

    @Test
    void serverRestarted() throws Exception {
        server.bytesPerSecond(LINE);
        CountDownLatch sent = whenSent(BYTES / 2);
        Page page = page();
        begin(page, MODEL, Map.of());
        sent.await();
        server.stop();
        page.waitForTimeout(1000);
        server.start();
        speedUp();
        finish(page);
        assertWhole(page);
        assertLittleWasFetchedTwice();
    }

    @Test
    void wrongContentLength() {
        Page page = page();
        server.lengthFactor(0.5); // parts are shorter than they should be
        load(page);
        assertWhole(page);
        assertLittleWasFetchedTwice();
        page.evaluate("(model) => Demitasse.models.delete(model)", MODEL);

        long before = server.modelBytes();
        server.lengthFactor(1.5); // they say that more would come
        load(page);
        assertWhole(page);
        assertTrue(server.modelBytes() - before <= MAX_BYTES);
    }

    @Test
    void wrongContentLengthOfAServerWithoutRanges() {
        Page page = page();
        server.ranges(false);
        server.lengthFactor(0.5);
        begin(page, MODEL, Map.of());
        String failure = failure(page);
        assertTrue(failure.contains("past the end of the file"), failure);
        assertEquals(List.of(), stored(page)); // of no use

        server.lengthFactor(1.5);
        begin(page, MODEL, Map.of());
        failure = failure(page);
        assertTrue(failure.contains("the connection ends before its 147543648 bytes have arrived"), failure);

        server.lengthFactor(1);
        load(page);
        assertWhole(page);
    }

    @Test
    void noRanges() {
        server.ranges(false);
        Page page = page();
        load(page);
        assertWhole(page);
        assertEquals(BYTES, server.modelBytes());
    }

    @Test
    void noRangesAndNoLength() {
        server.ranges(false);
        server.hasLength(false);
        Page page = page();
        load(page);
        assertWhole(page);
        assertEquals(BYTES, server.modelBytes());
        server.modelRequests().clear();
        Page second = page();
        load(second);
        assertAnswers(second);
        assertEquals(List.of(), server.modelRequests());
    }

    /** Without ranges, stored bytes are fetched again but not stored again. */
    @Test
    void noRangesAndACut() {
        server.ranges(false);
        server.cutAt(BYTES / 2);
        Page page = page();
        load(page);
        assertWhole(page);
    }

    @Test
    void changedWhileItIsDownloaded() throws Exception {
        server.bytesPerSecond(FAST_LINE);
        CountDownLatch sent = whenSent(BYTES / 3);
        Page page = page();
        begin(page, MODEL, Map.of());
        sent.await();
        server.etag("\"2\"");
        speedUp();
        String failure = failure(page);
        assertTrue(failure.contains(NAME + " has changed while it was downloaded"), failure);
        assertEquals(List.of(), stored(page));
        load(page);
        assertWhole(page);
    }

    @Test
    void changedBetweenTwoVisits() throws Exception {
        server.bytesPerSecond(FAST_LINE);
        // The old version differs in one byte.
        server.flip(BYTES / 50, 1);
        CountDownLatch sent = whenSent(BYTES / 3);
        Page first = page();
        begin(first, MODEL, Map.of());
        sent.await();
        first.close();
        server.etag("\"2\"");
        speedUp();
        Page second = page();
        load(second);
        assertWhole(second);
    }

    private String shards(int mebibytes) throws IOException {
        Path manifest = Shard.write(TestWeights.smolLm2(), folder, mebibytes);
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                server.add(file);
            }
        }
        return "/models/" + manifest.getFileName();
    }

    @Test
    void flippedByteInAShard() throws IOException {
        String manifest = shards(1);
        server.flip(MIB / 2, 1);
        Page page = page();
        load(page, manifest, Map.of());
        assertAnswers(page);
        assertEquals(SHA256, sha256(page, manifest));
        assertEquals((double) (BYTES + MIB), server.modelBytes(), 20_000); // that shard again, and the manifest
        assertLittleWasFetchedTwice();
    }

    @Test
    void damagedShard() throws IOException {
        String manifest = shards(16);
        server.flip(15 * MIB, Integer.MAX_VALUE); // in all but the last
        Page page = page();
        begin(page, manifest, Map.of());
        String failure = failure(page);
        assertTrue(failure.contains(NAME + ".00") && failure.contains("does not match its SHA-256"), failure);
        server.flip(15 * MIB, 0);
        load(page, manifest, Map.of());
        assertAnswers(page);
        assertEquals(SHA256, sha256(page, manifest));
    }

    @Test
    void shardsOverABadLine() throws IOException {
        String manifest = shards(16);
        server.bytesPerSecond(LINE);
        new Random(1).longs(5, 1, BYTES).sorted().forEach(server::cutAt);
        Page page = page();
        load(page, manifest, Map.of());
        assertEquals(SHA256, sha256(page, manifest));
        assertLittleWasFetchedTwice();
        page.close();
        server.modelRequests().clear();
        Page second = page();
        load(second, manifest, Map.of());
        assertAnswers(second);
        assertEquals(List.of(), server.modelRequests());
    }

    @Test
    void quotaExceeded() throws Exception {
        server.bytesPerSecond(LINE);
        Page page = page();
        quota(page, 60_000_000);
        whenSent(60_000_000); // the line is slow by then
        begin(page, MODEL, Map.of());
        String failure = failure(page);
        assertTrue(failure.contains("the browser's storage for this page is full"), failure);
        assertTrue(failure.contains("The received bytes are kept"), failure);
        assertFalse((boolean) ((Map<?, ?>) stored(page).get(0)).get("complete"));
        // There is space again.
        quota(page, 1_000_000_000);
        speedUp();
        load(page);
        assertWhole(page);
        assertLittleWasFetchedTwice();
    }

    /** Chromium reports 10 GiB to every page; other browsers report the actual space. */
    @Test
    void tooLittleSpaceIsReportedBeforehand() {
        changeWorkers("StorageManager.prototype.estimate = async () => ({ usage: 5e6, quota: 15e6 });");
        server.bytesPerSecond(LINE);
        Page page = page();
        begin(page, MODEL, Map.of());
        String failure = failure(page);
        assertTrue(failure.contains("more bytes of storage, and the browser gives this page 10000000"), failure);
        assertTrue(server.modelBytes() < BYTES, "bytes sent: " + server.modelBytes());
    }

    private void quota(Page page, long bytes) {
        JsonObject quota = new JsonObject();
        quota.addProperty("origin", server.origin());
        quota.addProperty("quotaSize", bytes);
        profile.context().newCDPSession(page).send("Storage.overrideQuotaForOrigin", quota);
    }

    @Test
    void twoTabsFetchTheModelOnce() {
        server.bytesPerSecond(FAST_LINE);
        Page first = page();
        Page second = page();
        begin(first, MODEL, Map.of());
        begin(second, MODEL, Map.of());
        finish(first);
        finish(second);
        assertAnswers(first);
        assertAnswers(second);
        assertEquals(BYTES, server.modelBytes());
    }

    /** The tab that downloads is closed, and the other one continues with the stored bytes. */
    @Test
    void otherTabTakesOver() throws Exception {
        server.bytesPerSecond(LINE);
        CountDownLatch sent = whenSent(BYTES / 2);
        Page first = page();
        begin(first, MODEL, Map.of());
        Page second = page();
        begin(second, MODEL, Map.of());
        sent.await();
        PlaywrightException refused = assertThrows(
                PlaywrightException.class, () -> second.evaluate("(model) => Demitasse.models.delete(model)", MODEL));
        assertTrue(refused.getMessage().contains("is being downloaded"), refused.getMessage());
        first.close();
        speedUp();
        finish(second);
        assertWhole(second);
        assertLittleWasFetchedTwice();
    }

    @Test
    void abortedAndLoadedAgain() throws Exception {
        server.bytesPerSecond(LINE);
        CountDownLatch sent = whenSent(BYTES / 2);
        Page page = page();
        page.evaluate("() => { globalThis.stop = new AbortController(); }");
        page.evaluate(
                "(model) => { globalThis.loading = Demitasse.load(model, { signal: stop.signal }); loading.catch(() => {}); }",
                MODEL);
        sent.await();
        page.evaluate("() => stop.abort()");
        speedUp();
        assertTrue(failure(page).contains("AbortError"));
        load(page);
        assertWhole(page);
        assertLittleWasFetchedTwice();
    }

    @Test
    void secondVisitNeedsNoNetwork() throws IOException {
        Page first = page();
        load(first);
        assertEquals(List.of("download"), first.evaluate("() => [...phases]"));
        Map<?, ?> disk = (Map<?, ?>) first.evaluate("() => needs.disk");
        assertEquals(BYTES, ((Number) disk.get("total")).longValue());
        assertTrue(((Number) disk.get("available")).longValue() > BYTES, disk.toString());
        first.close();
        Page second = page();
        server.modelRequests().clear();
        load(second);
        assertEquals(List.of("load"), second.evaluate("() => [...phases]"));
        assertAnswers(second);
        assertEquals(List.of(), server.modelRequests());
        Map<?, ?> model = (Map<?, ?>) stored(second).get(0);
        assertEquals(true, model.get("complete"));
        assertEquals(server.origin() + MODEL, model.get("url"));
        assertEquals(List.of(), profile.consoleErrors());
    }

    @Test
    void needsAreReportedBeforeTheWeightsAreFetched() {
        server.bytesPerSecond(FAST_LINE);
        Page page = page();
        Map<?, ?> needs = (Map<?, ?>)
                page.evaluate("(model) => Demitasse.needs(model, { contextLength: 256, device: 'cpu' })", MODEL);
        long memory = ((Number) ((Map<?, ?>) needs.get("memory")).get("total")).longValue();
        assertTrue(memory > BYTES && memory < 2 * BYTES, needs.toString());
        assertTrue(server.modelBytes() < BYTES, "bytes sent: " + server.modelBytes());
        load(page);
        assertWhole(page);
        assertLittleWasFetchedTwice();
    }

    @Test
    void lostChunkIsFetchedAgain() {
        Page page = page();
        load(page);
        page.evaluate("""
                async () => {
                  const root = await navigator.storage.getDirectory();
                  const models = await root.getDirectoryHandle('demitasse-models');
                  for await (const model of models.values()) {
                    await model.removeEntry('model.00003');
                  }
                }""");
        long before = server.modelBytes();
        load(page);
        assertWhole(page);
        assertEquals(16 * MIB, server.modelBytes() - before);
    }

    @Test
    void exportImportAndDelete() {
        Page page = page();
        load(page);
        String address = reimport(page, MODEL);
        assertEquals("local:" + NAME, address);
        assertEquals(SHA256, sha256(page, "local:" + NAME));
        server.modelRequests().clear();
        load(page, "local:" + NAME, Map.of());
        assertAnswers(page);
        assertEquals(1, stored(page).size());
        assertEquals(List.of(), server.modelRequests());
        page.evaluate("(model) => Demitasse.models.delete(model)", "local:" + NAME);
        assertEquals(List.of(), stored(page));
        begin(page, "local:" + NAME, Map.of());
        assertTrue(failure(page).contains("there is no stored model local:" + NAME));
        PlaywrightException e = assertThrows(
                PlaywrightException.class,
                () -> page.evaluate("() => Demitasse.models.import(new File(['GGUFGGUFGGUFGGUFGGUFGGUF'], 'a.gguf'))"));
        assertTrue(e.getMessage().contains("version"), e.getMessage());
        assertEquals(List.of(), stored(page));
    }

    @Test
    void splitModel() throws IOException {
        int number = 0;
        for (byte[] part : Splitter.split(TestWeights.map(TestWeights.smolLm2()), 90, 90, 92)) {
            number++;
            Path file = folder.resolve("SmolLM2-135M-Instruct.Q4_1-0000%d-of-00003.gguf".formatted(number));
            server.add(Files.write(file, part));
        }
        String part = "/models/SmolLM2-135M-Instruct.Q4_1-00002-of-00003.gguf";
        server.bytesPerSecond(LINE);
        server.cutAt(BYTES / 3);
        server.cutAt(BYTES * 2 / 3);
        Page page = page();
        load(page, part, Map.of());
        assertAnswers(page);
        assertLittleWasFetchedTwice();
        server.modelRequests().clear();
        // The address of another part gives the same model.
        String address = reimport(page, part.replace("00002-of", "00003-of"));
        load(page, address, Map.of());
        assertAnswers(page);
        assertEquals(List.of(), server.modelRequests());
    }

    @Test
    void huggingFaceFolder() throws IOException {
        Folder tiny = new Folder("llama");
        for (Map.Entry<String, String> text : tiny.texts().entrySet()) {
            server.add("tiny/" + text.getKey(), write(text.getValue().getBytes(StandardCharsets.UTF_8)));
        }
        for (String part : List.of("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")) {
            server.add("tiny/" + part, write(tiny.bytes(part)));
        }
        Object[] texts = new Object[2];
        for (int visit = 0; visit < 2; visit++) {
            server.modelRequests().clear();
            Page page = page();
            load(page, "/models/tiny/", Map.of());
            texts[visit] = page.evaluate("""
                    async () => {
                      const asked = { prompt: 'one two', max_tokens: 8, temperature: 0 };
                      return (await engine.completions.create(asked)).choices[0].text;
                    }""");
            page.close();
        }
        assertEquals(List.of(), server.modelRequests());
        assertEquals(texts[0], texts[1]);
        assertEquals("llama", ((Map<?, ?>) stored(page()).get(0)).get("architecture"));
    }

    private UnrulyServer.Content write(byte[] bytes) throws IOException {
        return UnrulyServer.Content.of(Files.write(Files.createTempFile(folder, "file", ""), bytes));
    }

    /** A server of another origin does not expose the headers of ranges and versions to pages. */
    @Test
    void hostHidesItsHeaders() throws IOException {
        try (UnrulyServer host = new UnrulyServer(folder)) {
            host.add(TestWeights.smolLm2());
            host.exposesHeaders(false);
            Page page = page();
            load(page, host.origin() + MODEL, Map.of());
            assertAnswers(page);
            assertEquals(SHA256, sha256(page, host.origin() + MODEL));
            host.exposesHeaders(true);
            page.evaluate("(model) => Demitasse.models.delete(model)", host.origin() + MODEL);
            load(page, host.origin() + MODEL, Map.of());
            assertAnswers(page);
        }
    }

    /** Imitates browsers and pages that lack a feature. */
    private void changeWorkers(String script) {
        Browser.changeWorkers(profile.context(), script);
    }

    @Test
    void cacheIsUsedWithoutPrivateFileSystem() {
        changeWorkers("StorageManager.prototype.getDirectory = undefined;");
        server.bytesPerSecond(FAST_LINE);
        server.cutAt(BYTES / 2);
        Page first = page();
        load(first);
        assertAnswers(first);
        assertEquals(SHA256, sha256(first, MODEL));
        first.close();
        server.modelRequests().clear();
        Page second = page();
        load(second);
        assertAnswers(second);
        assertEquals(List.of(), server.modelRequests());
        second.evaluate("(model) => Demitasse.models.delete(model)", MODEL);
        assertEquals(List.of(), second.evaluate("() => caches.keys()"));
    }

    @Test
    void runsWithoutStorage() {
        changeWorkers("""
                StorageManager.prototype.getDirectory = undefined;
                Object.defineProperty(globalThis, 'caches', { get: () => undefined });""");
        server.bytesPerSecond(FAST_LINE);
        server.cutAt(BYTES / 2);
        Page page = page();
        load(page);
        assertAnswers(page);
        assertEquals(true, page.evaluate("() => needs.disk === undefined"));
        assertEquals(List.of(), stored(page));
    }

    @Test
    void modelIsNotStoredWithoutCache() {
        Page page = page();
        load(page, MODEL, Map.of("cache", false));
        assertAnswers(page);
        assertEquals(List.of(), stored(page));
        assertEquals(BYTES, server.modelBytes());
        server.ranges(false);
        load(page, MODEL, Map.of("cache", false));
        assertAnswers(page);
        assertEquals(2 * BYTES, server.modelBytes());
    }

    /**
     * Streams a model of 1.7 GB into the engine. The page's process never takes much more memory than the backend plus its memory with a
     * small model. Without storage, four chunks of 16 MiB wait in it. (The excess includes the larger vocabulary.)
     */
    @Test
    void largeModelNeedsLittleMemoryWhileLoading() throws IOException {
        FullShape model = new FullShape();
        server.add(FullShape.NAME, model);
        Page small = page();
        load(small);
        double usual = megabytesBesidesBackend(profile, small);
        for (boolean kept : new boolean[] {true, false}) {
            profile.close();
            profile = new Profile();
            Page page = page();
            long before = server.modelBytes();
            load(page, "/models/" + FullShape.NAME, Map.of("cache", kept));
            double excess = megabytesBesidesBackend(profile, page) - usual;
            assertEquals(model.length(), server.modelBytes() - before);
            Number tokens = (Number) page.evaluate("""
                    async () => {
                      const { usage } = await engine.completions.create({ prompt: '!', max_tokens: 2, temperature: 0 });
                      return usage.completion_tokens;
                    }""");
            assertTrue(tokens.intValue() >= 1);
            System.out.printf("Memory on the way of a large model, kept %b: %.0f MB%n", kept, excess);
            assertTrue(excess <= (kept ? 64 : 160), "MB of memory: " + excess);
        }
    }

    private static double megabytesBesidesBackend(Profile profile, Page page) {
        double backend = ((Number) page.evaluate("() => needs.memory.empty / 1e6")).doubleValue();
        return ChromiumProcess.largest(profile.context(), "renderer").peakMegabytes() - backend;
    }

    @Test
    void missingModelIsNamed() {
        Page page = page();
        begin(page, "/models/none.gguf", Map.of());
        String failure = failure(page);
        assertTrue(failure.contains("/models/none.gguf: it answered with status 404"), failure);
        begin(page, "/models/none.gguf.json", Map.of());
        failure = failure(page);
        assertTrue(failure.contains("/models/none.gguf.json: it answered with status 404"), failure);
        begin(page, "/icon.svg", Map.of());
        failure = failure(page);
        assertTrue(failure.contains("GGUF"), failure);
        assertEquals(List.of(), stored(page));
    }
}
