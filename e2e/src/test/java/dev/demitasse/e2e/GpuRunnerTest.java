package dev.demitasse.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code bench/gpu-runner} on the adapter of Chromium that computes on the CPU. */
class GpuRunnerTest {
    private static final String RATE = " \\| [0-9.]+ tok/s \\|";

    @TempDir
    Path folder;

    @Test
    void measuresAModelOutsideTheBrowser() throws Exception {
        Path model = folder.resolve("tiny.gguf");
        TinyModel.write(model);
        Path runner = folder.resolve("runner");
        Node.run(Path.of("../bench"), List.of("./gpu-runner", "--no-build", runner.toString()));

        Path drivers = drivers();
        String said = Node.run(
                runner,
                List.of(
                        "env",
                        "LD_LIBRARY_PATH=" + drivers, // the Vulkan loader
                        "VK_DRIVER_FILES=" + drivers.resolve("vk_swiftshader_icd.json"),
                        "./node",
                        "run.mjs",
                        model.toString(),
                        "--prefill",
                        "16",
                        "--decode",
                        "4",
                        "--profile"));
        assertSays(said, "\\| GPU \\| .*swiftshader.* \\|");
        assertSays(said, "\\| What is the capital of France\\? \\| .+ \\|");
        assertSays(said, "\\| prefill 16" + RATE);
        assertSays(said, "\\| decode 4" + RATE);
        assertSays(said, "\\| attention[^|]* \\|");
    }

    private static void assertSays(String said, String line) {
        assertTrue(Pattern.compile("^" + line, Pattern.MULTILINE).matcher(said).find(), () -> line + " in:\n" + said);
    }

    /** Returns the folder of the Vulkan loader and SwiftShader of Chromium. Debian's start script is in another folder. */
    private static Path drivers() throws IOException {
        Path folder = Chromium.executable().toRealPath().getParent();
        return Files.exists(folder.resolve("vk_swiftshader_icd.json")) ? folder : Path.of("/usr/lib/chromium");
    }
}
