package dev.demitasse.e2e;

import com.microsoft.playwright.Browser.NewContextOptions;
import dev.demitasse.cpu.CpuBackendContract;
import dev.demitasse.cpu.RemoteKernelRuntime;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests the CPU backend in Chromium. */
class ChromiumBackendTest extends CpuBackendContract {
    private static Browser browser;
    private static WorkerChannel channel;

    @BeforeAll
    static void start() throws IOException {
        browser = new Browser(new NewContextOptions());
        channel = new WorkerChannel(browser.open("icon.svg"));
    }

    @AfterAll
    static void stop() {
        browser.close();
    }

    @Override
    protected RemoteKernelRuntime.Channel channel() {
        return channel;
    }
}
