package dev.demitasse.bench.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** An npm package that runs models in a page, with which Demitasse is compared. */
enum Peer {
    WLLAMA(
            "wllama",
            "wllama",
            "@wllama/wllama",
            Map.of(
                    "@wllama/wllama/esm/index.js", "index.js",
                    "@wllama/wllama/esm/wasm/wllama.wasm", "wasm/wllama.wasm")) {
        @Override
        String publish(Path model, Path peers, Path site) {
            return "/models/" + model.getFileName(); // the address for Demitasse, too
        }
    },
    TRANSFORMERS(
            "transformers",
            "Transformers.js",
            "@huggingface/transformers",
            Map.of(
                    "@huggingface/transformers/dist/transformers.min.js", "transformers.min.js",
                    "onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify.mjs", "ort.mjs",
                    "onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify.wasm", "ort.wasm")) {
        @Override
        String publish(Path model, Path peers, Path site) throws IOException {
            String name = model.getFileName().toString().replaceFirst("\\.gguf$", "");
            Path onnx = peers.resolve("onnx").resolve(name);
            if (!Files.exists(onnx)) {
                throw new IllegalStateException("no " + onnx + ": run bench/peer-onnx " + model);
            }
            BenchSite.copyAll(onnx, site.resolve("onnx").resolve(name));
            return "/onnx/" + name;
        }
    };

    private final String module;
    private final String title;
    private final String npmPackage;
    private final Map<String, String> files;

    /**
     * Creates a peer.
     *
     * @param module name of its script next to {@code bench.js}, and of its folder in the site
     * @param files paths in {@code node_modules}, with paths in that folder
     */
    Peer(String module, String title, String npmPackage, Map<String, String> files) {
        this.module = module;
        this.title = title;
        this.npmPackage = npmPackage;
        this.files = files;
    }

    String module() {
        return module;
    }

    /** Returns the name and version. */
    String title(Path peers) throws IOException {
        Path file = modules(peers).resolve(npmPackage).resolve("package.json");
        return title + " "
                + new ObjectMapper().readTree(file.toFile()).get("version").asText();
    }

    /** Copies its program into the site. */
    void install(Path peers, Path site) throws IOException {
        for (Map.Entry<String, String> file : files.entrySet()) {
            BenchSite.copy(
                    modules(peers).resolve(file.getKey()), site.resolve(module).resolve(file.getValue()));
        }
    }

    /**
     * Adds a model to the site in the format that the peer reads.
     *
     * @return the path of the model in the site
     */
    abstract String publish(Path model, Path peers, Path site) throws IOException;

    private static Path modules(Path peers) {
        return peers.resolve("node_modules");
    }
}
