package dev.demitasse.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A headless Firefox with one tab, driven as the W3C's WebDriver BiDi has it: commands and results are JSON messages of a
 * WebSocket. Playwright drives a Firefox of its own only.
 */
final class Firefox implements AutoCloseable {
    /** Answers take long on a busy machine; how long is not what is tested. */
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    /** Keeps it to itself. */
    private static final String PREFERENCES = """
            user_pref("app.normandy.enabled", false);
            user_pref("app.update.disabledForTesting", true);
            user_pref("browser.safebrowsing.malware.enabled", false);
            user_pref("browser.safebrowsing.phishing.enabled", false);
            user_pref("browser.shell.checkDefaultBrowser", false);
            user_pref("datareporting.policy.dataSubmissionEnabled", false);
            user_pref("extensions.getAddons.cache.enabled", false);
            user_pref("network.captive-portal-service.enabled", false);
            user_pref("network.connectivity-service.enabled", false);
            user_pref("services.settings.server", "data:,");
            user_pref("toolkit.telemetry.server", "data:,");
            """;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path profile;
    private final Process process;
    private final BlockingQueue<JsonNode> replies = new LinkedBlockingQueue<>();
    private final WebSocket socket;
    private final String tab;
    private int lastId;

    /**
     * Starts it, with a profile that is new.
     *
     * @param preferences lines of a profile's {@code user.js} beside the usual ones
     */
    Firefox(String... preferences) throws IOException, InterruptedException {
        profile = Files.createTempDirectory("demitasse-firefox");
        Files.writeString(profile.resolve("user.js"), PREFERENCES + String.join("\n", preferences));
        process = new ProcessBuilder(List.of(
                        executable(),
                        "--headless",
                        "--no-remote",
                        "--profile",
                        profile.toString(),
                        "--remote-debugging-port",
                        "0",
                        "about:blank"))
                .redirectErrorStream(true)
                .redirectOutput(profile.resolve("output.txt").toFile())
                .start();
        try {
            socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(URI.create("ws://127.0.0.1:" + port() + "/session"), new Listener())
                    .join();
            send("session.new", JSON.createObjectNode().set("capabilities", JSON.createObjectNode()));
            tab = send("browsingContext.getTree", JSON.createObjectNode())
                    .at("/contexts/0/context")
                    .asText();
        } catch (CompletionException | IllegalStateException e) {
            close();
            throw e;
        }
    }

    /** The one that DEMITASSE_FIREFOX names, or the system's. */
    private static String executable() {
        return System.getenv().getOrDefault("DEMITASSE_FIREFOX", "/usr/bin/firefox-esr");
    }

    /** Which port it chose, it writes into its profile. */
    private int port() throws IOException, InterruptedException {
        Path file = profile.resolve("WebDriverBiDiServer.json");
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (System.nanoTime() < deadline && process.isAlive()) {
            if (Files.exists(file) && Files.size(file) > 0) {
                return JSON.readTree(file.toFile()).get("ws_port").asInt();
            }
            Thread.sleep(50);
        }
        throw new IllegalStateException("Firefox did not start: " + Files.readString(profile.resolve("output.txt")));
    }

    /** Opens a page, and waits until it is complete. */
    void open(String url) {
        send("browsingContext.navigate", command(Map.of("context", tab, "url", url, "wait", "complete")));
    }

    /**
     * Evaluates an expression in the page, and waits for the promise that it may be.
     *
     * @return its value, which JSON can hold
     * @throws IllegalStateException with what the page threw
     */
    JsonNode evaluate(String expression) {
        JsonNode reply = send(
                "script.evaluate",
                command(Map.of(
                        "expression",
                        "(async () => JSON.stringify(await (" + expression + ")))()",
                        "target",
                        Map.of("context", tab),
                        "awaitPromise",
                        true)));
        if (!reply.path("type").asText().equals("success")) {
            throw new IllegalStateException(reply.at("/exceptionDetails/text").asText());
        }
        try {
            return JSON.readTree(reply.at("/result/value").asText());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode command(Map<String, ?> parameters) {
        return JSON.valueToTree(parameters);
    }

    private JsonNode send(String method, JsonNode parameters) {
        int id = ++lastId;
        ObjectNode command = JSON.createObjectNode().put("id", id).put("method", method);
        command.set("params", parameters);
        socket.sendText(command.toString(), true).join();
        JsonNode reply = next();
        while (reply.path("id").asInt() != id) {
            reply = next(); // an event
        }
        if (!reply.path("type").asText().equals("success")) {
            throw new IllegalStateException(method + ": " + reply);
        }
        return reply.get("result");
    }

    private JsonNode next() {
        try {
            JsonNode reply = replies.poll(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            if (reply == null) {
                throw new IllegalStateException("Firefox did not answer");
            }
            return reply;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().onExit().join();
        try (Stream<Path> files = Files.walk(profile)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean isLast) {
            message.append(data);
            if (isLast) {
                try {
                    replies.add(JSON.readTree(message.toString()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                message.setLength(0);
            }
            from.request(1);
            return null;
        }
    }
}
