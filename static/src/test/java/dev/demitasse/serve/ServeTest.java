package dev.demitasse.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.store.Manifest;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServeTest {
    private static final Map<String, String> HEADERS_OF_ALL = Map.of(
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cross-Origin-Embedder-Policy", "require-corp",
            "Cross-Origin-Resource-Policy", "cross-origin",
            "X-Content-Type-Options", "nosniff",
            "Content-Security-Policy", "frame-ancestors 'self'",
            "Referrer-Policy", "no-referrer",
            "Cache-Control", "no-cache");

    @TempDir
    Path dir;

    private final HttpClient client = HttpClient.newHttpClient();
    private final byte[] weights = new byte[100_000];
    private Path site;
    private Path model;
    private Serve serve;

    @BeforeEach
    void start() throws IOException {
        site = Files.createDirectories(dir.resolve("site"));
        Files.createDirectories(site.resolve("icons"));
        for (String file : new String[] {
            "index.html",
            "chat.css",
            "page.js",
            "page.mjs",
            "demitasse.wasm",
            "data.json",
            "icons/cup.svg",
            "page.webmanifest"
        }) {
            Files.writeString(site.resolve(file), "content of " + file);
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (byte) (i * 31 + (i >> 8));
        }
        System.arraycopy("GGUF".getBytes(StandardCharsets.US_ASCII), 0, weights, 0, 4);
        model = Files.write(dir.resolve("a tiny model.gguf"), weights);
        Files.writeString(dir.resolve("secret.txt"), "secret");
        serve = Serve.start(site, model.toString(), 0);
    }

    @AfterEach
    void stop() {
        serve.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/, text/html",
        "/index.html, text/html",
        "/chat.css, text/css",
        "/page.js, text/javascript",
        "/page.mjs, text/javascript",
        "/demitasse.wasm, application/wasm",
        "/data.json, application/json",
        "/icons/cup.svg, image/svg+xml",
        "/page.webmanifest, application/manifest+json",
        "/models.json, application/json",
        "/models/a%20tiny%20model.gguf, application/octet-stream",
    })
    void everyFileHasItsTypeAndTheIsolationHeaders(String path, String type) throws Exception {
        HttpResponse<String> response = get(path);

        assertEquals(200, response.statusCode());
        assertEquals(type, header(response, "Content-Type").split(";", 2)[0]);
        assertHeadersOfAll(response);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/missing.js", "/models/", "/models/other.gguf", "/icons/", "/secret.txt"})
    void missingPathIsRefusedWithTheSameHeaders(String path) throws Exception {
        HttpResponse<String> response = get(path);

        assertTrue(response.statusCode() == 404 || response.statusCode() == 403, "status " + response.statusCode());
        assertFalse(response.body().contains("cup.svg"), "a directory is not listed");
        assertHeadersOfAll(response);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../secret.txt",
                "/icons/../../secret.txt",
                "/%2e%2e/secret.txt",
                "/..%2fsecret.txt",
                "/%2e%2e%2fsecret.txt",
                "/..;/secret.txt",
                "/models/../../secret.txt",
                "//../secret.txt",
                "/%252e%252e/secret.txt",
                "/..\\secret.txt",
                "/..%5csecret.txt",
                "/icons/..%5C..%5csecret.txt",
                "/%c0%ae%c0%ae/secret.txt",
                "/.%00./secret.txt",
                "/secret.txt%00",
                "/index.html%00.js",
                "/models/..%2f..%2fsecret.txt",
                "/models/%2e%2e%5c%2e%2e%5csecret.txt",
                "/./../secret.txt",
                "/;/../secret.txt",
                "/%u002e%u002e/secret.txt",
                "/file:%2f%2f/secret.txt",
                "/outside/secret.txt",
                "/link.txt"
            })
    void noPathLeadsOutOfTheSite(String path) throws IOException {
        Files.createSymbolicLink(site.resolve("link.txt"), dir.resolve("secret.txt"));
        Files.createSymbolicLink(site.resolve("outside"), dir);
        // Over a bare socket: an HTTP client would resolve the dots itself.
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), serve.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            String response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertTrue(response.startsWith("HTTP/1.1 40"), response);
            assertTrue(response.contains("\r\nCross-Origin-Embedder-Policy: require-corp\r\n"), response);
            assertFalse(response.endsWith("secret"), response);
        }
    }

    /** A model may be a link: caches of models consist of links. So may a file of the site that leads to another one of it. */
    @Test
    void linksWithinTheSiteAndToTheModelAreFollowed() throws Exception {
        Files.createSymbolicLink(site.resolve("linked.js"), site.resolve("page.js"));
        assertEquals("content of page.js", get("/linked.js").body());
        Path linked = Files.createSymbolicLink(site.resolve("linked.gguf"), model);
        try (Serve other = Serve.start(site, linked.toString(), 0)) {
            assertEquals(200, get(other, "/models/linked.gguf").statusCode());
            assertEquals(404, get(other, "/linked.gguf").statusCode());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LocalHost:%d", "127.0.0.1:%d", "127.1.2.3", "[::1]:%d", "cup.example:1"})
    void requestsToThisMachineAreAnswered(String host) throws Exception {
        try (Serve named = Serve.start(new Options(site, model.toString(), 0).withName("cup.example"))) {
            String response = send(named, "GET / HTTP/1.1\r\nHost: " + host.formatted(named.port()));
            assertTrue(response.startsWith("HTTP/1.1 200 "), response);
        }
    }

    /** Otherwise a page whose name resolves to 127.0.0.1 would be of the server's origin. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:%d",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "127.0.0.evil",
                "192.168.0.1",
                "0.0.0.0",
                "[2001:db8::1]",
                "cup.example.evil.example",
                "xlocalhost"
            })
    void requestsToOtherHostsAreRefused(String host) throws Exception {
        try (Serve named = Serve.start(new Options(site, model.toString(), 0).withName("cup.example"))) {
            for (String path : List.of("/", "/models.json", "/models/a%20tiny%20model.gguf", "/page.js")) {
                String response = send(named, "GET " + path + " HTTP/1.1\r\nHost: " + host.formatted(named.port()));
                assertTrue(response.startsWith("HTTP/1.1 403 "), response);
                assertFalse(response.contains("content of") || response.contains("GGUF"), response);
            }
            // The address in the first line counts, not the header.
            String absolute = send(
                    named,
                    "GET http://" + host.formatted(named.port()) + "/ HTTP/1.1\r\nHost: "
                            + host.formatted(named.port()));
            assertTrue(absolute.startsWith("HTTP/1.1 403 "), absolute);
        }
    }

    @Test
    void aRequestWithoutAHostIsRefused() throws IOException {
        assertTrue(send(serve, "GET / HTTP/1.1").startsWith("HTTP/1.1 400 "));
    }

    /** The files that an embedded chat loads, but not the model and the rest of the page. */
    @Test
    void otherOriginsReadOnlyTheFilesOfAnEmbeddedChat() throws Exception {
        for (String path : List.of("/page.js", "/chat.css", "/demitasse.wasm")) {
            assertEquals("*", header(get(path), "Access-Control-Allow-Origin"), path);
        }
        List<String> own = List.of("/", "/index.html", "/models.json", "/data.json", "/models/a%20tiny%20model.gguf");
        for (String path : own) {
            assertEquals("", header(get(path), "Access-Control-Allow-Origin"), path);
        }
        try (Serve other = Serve.start(new Options(site, model.toString(), 0).withModelOrigin("https://a.example"))) {
            assertEquals(
                    "https://a.example",
                    header(get(other, "/models/a%20tiny%20model.gguf"), "Access-Control-Allow-Origin"));
            assertEquals("", header(get(other, "/models.json"), "Access-Control-Allow-Origin"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"})
    void onlyGetAndHeadAreAllowed(String method) throws IOException {
        for (String path : List.of("/", "/models.json", "/models/a%20tiny%20model.gguf", "/missing")) {
            String response = send(serve, method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0");
            assertTrue(response.startsWith("HTTP/1.1 405 "), response);
            assertTrue(response.contains("\r\nAllow: GET, HEAD\r\n"), response);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/page.js", "/models.json", "/models/a%20tiny%20model.gguf"})
    void headHasTheHeadersOfGet(String path) throws Exception {
        HttpResponse<String> head = client.send(
                request(path)
                        .method("HEAD", HttpRequest.BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
        HttpResponse<String> get = get(path);
        assertEquals(200, head.statusCode());
        assertEquals("", head.body());
        for (String name : List.of("Content-Type", "Content-Length", "ETag")) {
            assertEquals(header(get, name), header(head, name), name);
        }
        assertHeadersOfAll(head);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/page.js", "/chat.css", "/demitasse.wasm", "/index.html", "/shader.wgsl", "/icons/cup.svg"})
    void textsAndWebAssemblyAreCompressed(String path) throws Exception {
        String content = "compressible ".repeat(1000);
        Files.writeString(site.resolve(path.substring(1)), content);
        HttpRequest request = request(path).header("Accept-Encoding", "gzip").build();
        HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());

        assertEquals("gzip", header(response, "Content-Encoding"));
        assertEquals("Accept-Encoding", header(response, "Vary"));
        assertEquals(
                content,
                new String(
                        new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes(),
                        StandardCharsets.UTF_8));
        HttpResponse<String> same = client.send(
                request(path)
                        .header("Accept-Encoding", "gzip")
                        .header("If-None-Match", header(response, "ETag"))
                        .build(),
                BodyHandlers.ofString());
        assertEquals(304, same.statusCode());
        HttpResponse<String> plain = get(path);
        assertEquals(content, plain.body());
        assertEquals("Accept-Encoding", header(plain, "Vary"));

        HttpResponse<String> part = client.send(
                request(path)
                        .header("Accept-Encoding", "gzip")
                        .header("Range", "bytes=13-25")
                        .build(),
                BodyHandlers.ofString());
        assertEquals(206, part.statusCode());
        assertEquals("", header(part, "Content-Encoding"));
        assertEquals("compressible ", part.body());
    }

    @Test
    void theModelIsNotCompressed() throws Exception {
        HttpResponse<byte[]> response = client.send(
                request("/models/a%20tiny%20model.gguf")
                        .header("Accept-Encoding", "gzip")
                        .build(),
                BodyHandlers.ofByteArray());
        assertEquals("", header(response, "Content-Encoding"));
        assertEquals("100000", header(response, "Content-Length"));
        assertArrayEquals(weights, response.body());
    }

    @Test
    void longHeadersAreRefused() throws IOException {
        String long64 = "x".repeat(1 << 16);
        assertTrue(
                send(serve, "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + long64).startsWith("HTTP/1.1 431 "));
        assertTrue(
                send(serve, "GET /" + long64 + " HTTP/1.1\r\nHost: localhost").startsWith("HTTP/1.1 414 "));
    }

    /** Requests that never end hold no thread. */
    @Test
    void slowClientsDoNotDelayOthers() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), serve.port());
                slow.add(socket);
                socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: loc".getBytes(StandardCharsets.US_ASCII));
            }
            assertEquals("content of page.js", get("/page.js").body());
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    /** Sends a request over a bare socket, and returns the response. */
    private static String send(Serve server, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            OutputStream out = socket.getOutputStream();
            out.write((request + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aRangeOfTheModelIsItsBytes() throws Exception {
        HttpResponse<byte[]> response = client.send(
                request("/models/a%20tiny%20model.gguf")
                        .header("Range", "bytes=65530-70000")
                        .build(),
                BodyHandlers.ofByteArray());

        assertEquals(206, response.statusCode());
        assertEquals("bytes 65530-70000/100000", header(response, "Content-Range"));
        assertArrayEquals(Arrays.copyOfRange(weights, 65530, 70001), response.body());
        assertHeadersOfAll(response);
    }

    @Test
    void aRangePastTheEndIsRefused() throws Exception {
        HttpResponse<String> response = client.send(
                request("/models/a%20tiny%20model.gguf")
                        .header("Range", "bytes=100000-")
                        .build(),
                BodyHandlers.ofString());

        assertEquals(416, response.statusCode());
        assertHeadersOfAll(response);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/page.js", "/models/a%20tiny%20model.gguf"})
    void cachedFileIsSentAgainOnlyIfItChanged(String path) throws Exception {
        String etag = header(get(path), "ETag");

        HttpResponse<String> same =
                client.send(request(path).header("If-None-Match", etag).build(), BodyHandlers.ofString());
        assertEquals(304, same.statusCode());
        assertEquals("", same.body());
        assertHeadersOfAll(same);

        Files.writeString(site.resolve("page.js"), "rebuilt, longer than before");
        Files.writeString(model, "GGUF, converted again");
        HttpResponse<String> changed =
                client.send(request(path).header("If-None-Match", etag).build(), BodyHandlers.ofString());
        assertEquals(200, changed.statusCode());
    }

    @Test
    void modelsJsonNamesTheFileRelativeToThePage() throws Exception {
        assertEquals(
                "{\"default\": \"models/a%20tiny%20model.gguf\"}\n",
                get("/models.json").body());
    }

    @Test
    void modelsJsonPassesAnAddressOn() throws Exception {
        String address = "https://example.org/a/model.gguf?download=true";
        try (Serve other = Serve.start(site, address, 0)) {
            assertEquals(
                    "{\"default\": \"" + address + "\"}\n",
                    get(other, "/models.json").body());
        }
    }

    @Test
    void allFilesOfASplitAreServed() throws Exception {
        Path first = Files.writeString(dir.resolve("split-00001-of-00002.gguf"), "GGUF, first");
        Path second = dir.resolve("split-00002-of-00002.gguf");
        assertStartFails(site, first.toString(), "no such model file: " + second);
        Files.writeString(second, "second");
        assertStartFails(site, first.toString(), "not a GGUF file (it does not begin with \"GGUF\"): " + second);

        Files.writeString(second, "GGUF, second");
        try (Serve other = Serve.start(site, second.toString(), 0)) {
            assertEquals(
                    "{\"default\": \"models/split-00001-of-00002.gguf\"}\n",
                    get(other, "/models.json").body());
            assertEquals(
                    "GGUF, first",
                    get(other, "/models/split-00001-of-00002.gguf").body());
            assertEquals(
                    "GGUF, second",
                    get(other, "/models/split-00002-of-00002.gguf").body());
            assertEquals(404, get(other, "/models/secret.txt").statusCode());
        }
    }

    @Test
    void aManifestAndItsShardsAreServed() throws Exception {
        String hash = "0".repeat(64);
        Manifest manifest = new Manifest(
                "tiny.gguf",
                (1 << 20) + 3,
                1 << 20,
                List.of(new Manifest.Shard("tiny.gguf.000", hash), new Manifest.Shard("tiny.gguf.001", hash)));
        Path file = Files.writeString(dir.resolve("tiny.gguf.json"), manifest.toJson());
        Path first = dir.resolve("tiny.gguf.000");
        Path second = dir.resolve("tiny.gguf.001");
        assertStartFails(site, file.toString(), "no such model file: " + first + ", " + second);
        Files.write(first, new byte[1 << 20]);
        Files.writeString(second, "GGUF");
        assertStartFails(site, file.toString(), second + " has 4 bytes; its manifest says 3");

        Files.writeString(second, "end");
        try (Serve other = Serve.start(site, file.toString(), 0)) {
            assertEquals(
                    "{\"default\": \"models/tiny.gguf.json\"}\n",
                    get(other, "/models.json").body());
            HttpResponse<String> json = get(other, "/models/tiny.gguf.json");
            assertEquals(manifest.toJson(), json.body());
            assertEquals("application/json", header(json, "Content-Type"));
            assertHeadersOfAll(json);
            HttpResponse<String> shard = get(other, "/models/tiny.gguf.001");
            assertEquals("end", shard.body());
            assertEquals("application/octet-stream", header(shard, "Content-Type"));
            assertEquals(1 << 20, get(other, "/models/tiny.gguf.000").body().length());
        }
    }

    @Test
    void aWrongManifestIsNamed() throws IOException {
        Path file = Files.writeString(dir.resolve("models.json"), "{\"format\": \"another\"}");
        assertStartFails(
                site,
                file.toString(),
                "not a manifest of shards: " + file + ": format is \"another\"; it must be \"demitasse-shards\"");
        Path absent = dir.resolve("absent.json");
        assertStartFails(site, absent.toString(), "no such model file: " + absent);
    }

    @Test
    void aWrongModelIsNamed() throws IOException {
        Path text = Files.writeString(dir.resolve("notes.gguf"), "not weights");
        Path empty = Files.createFile(dir.resolve("empty.gguf"));

        assertStartFails(site, text.toString(), "not a GGUF file (it does not begin with \"GGUF\"): " + text);
        assertStartFails(site, empty.toString(), "not a GGUF file (it does not begin with \"GGUF\"): " + empty);
        assertStartFails(site, dir.resolve("absent").toString(), "no such model file: " + dir.resolve("absent"));
        assertStartFails(site, dir.toString(), "no such model file: " + dir);
        assertStartFails(site, "https://", "not a model address: Expected authority at index 8: https://");
    }

    @Test
    void aWrongSiteIsNamed() {
        assertStartFails(dir, model.toString(), "no site here (no index.html): " + dir);
    }

    @Test
    void aBusyPortIsNamed() {
        IOException e = assertThrows(IOException.class, () -> Serve.start(site, model.toString(), serve.port()));
        assertEquals(
                "cannot listen on port " + serve.port() + ": Address already in use (--port 0 takes any free port)",
                e.getMessage());
    }

    @Test
    void processPrintsItsAddress() throws Exception {
        Process process = runMain("--site", site.toString(), "--model", model.toString(), "--port", "0");
        try (BufferedReader out = process.inputReader()) {
            assertTrue(out.readLine().matches("Demitasse is at http://localhost:[1-9][0-9]*/"));
        } finally {
            process.destroy();
        }
    }

    @Test
    void theProcessEndsWithOneLineOfError() throws Exception {
        Process process = runMain("--site", site.toString(), "--modle", model.toString());

        assertEquals(
                "demitasse: unknown option --modle (known: --site DIR, --model PATH-OR-URL, --port N, --name HOST, --model-origin ORIGIN)\n",
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(2, process.waitFor());
    }

    private static Process runMain(String... args) throws IOException {
        String[] command = new String[args.length + 4];
        command[0] = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        command[1] = "-cp";
        command[2] = System.getProperty("java.class.path");
        command[3] = Serve.class.getName();
        System.arraycopy(args, 0, command, 4, args.length);
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static void assertStartFails(Path site, String model, String message) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> Serve.start(site, model, 0))
                        .getMessage());
    }

    private static void assertHeadersOfAll(HttpResponse<?> response) {
        HEADERS_OF_ALL.forEach((name, value) -> assertEquals(value, header(response, name), name));
    }

    private static String header(HttpResponse<?> response, String name) {
        return String.join(" | ", response.headers().allValues(name));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return get(serve, path);
    }

    private HttpResponse<String> get(Serve server, String path) throws Exception {
        return client.send(request(server, path).build(), BodyHandlers.ofString(StandardCharsets.ISO_8859_1));
    }

    private HttpRequest.Builder request(String path) {
        return request(serve, path);
    }

    private static HttpRequest.Builder request(Serve server, String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path));
    }
}
