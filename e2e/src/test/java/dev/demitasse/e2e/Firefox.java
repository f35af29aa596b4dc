package dev.demitasse.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A headless Firefox with one tab, driven by its own protocol, Marionette: commands of WebDriver as JSON, each after its length.
 * Playwright drives only its own build of Firefox. With WebDriver BiDi, Firefox 153 sometimes hangs in a worker that starts a worker.
 */
public final class Firefox implements ScriptedBrowser {
    /** Timeout of an answer, which takes long on a busy machine. */
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    /** Preferences that stop network accesses of the browser itself. */
    private static final String PREFERENCES = """
            user_pref("app.normandy.enabled", false);
            user_pref("app.update.disabledForTesting", true);
            user_pref("browser.safebrowsing.malware.enabled", false);
            user_pref("browser.safebrowsing.phishing.enabled", false);
            user_pref("browser.shell.checkDefaultBrowser", false);
            user_pref("datareporting.policy.dataSubmissionEnabled", false);
            user_pref("extensions.getAddons.cache.enabled", false);
            user_pref("marionette.port", 0);
            user_pref("network.captive-portal-service.enabled", false);
            user_pref("network.connectivity-service.enabled", false);
            user_pref("services.settings.server", "data:,");
            user_pref("toolkit.telemetry.server", "data:,");
            """;

    /** Evaluates in the page, because Marionette's sandbox has no modules. */
    private static final String EVALUATE = """
            const [expression, done] = arguments;
            window.eval(`(async () => JSON.stringify(await (${expression})))()`).then(
              (value) => done({ value }),
              (error) => done({ error: String(error) }),
            );""";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path profile;
    private final Process process;
    private final Socket socket;
    private final DataInputStream replies;
    private int lastId;

    /**
     * Starts the browser with a new profile.
     *
     * @param preferences lines of a profile's {@code user.js} besides the usual ones
     */
    public Firefox(String... preferences) throws IOException, InterruptedException {
        profile = Files.createTempDirectory("demitasse-firefox");
        Files.writeString(profile.resolve("user.js"), PREFERENCES + String.join("\n", preferences));
        process = new ProcessBuilder(List.of(
                        executable(),
                        "--headless",
                        "--no-remote",
                        "--marionette",
                        "--profile",
                        profile.toString(),
                        "about:blank"))
                .redirectErrorStream(true)
                .redirectOutput(profile.resolve("output.txt").toFile())
                .start();
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port());
            socket.setSoTimeout((int) TIMEOUT.toMillis());
            replies = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            read(); // the greeting
            send("WebDriver:NewSession", Map.of("capabilities", Map.of()));
            send("WebDriver:SetTimeouts", Map.of("script", TIMEOUT.toMillis(), "pageLoad", TIMEOUT.toMillis()));
        } catch (IOException | IllegalStateException e) {
            stop();
            throw e;
        }
    }

    /** Returns the executable that DEMITASSE_FIREFOX names, or the system's. */
    private static String executable() {
        return System.getenv().getOrDefault("DEMITASSE_FIREFOX", "/usr/bin/firefox-esr");
    }

    /** Returns the port, which the browser chooses and writes into its profile. */
    private int port() throws IOException, InterruptedException {
        Path file = profile.resolve("MarionetteActivePort");
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (System.nanoTime() < deadline && process.isAlive()) {
            if (Files.exists(file) && Files.size(file) > 0) {
                return Integer.parseInt(Files.readString(file).strip());
            }
            Thread.sleep(50);
        }
        throw new IllegalStateException("Firefox did not start: " + Files.readString(profile.resolve("output.txt")));
    }

    @Override
    public void open(String url) throws IOException {
        send("WebDriver:Navigate", Map.of("url", url));
    }

    @Override
    public JsonNode evaluate(String expression) throws IOException {
        JsonNode said = send("WebDriver:ExecuteAsyncScript", Map.of("script", EVALUATE, "args", List.of(expression)))
                .get("value");
        if (said.has("error")) {
            throw new IllegalStateException(said.get("error").asText());
        }
        return JSON.readTree(said.get("value").asText());
    }

    /** Sends a command, {@code [0, id, name, parameters]}, and returns the result of its reply, {@code [1, id, error, result]}. */
    private JsonNode send(String command, Map<String, ?> parameters) throws IOException {
        byte[] message = JSON.writeValueAsBytes(List.of(0, ++lastId, command, parameters));
        OutputStream commands = socket.getOutputStream();
        commands.write((message.length + ":").getBytes(StandardCharsets.US_ASCII));
        commands.write(message);
        JsonNode reply = read();
        if (!reply.get(2).isNull()) {
            throw new IllegalStateException(command + ": " + reply.get(2));
        }
        return reply.get(3);
    }

    private JsonNode read() throws IOException {
        int length = 0;
        for (byte digit = replies.readByte(); digit != ':'; digit = replies.readByte()) {
            length = 10 * length + digit - '0';
        }
        byte[] message = new byte[length];
        replies.readFully(message);
        return JSON.readTree(message);
    }

    @Override
    public void close() throws IOException {
        socket.close();
        stop();
    }

    private void stop() throws IOException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().onExit().join();
        Profile.delete(profile);
    }
}
