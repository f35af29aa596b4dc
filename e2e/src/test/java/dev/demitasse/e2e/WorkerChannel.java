package dev.demitasse.e2e;

import com.microsoft.playwright.Page;
import dev.demitasse.cpu.RemoteKernelRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** A connection to the kernels in a worker of a page. */
public final class WorkerChannel extends RemoteKernelRuntime.Channel {
    private final Page page;

    /**
     * Starts the worker.
     *
     * @param page a page of the site, which may share memory between threads
     */
    public WorkerChannel(Page page) {
        this.page = page;
        page.evaluate("""
                async (script) => {
                  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
                  const worker = new Worker(url, { type: 'module' });
                  const answer = () =>
                    new Promise((resolve, reject) => {
                      worker.onmessage = ({ data }) => resolve(data);
                      worker.onerror = (event) => reject(new Error(event.message));
                    });
                  globalThis.callKernels = (requests) => {
                    worker.postMessage(requests);
                    return answer();
                  };
                  await answer();
                }""", script());
    }

    private static String script() {
        try (InputStream source = RemoteKernelRuntime.class.getResourceAsStream("kernel-runtime.js")) {
            return new String(source.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected Map<?, ?> exchange(List<Map<String, Object>> requests) {
        return (Map<?, ?>) page.evaluate("(requests) => callKernels(requests)", requests);
    }

    /** Runs the last program again, and returns the milliseconds of each run in ascending order. */
    public double[] times(int runs) {
        return ((List<?>) call(Map.of("op", "time", "runs", runs)))
                .stream()
                        .mapToDouble(time -> ((Number) time).doubleValue())
                        .sorted()
                        .toArray();
    }
}
