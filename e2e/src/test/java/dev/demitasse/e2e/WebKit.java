package dev.demitasse.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * WebKitGTK's MiniBrowser with one tab, driven by WebDriver (W3C): HTTP requests with JSON. WebKit is the engine of Safari. The
 * browser needs a display, which Xvfb provides. Its sessions are private: storage ends with them, and there is no origin private file
 * system and no WebGPU.
 */
public final class WebKit implements ScriptedBrowser {
    /** Timeout of an answer, which takes long on a busy machine. */
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    /**
     * Turns on SharedArrayBuffer, which is off by default in Debian's package, and turns off the GPU. WebKitGTK 2.50.6 sometimes crashes
     * when the interpreter of WebAssembly hands a running loop over to compiled code: that code fills its stack slots before it moves the
     * stack pointer below them, and the frame of a signal that suspends the thread overwrites them.
     */
    static final Map<String, String> ENVIRONMENT = Map.of(
            "JSC_useSharedArrayBuffer", "1",
            "JSC_useWasmIPIntLoopOSR", "0",
            "WEBKIT_DISABLE_COMPOSITING_MODE", "1",
            "LIBGL_ALWAYS_SOFTWARE", "1");

    /** Starts to evaluate an expression. Its outcome is polled, because the driver sometimes loses the results of long scripts. */
    private static final String BEGIN = """
            const outcome = (globalThis.outcome = {});
            (async () => JSON.stringify(await (%s)))().then(
              (value) => { outcome.value = value ?? 'null'; },
              (error) => { outcome.error = String(error); },
            );""";

    private static final String POLL = "return globalThis.outcome ?? { error: 'the page was left' };";
    private static final int POLL_MS = 20;
    private static final int MAX_LOST_RESULTS = 3;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final Path output = Files.createTempFile("demitasse-webkit", ".txt");
    private final Process display;
    private Process driver;
    private final String address;
    private final String session;

    public WebKit() throws IOException, InterruptedException {
        this(ENVIRONMENT);
    }

    /**
     * Starts the browser.
     *
     * @param environment variables of the browser besides those of this process
     */
    public WebKit(Map<String, String> environment) throws IOException, InterruptedException {
        display = new ProcessBuilder("Xvfb", "-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp")
                .redirectError(output.toFile())
                .start();
        int port = freePort();
        address = "http://127.0.0.1:" + port;
        try {
            ProcessBuilder builder = new ProcessBuilder("WebKitWebDriver", "--host=127.0.0.1", "--port=" + port)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
            builder.environment().putAll(environment);
            builder.environment().put("DISPLAY", ":" + displayNumber());
            driver = builder.start();
            awaitDriver();
            session = "/session/"
                    + send("/session", Map.of("capabilities", Map.of()))
                            .get("sessionId")
                            .asText();
            send(session + "/timeouts", Map.of("script", TIMEOUT.toMillis(), "pageLoad", TIMEOUT.toMillis()));
        } catch (IOException | InterruptedException | RuntimeException e) {
            stop();
            throw e;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Returns the number of the display, which Xvfb chooses and writes when it is ready. */
    private String displayNumber() throws IOException {
        BufferedReader reader = display.inputReader(StandardCharsets.US_ASCII);
        String number = reader.readLine();
        if (number == null) {
            throw new IllegalStateException("Xvfb did not start: " + Files.readString(output));
        }
        return number.strip();
    }

    private void awaitDriver() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (driver != null && driver.isAlive() && System.nanoTime() < deadline) {
            try {
                request(HttpRequest.newBuilder(URI.create(address + "/status")).GET());
                return;
            } catch (IOException e) {
                Thread.sleep(50);
            }
        }
        throw new IllegalStateException("WebKitWebDriver did not start: " + Files.readString(output));
    }

    @Override
    public void open(String url) throws IOException, InterruptedException {
        send(session + "/url", Map.of("url", url));
    }

    @Override
    public JsonNode evaluate(String expression) throws IOException, InterruptedException {
        execute(BEGIN.formatted(expression));
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (System.nanoTime() < deadline) {
            JsonNode outcome = poll();
            if (outcome.has("error")) {
                throw new IllegalStateException(outcome.get("error").asText());
            }
            if (outcome.has("value")) {
                return JSON.readTree(outcome.get("value").asText());
            }
            Thread.sleep(POLL_MS);
        }
        throw new IllegalStateException("no outcome within " + TIMEOUT.toSeconds() + " s: " + expression);
    }

    private JsonNode poll() throws IOException, InterruptedException {
        for (int lost = 1; ; lost++) {
            try {
                return execute(POLL);
            } catch (IllegalStateException e) {
                if (lost == MAX_LOST_RESULTS
                        || !String.valueOf(e.getMessage()).contains("Could not parse script result")) {
                    throw e;
                }
            }
        }
    }

    private JsonNode execute(String script) throws IOException, InterruptedException {
        return send(session + "/execute/sync", Map.of("script", script, "args", List.of()));
    }

    private JsonNode send(String command, Map<String, ?> parameters) throws IOException, InterruptedException {
        return request(HttpRequest.newBuilder(URI.create(address + command))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(parameters))));
    }

    private JsonNode request(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response =
                client.send(request.timeout(TIMEOUT.plusSeconds(10)).build(), HttpResponse.BodyHandlers.ofByteArray());
        JsonNode value = JSON.readTree(response.body()).get("value");
        if (response.statusCode() != 200) {
            throw new IllegalStateException("WebDriver: " + value);
        }
        return value;
    }

    @Override
    public void close() throws IOException {
        stop();
    }

    /** Ends the browser with all its processes, in any state. */
    private void stop() throws IOException {
        for (Process process : new Process[] {driver, display}) {
            if (process != null) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().onExit().join();
            }
        }
        Files.delete(output);
    }
}
