package dev.demitasse.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;

/** An HTTP/1.1 server of a site and of models that imitates the faults of networks, servers and hosts. */
public final class UnrulyServer implements AutoCloseable {
    /** The bytes of a model. */
    public interface Content {
        long length();

        /** Reads {@code count} bytes from a position of the model. */
        void read(long position, byte[] target, int count) throws IOException;

        static Content of(Path file) throws IOException {
            RandomAccessFile open = new RandomAccessFile(file.toFile(), "r");
            long length = open.length();
            return new Content() {
                @Override
                public long length() {
                    return length;
                }

                @Override
                public synchronized void read(long position, byte[] target, int count) throws IOException {
                    open.seek(position);
                    open.readFully(target, 0, count);
                }
            };
        }
    }

    private static final int WRITE_BYTES = 32 << 10;
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html",
            "js", "text/javascript",
            "css", "text/css",
            "wasm", "application/wasm",
            "json", "application/json",
            "svg", "image/svg+xml",
            "png", "image/png",
            "webmanifest", "application/manifest+json",
            "wgsl", "text/plain");

    private final Path site;
    private final Map<String, Content> models = new ConcurrentHashMap<>();
    private final Map<String, String> siteHeaders = new ConcurrentHashMap<>();
    private final Set<Socket> modelSockets = ConcurrentHashMap.newKeySet();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final List<String> modelRequests = new CopyOnWriteArrayList<>();
    private final AtomicLong modelBytes = new AtomicLong();
    private final Deque<Long> cuts = new ArrayDeque<>();
    private final Map<Long, Integer> flips = new HashMap<>();
    private int port;
    private volatile ServerSocket listening;
    private volatile boolean ranges = true;
    private volatile boolean exposesHeaders = true;
    private volatile String etag = "\"1\"";
    private volatile double lengthFactor = 1;
    private volatile String claimedLength;
    private volatile boolean reachable = true;
    private volatile boolean hasLength = true;
    private volatile long bytesPerSecond = Long.MAX_VALUE;
    private volatile LongConsumer onBytes = bytes -> {};
    private long sendAt;
    /** Lock of the line that all connections share; fair, so that they send in turn. */
    private final ReentrantLock line = new ReentrantLock(true);

    /** Serves a site at the root, and models by name under {@code models/}. */
    public UnrulyServer(Path site) throws IOException {
        this.site = site;
        start();
    }

    public void add(String name, Content content) {
        models.put(name, content);
    }

    public void add(Path model) throws IOException {
        add(model.getFileName().toString(), Content.of(model));
    }

    /** Sends a header with all files other than models. */
    void header(String name, String value) {
        siteHeaders.put(name, value);
    }

    /** Cross-origin isolates the pages of the site. */
    public void isolate() {
        header("Cross-Origin-Opener-Policy", "same-origin");
        header("Cross-Origin-Embedder-Policy", "require-corp");
    }

    /** Breaks all connections of models after {@code bytes} bytes of models have been sent since the server started. */
    void cutAt(long bytes) {
        synchronized (cuts) {
            cuts.add(bytes);
        }
    }

    void ranges(boolean given) {
        ranges = given;
    }

    /** Sets whether pages of other origins can read the headers that they need. */
    void exposesHeaders(boolean exposed) {
        exposesHeaders = exposed;
    }

    void etag(String value) {
        etag = value;
    }

    /** Multiplies each Content-Length. If the body is shorter, the connection stays open without data, or ends if there are no ranges. */
    void lengthFactor(double factor) {
        lengthFactor = factor;
    }

    /** Sets the length of the file that Content-Range states, or null for the real one. */
    void claimLength(String length) {
        claimedLength = length;
    }

    /** Sets whether models can be fetched. If not, connections for them break. */
    void modelsReachable(boolean given) {
        reachable = given;
    }

    /** Sets whether answers have a Content-Length; otherwise the end of the connection ends them. */
    void hasLength(boolean given) {
        hasLength = given;
    }

    void bytesPerSecond(long speed) {
        bytesPerSecond = speed;
    }

    /** Flips a bit of the byte at a position, in each model, the next {@code times} times that the byte is sent. */
    void flip(long position, int times) {
        synchronized (flips) {
            flips.put(position, times);
        }
    }

    /** Sets an action that receives the total number of sent bytes of models, on the thread that sends. */
    void onBytes(LongConsumer action) {
        onBytes = action;
    }

    /** Returns the number of sent bytes of models. */
    long modelBytes() {
        return modelBytes.get();
    }

    /** Returns the requests of models: the name and the requested range. */
    List<String> modelRequests() {
        return modelRequests;
    }

    public String origin() {
        return "http://localhost:" + port;
    }

    /** Listens on the same port as before. */
    void start() throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        port = socket.getLocalPort();
        listening = socket;
        Thread acceptor = new Thread(() -> accept(socket));
        acceptor.setDaemon(true);
        acceptor.start();
    }

    /** Stops listening, and breaks all connections. */
    void stop() throws IOException {
        listening.close();
        sockets.forEach(UnrulyServer::reset);
    }

    private void accept(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                Socket accepted = socket.accept();
                accepted.setSendBufferSize(WRITE_BYTES); // so that little is buffered here
                sockets.add(accepted);
                Thread connection = new Thread(() -> serve(accepted));
                connection.setDaemon(true);
                connection.start();
            } catch (IOException e) {
                return; // stopped
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String path = URLDecoder.decode(line.split(" ")[1].split("\\?")[0], StandardCharsets.UTF_8);
                Map<String, String> headers = new LinkedHashMap<>();
                for (String header = in.readLine(); !header.isEmpty(); header = in.readLine()) {
                    int colon = header.indexOf(':');
                    headers.put(
                            header.substring(0, colon).toLowerCase(Locale.ROOT),
                            header.substring(colon + 1).trim());
                }
                String name = path.startsWith("/models/") ? path.substring("/models/".length()) : null;
                if (name != null && models.containsKey(name)) {
                    sendModel(socket, name, headers.get("range"));
                } else {
                    sendFile(socket, path);
                }
            }
        } catch (IOException e) {
            // The browser or a cut has ended the connection.
        } finally {
            sockets.remove(socket);
            modelSockets.remove(socket);
        }
    }

    private void sendFile(Socket socket, String path) throws IOException {
        byte[] body = "not found".getBytes(StandardCharsets.UTF_8);
        Path file = site.resolve(path.substring(1)).normalize();
        if (Files.isDirectory(file)) {
            file = file.resolve("index.html");
        }
        int status = 404;
        if (path.equals("/favicon.ico")) {
            status = 200;
            body = new byte[0];
        } else if (path.equals("/models.json") && !models.isEmpty()) {
            status = 200;
            body = ("{\"default\": \"models/" + models.keySet().iterator().next() + "\"}")
                    .getBytes(StandardCharsets.UTF_8);
        } else if (file.startsWith(site) && Files.isRegularFile(file)) {
            status = 200;
            body = Files.readAllBytes(file);
        }
        Map<String, String> headers = new LinkedHashMap<>(siteHeaders);
        String extension = path.substring(path.lastIndexOf('.') + 1);
        headers.put("Content-Type", status == 200 ? TYPES.getOrDefault(extension, "text/html") : "text/plain");
        headers.put("Content-Length", Integer.toString(body.length));
        headers.put("Cache-Control", "no-cache");
        headers.put("Cross-Origin-Resource-Policy", "cross-origin");
        sendHead(socket.getOutputStream(), status, headers);
        socket.getOutputStream().write(body);
    }

    private static void sendHead(OutputStream out, int status, Map<String, String> headers) throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append(" status\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private void sendModel(Socket socket, String name, String range) throws IOException {
        if (!reachable) {
            reset(socket);
            return;
        }
        Content content = models.get(name);
        modelRequests.add(name + (range == null ? "" : " " + range));
        long from = 0;
        long to = content.length();
        boolean partial = ranges && range != null;
        if (partial) {
            String[] bounds = range.substring("bytes=".length()).split("-", 2);
            from = Long.parseLong(bounds[0]);
            to = bounds[1].isEmpty() ? to : Math.min(to, Long.parseLong(bounds[1]) + 1);
        }
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Access-Control-Allow-Origin", "*");
        headers.put("Cross-Origin-Resource-Policy", "cross-origin");
        if (exposesHeaders) {
            headers.put("Access-Control-Expose-Headers", "Content-Range, ETag");
        }
        if (from >= to) {
            headers.put("Content-Length", "0");
            sendHead(socket.getOutputStream(), 416, headers);
            return;
        }
        long said = (long) Math.ceil((to - from) * lengthFactor);
        headers.put("Content-Type", "application/octet-stream");
        headers.put("ETag", etag);
        if (partial) {
            String length = claimedLength == null ? Long.toString(content.length()) : claimedLength;
            headers.put("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + length);
        }
        if (hasLength) {
            headers.put("Content-Length", Long.toString(said));
        } else {
            headers.put("Connection", "close");
        }
        modelSockets.add(socket);
        sendHead(socket.getOutputStream(), partial ? 206 : 200, headers);
        sendBody(socket, content, from, Math.min(to, from + said));
        modelSockets.remove(socket);
        if (lengthFactor < 1 || !ranges || !hasLength) {
            socket.close();
        }
    }

    private void sendBody(Socket socket, Content content, long from, long to) throws IOException {
        byte[] bytes = new byte[WRITE_BYTES];
        for (long position = from; position < to; ) {
            int count = (int) Math.min(bytes.length, to - position);
            content.read(position, bytes, count);
            flip(bytes, position, count);
            pace(count);
            count = beforeCut(count);
            socket.getOutputStream().write(bytes, 0, count);
            position += count;
            onBytes.accept(modelBytes.addAndGet(count));
            cutIfDue();
        }
    }

    private void flip(byte[] bytes, long position, int count) {
        synchronized (flips) {
            flips.replaceAll((flipped, times) -> {
                if (flipped < position || flipped >= position + count || times == 0) {
                    return times;
                }
                bytes[(int) (flipped - position)] ^= 1;
                return times - 1;
            });
        }
    }

    private void pace(int count) {
        if (bytesPerSecond == Long.MAX_VALUE) {
            return;
        }
        line.lock();
        try {
            long now = System.nanoTime();
            sendAt = Math.max(now, sendAt) + count * 1_000_000_000L / bytesPerSecond;
            Thread.sleep((sendAt - now) / 1_000_000);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            line.unlock();
        }
    }

    /** Returns the number of bytes, at most {@code count}, that may be sent before the next cut. */
    private int beforeCut(int count) {
        synchronized (cuts) {
            return cuts.isEmpty() ? count : (int) Math.max(0, Math.min(count, cuts.peek() - modelBytes.get()));
        }
    }

    private void cutIfDue() {
        synchronized (cuts) {
            if (!cuts.isEmpty() && modelBytes.get() >= cuts.peek()) {
                cuts.remove();
                modelSockets.forEach(UnrulyServer::reset);
            }
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        stop();
    }
}
