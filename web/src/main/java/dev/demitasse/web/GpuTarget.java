package dev.demitasse.web;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.MemoryEstimate;
import dev.demitasse.plan.Plan;
import dev.demitasse.web.js.JsException;
import dev.demitasse.web.js.Promises;
import dev.demitasse.web.js.Response;
import dev.demitasse.web.js.WorkerScope;
import dev.demitasse.web.store.Signal;
import dev.demitasse.webgpu.Shaders;
import dev.demitasse.webgpu.WebGpuBackend;
import dev.demitasse.webgpu.js.BrowserDevice;
import dev.demitasse.webgpu.js.Gpu;
import dev.demitasse.webgpu.js.GpuAdapter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.core.JSArrayReader;
import org.teavm.jso.core.JSObjects;
import org.teavm.jso.core.JSPromise;

/** The GPU, where the browser offers one. */
final class GpuTarget implements ExecutionTarget {
    /** Prompt tokens in one pass. */
    private static final int BATCH_SIZE = 128;
    /** Default budget in bytes for keys and values if no context length is given. */
    private static final long MAX_KV_BYTES = 2L << 30;
    /** Weights on their way to the GPU, which may be slower than their source. */
    private static final int MAX_BYTES_UNDER_WAY = 16 << 20;
    /** A browser that takes longer to open the GPU has failed. */
    private static final int OPEN_LIMIT_MS = 10_000;

    private final LoadOptions options;
    private final BrowserDevice device;
    private final Shaders shaders;
    private final String reason;
    private @Nullable WebGpuBackend backend;
    private @Nullable String failure;
    private int bytesUnderWay;

    private GpuTarget(LoadOptions options, GpuAdapter adapter, BrowserDevice device, Shaders shaders) {
        this.options = options;
        this.device = device;
        this.shaders = shaders;
        String name = (adapter.getInfo().getVendor() + " " + adapter.getInfo().getArchitecture()).trim();
        reason = "WebGPU adapter " + (name.isEmpty() ? "without a name" : name);
    }

    /**
     * Opens a device, and fetches the kernels.
     *
     * @param options a context length of 0 stands for as many tokens as two gibibytes of keys and values hold; if they name the
     *     GPU, an adapter that computes on the CPU is good enough
     * @throws UnfitException if there is no suitable GPU
     */
    static GpuTarget open(LoadOptions options) {
        Gpu gpu = Gpu.find();
        if (gpu == null) {
            throw new UnfitException("this browser has no WebGPU, or the page is not a secure context");
        }
        GpuAdapter adapter = await(gpu.requestFastAdapter(), "no WebGPU adapter");
        if (adapter == null) {
            throw new UnfitException("the browser offers no WebGPU adapter");
        }
        if (JSObjects.isUndefined(adapter.getInfo())) {
            throw new UnfitException("the browser does not describe its WebGPU adapter (GPUAdapter.info)");
        }
        if (options.device() != LoadOptions.Device.WEBGPU && BrowserDevice.isSoftware(adapter)) {
            throw new UnfitException("the WebGPU adapter is software, slower than our own kernels");
        }
        BrowserDevice device =
                new BrowserDevice(await(adapter.requestLargeDevice(), "the WebGPU adapter gives no device"), adapter);
        return new GpuTarget(options, adapter, device, new Shaders(fetchShaders()));
    }

    /** Waits for a promise of the browser's, for a limited time. */
    private static <T extends JSObject> T await(JSPromise<T> promise, String refusal) {
        boolean[] isLate = new boolean[1];
        try {
            T value = Promises.await(new JSPromise<T>((resolve, reject) -> {
                promise.then(
                        given -> {
                            resolve.accept(given);
                            return null;
                        },
                        reason -> {
                            reject.accept(reason);
                            return null;
                        });
                new Thread(() -> {
                            Promises.sleep(OPEN_LIMIT_MS);
                            isLate[0] = true;
                            resolve.accept(null);
                        })
                        .start();
            }));
            if (value == null && isLate[0]) {
                throw new UnfitException("the browser does not open the GPU: no answer for 10 seconds");
            }
            return value;
        } catch (JsException e) {
            throw new UnfitException(refusal + ": " + e.getMessage());
        }
    }

    /** Fetches the sources of the kernels, all at once. */
    private static Map<String, String> fetchShaders() {
        JSArray<JSPromise<Response>> fetches = new JSArray<>();
        for (String name : Shaders.FILES) {
            fetches.push(WorkerScope.fetch(WorkerScope.shaderUrl(name)));
        }
        Map<String, String> texts = new HashMap<>();
        try {
            JSArrayReader<Response> responses = Promises.await(JSPromise.all(fetches));
            for (String name : Shaders.FILES) {
                Response response = responses.get(texts.size());
                if (!response.isOk()) {
                    throw new UnfitException(name + ".wgsl answered with status " + response.getStatus());
                }
                texts.put(name, Promises.await(response.text()).toString());
            }
        } catch (JsException e) {
            throw new UnfitException("the GPU's kernels can't be fetched: " + e.getMessage());
        }
        return texts;
    }

    @Override
    public String kind() {
        return "webgpu";
    }

    @Override
    public int threads() {
        return 0;
    }

    @Override
    public String reason() {
        return reason;
    }

    @Override
    public MemoryEstimate memory(Plan plan, int contextLength) {
        return WebGpuBackend.memory(plan, length(plan, contextLength), BATCH_SIZE, options.kvType());
    }

    @Override
    public Backend create(Plan plan, int contextLength) {
        device.watch();
        try {
            WebGpuBackend created =
                    new WebGpuBackend(plan, length(plan, contextLength), BATCH_SIZE, options.kvType(), device, shaders);
            backend = created;
            return created;
        } finally {
            device.unwatch(this::fail);
        }
    }

    private int length(Plan plan, int contextLength) {
        return options.contextLength() > 0
                ? contextLength
                : WebGpuBackend.maxContextLength(
                        plan, contextLength, BATCH_SIZE, options.kvType(), MAX_KV_BYTES, device.maxBindingBytes());
    }

    private void fail(String message) {
        if (failure == null) {
            String lost = device.lost();
            failure = lost == null ? message : lost;
            device.destroy();
        }
    }

    @Override
    public void awaitRoom(int bytes) {
        bytesUnderWay += bytes;
        if (bytesUnderWay >= MAX_BYTES_UNDER_WAY) {
            bytesUnderWay = 0;
            Signal.until(device::whenDone);
        }
        requireSound();
    }

    @Override
    public void verify() {
        Signal.until(device::whenDone);
        requireSound();
        WebGpuBackend loaded = backend;
        if (loaded == null) {
            throw new IllegalStateException("verify needs a backend");
        }
        Signal.until(done -> loaded.verify(done, difference -> {
            fail(difference);
            done.run();
        }));
        requireSound();
    }

    private void requireSound() {
        String lost = device.lost();
        if (failure != null) {
            throw new UnfitException(failure);
        }
        if (lost != null) {
            throw new UnfitException(lost);
        }
    }
}
