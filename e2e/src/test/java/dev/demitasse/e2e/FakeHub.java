package dev.demitasse.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A server with the paths, statuses and headers of the Hugging Face Hub. Like the Hub, it redirects files to a signed address of
 * another origin, whose answers have another ETag and hide their headers. A repository whose name contains {@code gated} needs
 * {@link #TOKEN}; {@code busy} always exceeds its limit.
 */
final class FakeHub implements AutoCloseable {
    static final String TOKEN = "hf_secret";
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    /** The number of entries on a page of a tree. */
    private static final int PAGE = 2;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer hub = start(this::answer);
    private final HttpServer cdn = start(this::send);
    private final Map<String, Map<String, Path>> repositories = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    private HttpServer start(Answer answer) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(threads);
            server.createContext("/", exchange -> {
                try (exchange) {
                    answer.to(exchange);
                }
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the Hub's endpoint. */
    String endpoint() {
        return "http://localhost:" + hub.getAddress().getPort();
    }

    /** Adds a repository. */
    void add(String repository, Map<String, Path> files) {
        repositories.put(repository, new TreeMap<>(files));
    }

    /** Returns server, method, path and {@code Authorization} of each request. */
    List<String> requests() {
        return requests;
    }

    private void record(String server, HttpExchange exchange) {
        String token = exchange.getRequestHeaders().getFirst("Authorization");
        requests.add(String.join(
                " ",
                server,
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                String.valueOf(token)));
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
        exchange.getResponseHeaders()
                .set(
                        "Access-Control-Expose-Headers",
                        "X-Repo-Commit,X-Error-Code,X-Error-Message,ETag,Link,Content-Range");
        exchange.getResponseHeaders().set("Access-Control-Allow-Headers", "authorization,range");
        if (exchange.getRequestMethod().equals("OPTIONS")) {
            exchange.sendResponseHeaders(204, -1);
            return;
        }
        record("hub", exchange);
        String path = exchange.getRequestURI().getPath();
        boolean isApi = path.startsWith("/api/models/");
        String[] parts = path.substring(isApi ? "/api/models/".length() : 1).split("/", 5);
        String repository = parts[0] + "/" + (parts.length > 1 ? parts[1] : "");
        Map<String, Path> files = repositories.get(repository);
        String revision = parts.length > 3 ? parts[3] : "main";
        if (files == null) {
            refuse(exchange, 401, "RepoNotFound");
        } else if (repository.contains("busy")) {
            exchange.getResponseHeaders().set("Retry-After", "30");
            refuse(exchange, 429, "RateLimited");
        } else if (repository.contains("gated")
                && !("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            refuse(exchange, 401, "GatedRepo");
        } else if (!List.of("main", COMMIT).contains(revision)) {
            refuse(exchange, 404, "RevisionNotFound");
        } else if (!isApi) {
            resolve(exchange, repository, files, parts.length > 4 ? parts[4] : "");
        } else if (parts.length > 2 && parts[2].equals("tree")) {
            tree(exchange, files);
        } else {
            send(exchange, "{\"id\": \"%s\", \"sha\": \"%s\"}".formatted(repository, COMMIT));
        }
    }

    private static void refuse(HttpExchange exchange, int status, String code) throws IOException {
        exchange.getResponseHeaders().set("X-Error-Code", code);
        exchange.sendResponseHeaders(status, -1);
    }

    private static void send(HttpExchange exchange, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private void tree(HttpExchange exchange, Map<String, Path> files) throws IOException {
        URI uri = exchange.getRequestURI();
        int from = uri.getQuery().contains("cursor=")
                ? Integer.parseInt(uri.getQuery().replaceFirst(".*cursor=", ""))
                : 0;
        List<String> names = new ArrayList<>(files.keySet());
        int to = Math.min(names.size(), from + PAGE);
        if (to < names.size()) {
            exchange.getResponseHeaders()
                    .set(
                            "Link",
                            "<%s%s?recursive=true&cursor=%d>; rel=\"next\"".formatted(endpoint(), uri.getPath(), to));
        }
        List<String> entries = new ArrayList<>();
        for (String name : names.subList(from, to)) {
            Path file = files.get(name);
            entries.add(
                    "{\"type\": \"file\", \"path\": \"%s\", \"size\": %d, \"lfs\": {\"oid\": \"%s\", \"size\": %2$d}}"
                            .formatted(name, Files.size(file), sha256(file)));
        }
        send(exchange, "[" + String.join(", ", entries) + "]");
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 20];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void resolve(HttpExchange exchange, String repository, Map<String, Path> files, String path)
            throws IOException {
        if (!files.containsKey(path)) {
            refuse(exchange, 404, "EntryNotFound");
            return;
        }
        exchange.getResponseHeaders().set("ETag", "\"" + COMMIT + "\"");
        exchange.getResponseHeaders().set("X-Linked-ETag", "\"" + sha256(files.get(path)) + "\"");
        exchange.getResponseHeaders()
                .set(
                        "Location",
                        "http://127.0.0.1:%d/%s/%s?X-Amz-Signature=%d"
                                .formatted(cdn.getAddress().getPort(), repository, path, System.nanoTime()));
        exchange.sendResponseHeaders(302, -1);
    }

    /** Answers as the network of the Hub's files: without readable headers besides those that CORS always shows. */
    private void send(HttpExchange exchange) throws IOException {
        record("cdn", exchange);
        exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
        exchange.getResponseHeaders().set("Access-Control-Allow-Headers", "range");
        String[] parts = exchange.getRequestURI().getPath().substring(1).split("/", 3);
        Path file = repositories.get(parts[0] + "/" + parts[1]).get(parts[2]);
        long size = Files.size(file);
        String range = exchange.getRequestHeaders().getFirst("Range");
        long from = 0;
        long to = size - 1;
        if (range != null) {
            String[] ends = range.substring("bytes=".length()).split("-", 2);
            from = Long.parseLong(ends[0]);
            to = ends[1].isEmpty() ? to : Math.min(to, Long.parseLong(ends[1]));
            exchange.getResponseHeaders().set("Content-Range", "bytes %d-%d/%d".formatted(from, to, size));
        }
        exchange.getResponseHeaders().set("ETag", "\"cdn\"");
        exchange.sendResponseHeaders(range == null ? 200 : 206, to - from + 1);
        try (InputStream in = Files.newInputStream(file);
                OutputStream out = exchange.getResponseBody()) {
            in.skipNBytes(from);
            byte[] buffer = new byte[1 << 16];
            for (long left = to - from + 1; left > 0; ) {
                int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                out.write(buffer, 0, count);
                left -= count;
            }
        }
    }

    @Override
    public void close() {
        hub.stop(0);
        cdn.stop(0);
        threads.shutdownNow();
    }
}
