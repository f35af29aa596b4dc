package dev.demitasse.e2e;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.microsoft.playwright.BrowserContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The memory of a process of Chromium, including shared memory, in megabytes, as reported by Linux. */
public record ChromiumProcess(double peakMegabytes, double megabytes) {
    /**
     * Returns the process with the maximum peak. There are also spare processes, and those of the browser's own pages.
     *
     * @param type {@code renderer}, {@code GPU}, …
     */
    public static ChromiumProcess largest(BrowserContext context, String type) {
        JsonObject processes = context.browser().newBrowserCDPSession().send("SystemInfo.getProcessInfo");
        ChromiumProcess largest = new ChromiumProcess(0, 0);
        for (JsonElement element : processes.getAsJsonArray("processInfo")) {
            JsonObject process = element.getAsJsonObject();
            if (process.get("type").getAsString().equals(type)) {
                ChromiumProcess found = of(process.get("id").getAsInt());
                largest = found.peakMegabytes > largest.peakMegabytes ? found : largest;
            }
        }
        return largest;
    }

    /** Kills all processes of a type, as a browser does when memory is short. */
    static void kill(BrowserContext context, String type) {
        JsonObject processes = context.browser().newBrowserCDPSession().send("SystemInfo.getProcessInfo");
        for (JsonElement element : processes.getAsJsonArray("processInfo")) {
            JsonObject process = element.getAsJsonObject();
            if (process.get("type").getAsString().equals(type)) {
                ProcessHandle.of(process.get("id").getAsLong()).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    private static ChromiumProcess of(int pid) {
        return new ChromiumProcess(megabytes(pid, "VmHWM:"), megabytes(pid, "VmRSS:"));
    }

    private static double megabytes(int pid, String field) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            String line = lines.filter(l -> l.startsWith(field)).findFirst().orElseThrow();
            return Long.parseLong(line.replaceAll("\\D", "")) * 1024 / 1e6;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
