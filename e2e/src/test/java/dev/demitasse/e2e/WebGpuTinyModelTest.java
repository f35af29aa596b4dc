package dev.demitasse.e2e;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import dev.demitasse.BackendLoader;
import dev.demitasse.ExpectedLogits;
import dev.demitasse.SnapshotCheck;
import dev.demitasse.backend.KvType;
import dev.demitasse.webgpu.WebGpuBackend;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every architecture on WebGPU, against Hugging Face in float32. */
class WebGpuTinyModelTest {
    /** Keys and values are float16, which the software adapter rounds towards zero; logits reach 5. A wrong angle, window or norm changes them by tenths. */
    private static final float TOLERANCE = 0.02f;

    private static Browser browser;
    private static Page page;

    @BeforeAll
    static void start() throws IOException {
        browser = new Browser(new NewContextOptions(), Chromium.SOFTWARE_WEBGPU);
        page = browser.open("icon.svg");
    }

    @AfterAll
    static void stop() {
        browser.close();
    }

    @ParameterizedTest
    @MethodSource("dev.demitasse.BackendLoader#tinyModels")
    void logitsEqualHuggingFaces(String name) {
        new ExpectedLogits("/tiny/" + name + ".json")
                .check(
                        batch -> BackendLoader.load(
                                BackendLoader.tinyModel(name),
                                128,
                                (plan, context) -> new WebGpuBackend(
                                        plan,
                                        context,
                                        batch,
                                        KvType.F16,
                                        new RemoteDevice(page, 1 << 27, batch > 1),
                                        RemoteDevice.shaders())),
                        TOLERANCE);
    }

    @Test
    void snapshotsAreRestored() {
        SnapshotCheck.check(context -> BackendLoader.load(
                BackendLoader.tinyModel("llama"),
                context,
                (plan, same) -> new WebGpuBackend(
                        plan, same, 16, KvType.F16, new RemoteDevice(page, 1 << 27, true), RemoteDevice.shaders())));
    }
}
