package dev.demitasse.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.demitasse.TestWeights;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A static host of the site and SmolLM2 that sends only the given headers, and so by default none that isolate a page. Records the
 * requests.
 */
public final class PlainHost implements AutoCloseable {
    /** Path of the site's default model in the site's folder. */
    static final String MODEL = "models/smollm2.gguf";

    /** Headers that isolate pages across origins, so that threads are possible. */
    public static final Map<String, String> ISOLATING =
            Map.of("Cross-Origin-Opener-Policy", "same-origin", "Cross-Origin-Embedder-Policy", "require-corp");

    /** The usual {@code models.json}. */
    static final String MODELS = "{\"default\": \"%s\"}".formatted(MODEL);

    private static final String SCRIPT = "first.js";
    private static final Set<String> WORKERS = Set.of("engine-worker.js", "kernel-thread.js");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css",
            "js", "text/javascript",
            "wasm", "application/wasm",
            "json", "application/json",
            "png", "image/png",
            "svg", "image/svg+xml",
            "webmanifest", "application/manifest+json");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final String folder;
    private final Map<String, String> headers;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> reports = new CopyOnWriteArrayList<>();
    private volatile Path site;
    private volatile String models = MODELS;
    private volatile int modelsStatus = 200;
    /** Script that runs first in the page. */
    private volatile String pageScript = "";

    private volatile String workerScript = "";

    /**
     * Starts the server.
     *
     * @param folder path of the site on the host, with a slash at both ends
     * @param headers of every response
     */
    public PlainHost(Path site, String folder, Map<String, String> headers) throws IOException {
        this.site = site;
        this.folder = folder;
        this.headers = headers;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Returns the address of the page. */
    public String address() {
        return "http://localhost:" + server.getAddress().getPort() + folder;
    }

    /** Serves another folder from now on, and clears the recorded requests. */
    void deploy(Path newSite) {
        site = newSite;
        requests.clear();
    }

    /** Answers a request for {@code models.json} with this from now on. */
    void answerModels(int status, String content) {
        modelsStatus = status;
        models = content;
    }

    /** Runs scripts at the beginning of the chat page and of every worker, to imitate browsers that lack a feature or fail. */
    void runFirst(String inPage, String inWorkers) {
        pageScript = inPage;
        workerScript = inWorkers;
    }

    /** Returns the paths of all requests, relative to the site's folder. */
    List<String> requests() {
        return requests;
    }

    /** Returns the bodies of all POST requests. */
    List<String> reports() {
        return reports;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            headers.forEach(exchange.getResponseHeaders()::set);
            String path = exchange.getRequestURI().getPath();
            if (exchange.getRequestMethod().equals("POST")) {
                reports.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                exchange.sendResponseHeaders(204, -1);
            } else if (path.startsWith(folder)) {
                requests.add(path.substring(folder.length()));
                send(exchange, path.substring(folder.length()));
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    private void send(HttpExchange exchange, String path) throws IOException {
        Path file = path.equals(MODEL) ? TestWeights.smolLm2() : site.resolve(path.isEmpty() ? "index.html" : path);
        String type = TYPES.get(file.toString().replaceFirst(".*\\.", ""));
        if (type != null) {
            exchange.getResponseHeaders().set("Content-Type", type);
        }
        if (path.equals("models.json")) {
            send(exchange, modelsStatus, models.getBytes(StandardCharsets.UTF_8));
        } else if (path.equals(SCRIPT)) {
            send(exchange, pageScript.getBytes(StandardCharsets.UTF_8));
        } else if (!workerScript.isEmpty() && WORKERS.contains(path)) {
            send(exchange, (workerScript + "\n" + Files.readString(file)).getBytes(StandardCharsets.UTF_8));
        } else if (!pageScript.isEmpty() && file.endsWith("index.html")) {
            String page = Files.readString(file).replace("<title>", "<script src=\"" + SCRIPT + "\"></script><title>");
            send(exchange, page.getBytes(StandardCharsets.UTF_8));
        } else if (Files.isRegularFile(file)) {
            exchange.sendResponseHeaders(200, Files.size(file));
            Files.copy(file, exchange.getResponseBody());
        } else {
            exchange.sendResponseHeaders(404, -1);
        }
    }

    private static void send(HttpExchange exchange, byte[] content) throws IOException {
        send(exchange, 200, content);
    }

    private static void send(HttpExchange exchange, int status, byte[] content) throws IOException {
        exchange.sendResponseHeaders(status, content.length);
        exchange.getResponseBody().write(content);
    }

    /** Stops the server, so that connections are refused. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
