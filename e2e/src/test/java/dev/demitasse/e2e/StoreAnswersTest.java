package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.demitasse.TestWeights;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models from another origin's server in Chromium: the same bytes under other headers, and answers that are not the file. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StoreAnswersTest {
    private static final String ALLOW_ORIGIN = "Access-Control-Allow-Origin";
    private static final String EXPOSE = "Access-Control-Expose-Headers";
    private static final String TYPE = "Content-Type";
    private static final String LFS_POINTER =
            "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 98362432\n".formatted("0".repeat(64));

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger rangeRequests = new AtomicInteger();
    private HttpServer host;
    private String origin;
    private UnrulyServer site;
    private Profile profile;
    private Page page;
    private byte[] tiny;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("tiny.gguf");
        TinyModel.write(file);
        tiny = Files.readAllBytes(file);
        byte[] compressed = gzip(tiny);
        byte[] model = Files.readAllBytes(TestWeights.smolLm2());

        host = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        host.setExecutor(threads);
        origin = "http://localhost:" + host.getAddress().getPort();
        serve("/lfs.gguf", exchange -> send(exchange, 200, LFS_POINTER.getBytes(StandardCharsets.US_ASCII)));
        serve("/page.gguf", exchange -> {
            exchange.getResponseHeaders().set(TYPE, "text/html; charset=utf-8");
            send(exchange, 200, "<!doctype html><title>Sign in</title>".getBytes(StandardCharsets.US_ASCII));
        });
        serve("/private.gguf", exchange -> send(exchange, 401, new byte[0]));
        serve("/expired.gguf", exchange -> send(exchange, 403, "<Error/>".getBytes(StandardCharsets.US_ASCII)));
        serve("/other-site.gguf", exchange -> {
            exchange.getResponseHeaders().remove(ALLOW_ORIGIN);
            send(exchange, 200, tiny);
        });
        serve("/compressed.gguf", exchange -> {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            send(exchange, 200, compressed);
        });
        serve("/compressed-ranges.gguf", exchange -> {
            Headers headers = exchange.getResponseHeaders();
            headers.set("Content-Encoding", "gzip");
            headers.set(EXPOSE, "Content-Range");
            boolean isPartial = exchange.getRequestHeaders().containsKey("Range");
            if (isPartial) {
                headers.set("Content-Range", "bytes 0-%d/%d".formatted(compressed.length - 1, compressed.length));
            }
            send(exchange, isPartial ? 206 : 200, compressed);
        });
        serve("/mirror.gguf", exchange -> {
            exchange.getResponseHeaders().set("Location", origin + "/node/" + rangeRequests.incrementAndGet());
            send(exchange, 302, new byte[0]);
        });
        serve("/node/", exchange -> sendRange(exchange, model));
        host.start();

        site = new UnrulyServer(Path.of("../static/target/site"));
        profile = new Profile();
        page = profile.open(site.origin() + "/icon.svg");
        page.evaluate("async () => { Object.assign(globalThis, await import('/demitasse.js')); }");
    }

    @AfterAll
    void stop() throws IOException {
        profile.close();
        site.close();
        host.stop(0);
        threads.shutdownNow();
    }

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    private void serve(String path, Answer answer) {
        host.createContext(path, exchange -> {
            try (exchange) {
                exchange.getResponseHeaders().set(ALLOW_ORIGIN, "*");
                exchange.getResponseHeaders().set(TYPE, "application/octet-stream");
                answer.to(exchange);
            }
        });
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        boolean isEmpty = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, isEmpty ? -1 : body.length);
        if (!isEmpty) {
            exchange.getResponseBody().write(body);
        }
    }

    /** Sends a range as one of two nodes: their ETags are strong or weak, and their dates differ by a second. */
    private static void sendRange(HttpExchange exchange, byte[] content) throws IOException {
        String path = exchange.getRequestURI().getPath();
        boolean isSecond = Integer.parseInt(path.substring("/node/".length())) % 2 == 0;
        String[] range = exchange.getRequestHeaders()
                .getFirst("Range")
                .substring("bytes=".length())
                .split("-", 2);
        int from = Integer.parseInt(range[0]);
        int to = Math.min(content.length, Integer.parseInt(range[1]) + 1);
        Headers headers = exchange.getResponseHeaders();
        headers.set(EXPOSE, "Content-Range, ETag");
        headers.set("Content-Range", "bytes %d-%d/%d".formatted(from, to - 1, content.length));
        headers.set("ETag", isSecond ? "\"a\"" : "W/\"a\"");
        headers.set("Last-Modified", "Mon, 30 Nov 2026 10:00:0%d GMT".formatted(isSecond ? 1 : 0));
        send(exchange, 206, Arrays.copyOfRange(content, from, to));
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(bytes);
        }
        return compressed.toByteArray();
    }

    private void load(String model) {
        page.evaluate(
                "async (model) => { await Demitasse.load(model, { contextLength: 256, device: 'cpu' }); }",
                origin + model);
    }

    private void assertStored(String model, byte[] expected) throws Exception {
        Object hash = page.evaluate("""
                async (model) => {
                  const [file] = await Demitasse.models.export(model);
                  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
                  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
                }""", origin + model);
        assertEquals(
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(expected)), hash);
        page.evaluate("(model) => Demitasse.models.delete(model)", origin + model);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "/lfs.gguf; it sent a Git LFS pointer instead of the file: use the address of the file itself",
                "/page.gguf; it sent an HTML page instead of the file: use the address of the file itself",
                "/private.gguf; it answered with status 401: the file is private or needs a login",
                "/expired.gguf; it answered with status 403: the server refuses access, or the address has a signature that",
                "/other-site.gguf; Failed to fetch: the server answers, but does not allow this page to read the answer",
            })
    void answersThatAreNotTheFileAreNamed(String model, String message) {
        PlaywrightException e = assertThrows(PlaywrightException.class, () -> load(model));
        assertTrue(e.getMessage().contains("can't fetch " + origin + model + ": " + message), e.getMessage());
        page.evaluate("(model) => Demitasse.models.delete(model)", origin + model);
        assertEquals(List.of(), page.evaluate("() => Demitasse.models.list()"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/compressed.gguf", "/compressed-ranges.gguf"})
    void compressedFileOfHiddenEncodingEndsWhole(String model) throws Exception {
        load(model);
        assertStored(model, tiny);
    }

    @Test
    void nodesWithOtherValidatorsSendOneFile() throws Exception {
        load("/mirror.gguf");
        assertTrue(rangeRequests.get() >= 6, "requests: " + rangeRequests.get());
        assertStored("/mirror.gguf", Files.readAllBytes(TestWeights.smolLm2()));
    }
}
