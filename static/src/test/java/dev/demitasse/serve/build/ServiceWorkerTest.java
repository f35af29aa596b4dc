package dev.demitasse.serve.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceWorkerTest {
    private static final String SOURCE = "const FILES = {};\nconst VERSION = '';\nonfetch = serve;\n";

    @TempDir
    Path dir;

    private Path script;
    private Path site;

    @BeforeEach
    void makeSite() throws IOException {
        script = Files.writeString(dir.resolve("source.js"), SOURCE);
        site = Files.createDirectories(dir.resolve("site"));
        Files.createDirectories(site.resolve("webgpu"));
        Files.writeString(site.resolve("webgpu/matmul.wgsl"), "");
        Files.writeString(site.resolve("index.html"), "abc");
    }

    @Test
    void listsTheFilesWithTheirHashes() throws IOException {
        String files = """
                const FILES = {
                  'index.html': 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
                  'webgpu/matmul.wgsl': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
                };
                const VERSION = '""";

        String written = write();

        assertTrue(written.startsWith(files), written);
        assertTrue(written.substring(files.length()).matches("[0-9a-f]{16}';\nonfetch = serve;\n"), written);
    }

    @Test
    void theSameFilesGiveTheSameScript() throws IOException {
        String first = write();
        assertEquals(first, write()); // now the site has a service worker already
        Files.writeString(site.resolve("models.json"), "{}");
        assertEquals(first, write());
    }

    @Test
    void aChangedFileOrScriptGivesAnotherVersion() throws IOException {
        String first = version(write());
        Files.writeString(site.resolve("webgpu/matmul.wgsl"), "fn main() {}");
        String second = version(write());
        assertNotEquals(first, second);
        Files.writeString(script, SOURCE + "onmessage = reply;\n");
        assertNotEquals(second, version(write()));
    }

    @Test
    void refusesWhatItCannotList() throws IOException {
        Files.writeString(script, "const FILES = {};");
        assertThrows(IllegalArgumentException.class, this::write);
        Files.writeString(script, SOURCE);
        Files.writeString(site.resolve("it's.js"), "");
        assertThrows(IllegalArgumentException.class, this::write);
    }

    private String write() throws IOException {
        ServiceWorker.write(script, site);
        return Files.readString(site.resolve("service-worker.js"));
    }

    private static String version(String written) {
        return written.replaceAll("(?s).*const VERSION = '(.*?)'.*", "$1");
    }
}
