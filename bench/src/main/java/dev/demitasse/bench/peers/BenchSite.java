package dev.demitasse.bench.peers;

import dev.demitasse.serve.Serve;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** A server of a model, of Demitasse's site, of a peer, and of the page that runs both engines. */
final class BenchSite implements AutoCloseable {
    private static final Path SITE = Path.of("../static/target/site");
    private static final Path FOLDER = Path.of("target/bench-site");
    private static final List<String> PAGE = List.of("bench.html", "bench.js", Bench.DEMITASSE + ".js");

    private final Serve serve;
    private final Path model;
    private final Peer peer;
    private final String peersModel;

    /**
     * Copies the files and starts the server.
     *
     * @param peers folder whose {@code node_modules} has the peer
     */
    BenchSite(Peer peer, Path peers, Path model) throws IOException {
        this.model = model;
        this.peer = peer;
        copyAll(SITE, FOLDER);
        peer.install(peers, FOLDER);
        peersModel = peer.publish(model, peers, FOLDER);
        Path bench = Files.createDirectories(FOLDER.resolve("bench"));
        for (String file :
                Stream.concat(PAGE.stream(), Stream.of(peer.module() + ".js")).toList()) {
            try (InputStream in = BenchSite.class.getResourceAsStream("/bench/" + file)) {
                Files.copy(in, bench.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        serve = Serve.start(FOLDER, model.toString(), 0);
    }

    /** Copies all files of a folder, recursively. */
    static void copyAll(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Returns the address of the page. */
    String page() {
        return "http://localhost:" + serve.port() + "/bench/bench.html";
    }

    /** Returns the path of the model that an engine loads. */
    String model(String engine) {
        return engine.equals(peer.module()) ? peersModel : "/models/" + model.getFileName();
    }

    @Override
    public void close() {
        serve.close();
    }
}
