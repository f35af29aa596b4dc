package dev.demitasse.serve;

import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;

/** Serves the chat page and the files of a model to browsers on this machine. */
public final class Serve implements AutoCloseable {
    /** Time after which a connection without a complete request is closed. */
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
    /** Time after which an idle download is closed; long, so that a page stopped in a debugger keeps it. */
    private static final Duration DOWNLOAD_TIMEOUT = Duration.ofMinutes(10);

    private final Server server = new Server();
    private final ServerConnector connector;

    private Serve(Path site, Model model, Options options) {
        HttpConfiguration http = new HttpConfiguration();
        http.setIdleTimeout(DOWNLOAD_TIMEOUT.toMillis());
        http.setSendServerVersion(false);
        connector = new ServerConnector(server, new HttpConnectionFactory(http));
        connector.setHost("127.0.0.1");
        connector.setPort(options.port());
        connector.setIdleTimeout(REQUEST_TIMEOUT.toMillis());
        server.addConnector(connector);
        server.setHandler(new Compression(new SiteHandler(site, model, options)));
        ErrorHandler errors = new ErrorHandler();
        errors.setCacheControl(null);
        // A malformed request does not reach the handler of the site.
        server.setErrorHandler((request, response, callback) -> {
            SiteHandler.putHeaders(response);
            return errors.handle(request, response, callback);
        });
    }

    /**
     * Starts a server on 127.0.0.1 with the usual options.
     *
     * @throws IllegalArgumentException if the site is missing, or the model is neither an address nor an existing file
     * @throws IOException if the port cannot be opened
     * @see Options
     */
    public static Serve start(Path site, String model, int port) throws IOException {
        return start(new Options(site, model, port));
    }

    /**
     * Starts a server on 127.0.0.1.
     *
     * @throws IllegalArgumentException if the site is missing, or the model is neither an address nor an existing file
     * @throws IOException if the port cannot be opened
     */
    public static Serve start(Options options) throws IOException {
        Path site = options.site();
        int port = options.port();
        if (!Files.isRegularFile(site.resolve("index.html"))) {
            throw new IllegalArgumentException("no site here (no index.html): " + site);
        }
        Serve serve = new Serve(site.toRealPath(), Model.of(options.model()), options);
        try {
            serve.connector.open();
        } catch (IOException e) {
            String reason = e.getCause() instanceof SocketException cause ? cause.getMessage() : e.getMessage();
            throw new IOException(
                    "cannot listen on port " + port + ": " + reason + " (--port 0 takes any free port)", e);
        }
        try {
            serve.server.start();
        } catch (Exception e) {
            serve.connector.close();
            throw new IOException("the server did not start: " + e.getMessage(), e);
        }
        return serve;
    }

    /** Returns the port that the server listens on; never 0. */
    public int port() {
        return connector.getLocalPort();
    }

    /** Ends the downloads that are under way and frees the port. */
    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the server did not stop", e);
        }
    }

    /** Serves until the process ends. If the server cannot start, prints one line to the error stream and exits with status 2. */
    public static void main(String[] args) throws InterruptedException {
        try {
            Options options = Options.parse(args);
            Serve serve = start(options);
            System.out.println("Demitasse is at http://localhost:" + serve.port() + "/");
            serve.server.join();
        } catch (IllegalArgumentException | IOException e) {
            System.err.println("demitasse: " + e.getMessage());
            System.exit(2);
        }
    }
}
