package dev.demitasse.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A server with OpenAI's API that always gives the same answer, to pages of other origins. An answer with {@code "stream": true}
 * is sent in pieces that end anywhere. A request with {@code "seed": 1} gets an answer without an end, with {@code "seed": 2} an
 * error, and with {@code "seed": 3} a redirection.
 */
final class FakeServer implements AutoCloseable {
    /** The pieces of a stream, with everything that its format allows. */
    private static final List<String> PIECES = List.of(
            ": a comment\r\n\r\ndata: {\"choices\":[{\"index\":0,\"del",
            "ta\":{\"content\":\"Grü\"}}]}\r",
            "\n\r\nevent: x\ndata:{\"choices\":[{\"index\":0,\ndata: \"delta\":{\"content\":\"ße!\"},\"finish_reason\":\"stop\"}]}\n",
            "\n");

    private final HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    FakeServer() throws IOException {
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort() + "/v1";
    }

    /** Method, path, {@code Authorization} and body of each request, including preflight requests. */
    List<String> requests() {
        return requests;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String path = exchange.getRequestURI().getPath();
            requests.add(String.join(
                    " ",
                    exchange.getRequestMethod(),
                    path,
                    String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
                    body));
            exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
            exchange.getResponseHeaders().set("Access-Control-Allow-Headers", "authorization, content-type");
            if (exchange.getRequestMethod().equals("OPTIONS")) {
                exchange.sendResponseHeaders(204, -1);
            } else if (path.equals("/v1/models")) {
                send(exchange, 200, "{\"data\":[{\"id\":\"small\"}]}");
            } else if (body.contains("\"seed\":2")) {
                send(exchange, 422, "{\"error\":{\"message\":\"seed is bad\",\"param\":\"seed\",\"code\":\"bad\"}}");
            } else if (body.contains("\"seed\":3")) {
                exchange.getResponseHeaders().set("Location", url().replace("localhost", "127.0.0.1") + "/stolen");
                exchange.sendResponseHeaders(307, -1);
            } else if (body.contains("\"stream\":true")) {
                stream(exchange, !body.contains("\"seed\":1"));
            } else {
                send(exchange, 200, "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hello.\"}}]}");
            }
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static void stream(HttpExchange exchange, boolean hasEnd) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        for (String piece : PIECES) {
            for (byte part : piece.getBytes(StandardCharsets.UTF_8)) {
                out.write(part);
                out.flush();
            }
        }
        if (hasEnd) {
            out.write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
    }
}
