package dev.demitasse.e2e.bench;

import dev.demitasse.serve.Serve;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** A server of a model, of Demitasse's site, of wllama and of the page that runs either. */
final class BenchSite implements AutoCloseable {
    private static final Path SITE = Path.of("../static/target/site");
    private static final Path FOLDER = Path.of("target/bench-site");
    private static final List<String> PAGE = List.of("bench.html", "bench.js", "demitasse.js", "wllama.js");
    private static final List<String> WLLAMA = List.of("index.js", "wasm/wllama.wasm");

    private final Serve serve;
    private final Path model;

    /** @param wllama folder of its npm package */
    BenchSite(Path wllama, Path model) throws IOException {
        this.model = model;
        try (Stream<Path> files = Files.list(SITE)) {
            for (Path file : files.toList()) {
                copy(file, FOLDER.resolve(file.getFileName()));
            }
        }
        for (String file : WLLAMA) {
            copy(wllama.resolve("esm").resolve(file), FOLDER.resolve("wllama").resolve(file));
        }
        Path bench = Files.createDirectories(FOLDER.resolve("bench"));
        for (String file : PAGE) {
            try (InputStream in = BenchSite.class.getResourceAsStream("/bench/" + file)) {
                Files.copy(in, bench.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        serve = Serve.start(FOLDER, model.toString(), 0);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Address of the page. */
    String page() {
        return "http://localhost:" + serve.port() + "/bench/bench.html";
    }

    /** The model's path there. */
    String model() {
        return "/models/" + model.getFileName();
    }

    @Override
    public void close() {
        serve.close();
    }
}
