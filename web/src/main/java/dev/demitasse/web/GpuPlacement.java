package dev.demitasse.web;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.MemoryEstimate;
import dev.demitasse.plan.Plan;
import dev.demitasse.web.js.JsError;
import dev.demitasse.web.js.WorkerScope;
import dev.demitasse.webgpu.Shaders;
import dev.demitasse.webgpu.WebGpuBackend;
import dev.demitasse.webgpu.js.BrowserDevice;
import dev.demitasse.webgpu.js.Gpu;
import dev.demitasse.webgpu.js.GpuAdapter;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSObjects;

/** The GPU, where the browser offers one. */
final class GpuPlacement implements Placement.Pace {
    /** Prompt tokens in one pass. */
    private static final int BATCH_SIZE = 128;
    /** Keys and values of a context that nobody asked for. */
    private static final long MOST_KV_BYTES = 2L << 30;
    /** Weights on their way to the GPU: it may be slower than what they come from. */
    private static final int MOST_BYTES_UNDER_WAY = 16 << 20;

    private final BrowserDevice device;
    private final Wish wish;
    private final Placement.Failure failure;
    private @Nullable WebGpuBackend backend;
    private int bytesUnderWay;

    private GpuPlacement(BrowserDevice device, Wish wish, Placement.Failure failure) {
        this.device = device;
        this.wish = wish;
        this.failure = failure;
    }

    /**
     * Asks for a device, and fetches the kernels.
     *
     * @param wish its context may be 0, for as many tokens as two gibibytes of keys and values hold; where it insists on the GPU, an adapter that
     *     computes on the CPU is good enough
     */
    static void find(Wish wish, Consumer<Placement> found, Placement.Failure failure) {
        Gpu gpu = Gpu.find();
        if (gpu == null) {
            failure.because("this browser has no WebGPU, or the page is not a secure context");
            return;
        }
        gpu.requestFastAdapter()
                .then(
                        adapter -> {
                            if (adapter == null) {
                                failure.because("the browser offers no WebGPU adapter");
                            } else if (JSObjects.isUndefined(adapter.getInfo())) {
                                failure.because("the browser does not describe its WebGPU adapter (GPUAdapter.info)");
                            } else if (wish.device() != Wish.Device.WEBGPU && BrowserDevice.isSoftware(adapter)) {
                                failure.because("the WebGPU adapter is software, slower than our own kernels");
                            } else {
                                requestDevice(adapter, wish, found, failure);
                            }
                            return null;
                        },
                        reason -> refused("no WebGPU adapter", reason, failure));
    }

    private static @Nullable JSObject refused(String what, Object reason, Placement.Failure failure) {
        failure.because(what + ": " + ((JsError) reason).getMessage());
        return null;
    }

    private static void requestDevice(
            GpuAdapter adapter, Wish wish, Consumer<Placement> found, Placement.Failure failure) {
        adapter.requestLargeDevice()
                .then(
                        device -> {
                            BrowserDevice ours = new BrowserDevice(device, adapter);
                            new ShaderFiles(
                                    shaders -> found.accept(
                                            new GpuPlacement(ours, wish, failure).placement(adapter, shaders)),
                                    failure);
                            return null;
                        },
                        reason -> refused("the WebGPU adapter gives no device", reason, failure));
    }

    /** Fetches the kernels' sources, all at once. */
    private static final class ShaderFiles {
        private final Map<String, String> texts = new HashMap<>();
        private final Consumer<Shaders> action;
        private final Placement.Failure failure;
        private boolean failed;

        ShaderFiles(Consumer<Shaders> action, Placement.Failure failure) {
            this.action = action;
            this.failure = failure;
            for (String name : Shaders.FILES) {
                WorkerScope.fetch(WorkerScope.shaderUrl(name))
                        .then(
                                response -> {
                                    if (!response.isOk()) {
                                        return fail(name + ".wgsl answered with status " + response.getStatus());
                                    }
                                    response.text().then(text -> came(name, text.toString()), this::stopped);
                                    return null;
                                },
                                this::stopped);
            }
        }

        private @Nullable JSObject came(String name, String text) {
            texts.put(name, text);
            if (texts.size() == Shaders.FILES.size()) {
                action.accept(new Shaders(texts));
            }
            return null;
        }

        private @Nullable JSObject stopped(Object reason) {
            return fail("the GPU's kernels can't be fetched: " + ((JsError) reason).getMessage());
        }

        private @Nullable JSObject fail(String reason) {
            if (!failed) {
                failed = true;
                failure.because(reason);
            }
            return null;
        }
    }

    private Placement placement(GpuAdapter adapter, Shaders shaders) {
        String name = (adapter.getInfo().getVendor() + " " + adapter.getInfo().getArchitecture()).trim();
        return new Placement(
                "webgpu",
                0,
                "WebGPU adapter " + (name.isEmpty() ? "without a name" : name),
                new Placement.Backends() {
                    @Override
                    public MemoryEstimate memory(Plan plan, int context) {
                        return WebGpuBackend.memory(plan, length(plan, context), BATCH_SIZE, wish.kvType());
                    }

                    @Override
                    public Backend create(Plan plan, int context) {
                        return GpuPlacement.this.create(plan, length(plan, context), shaders);
                    }
                },
                this);
    }

    private int length(Plan plan, int context) {
        return wish.contextLength() > 0
                ? context
                : WebGpuBackend.maxContextLength(
                        plan, context, BATCH_SIZE, wish.kvType(), MOST_KV_BYTES, device.maxBindingBytes());
    }

    private Backend create(Plan plan, int context, Shaders shaders) {
        device.watch();
        try {
            WebGpuBackend made = new WebGpuBackend(plan, context, BATCH_SIZE, wish.kvType(), device, shaders);
            backend = made;
            return made;
        } finally {
            device.unwatch(error -> {
                device.destroy();
                failure.because(error);
            });
        }
    }

    @Override
    public void taken(int bytes, Runnable next) {
        bytesUnderWay += bytes;
        if (bytesUnderWay < MOST_BYTES_UNDER_WAY) {
            next.run();
        } else {
            bytesUnderWay = 0;
            whenSound(next);
        }
    }

    @Override
    public void ended(Runnable action) {
        WebGpuBackend loaded = backend;
        if (loaded == null) {
            throw new IllegalStateException("no bytes come without a backend");
        }
        whenSound(() -> loaded.verify(action, reason -> {
            String lost = device.lost();
            device.destroy();
            failure.because(lost == null ? reason : lost);
        }));
    }

    private void whenSound(Runnable action) {
        device.whenDone(() -> {
            String lost = device.lost();
            if (lost == null) {
                action.run();
            } else {
                failure.because(lost);
            }
        });
    }
}
