package dev.demitasse.web;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.MemoryEstimate;
import dev.demitasse.engine.Context;
import dev.demitasse.plan.Plan;
import dev.demitasse.web.js.Reply;
import dev.demitasse.web.js.Request;
import org.jspecify.annotations.Nullable;

/** Loads the model of a request on the device that it asks for: the GPU if there is one that can, else the CPU. */
final class Loading {
    /** Hears of the loading; {@link #ready} or {@link #failed} ends it. */
    interface Listener {
        /**
         * The model's header is read; its weights come next.
         *
         * @param disk what it takes of the browser's storage; null if it is not kept
         * @return whether to go on
         */
        boolean needs(ModelReader.@Nullable Disk disk, MemoryEstimate memory);

        /** As {@link ModelReader.Listener#progress}. */
        void progress(boolean isDownload, long bytes, long total);

        void ready(Context context, long bytes, Placement placement);

        /** @param name of the error, as {@link Reply#setName}; {@code DeviceUnfit} if another device might run the model */
        void failed(String name, String message);
    }

    private static final String UNFIT = "DeviceUnfit";

    private final Request request;
    private final Wish wish;
    private final Listener listener;
    private @Nullable ModelReader reader;
    /** Nothing more reaches the listener, nor comes of what is under way. */
    private boolean done;

    private boolean gpuFailed;

    Loading(Request request, Wish wish, Listener listener) {
        this.request = request;
        this.wish = wish;
        this.listener = listener;
    }

    void start() {
        if (wish.device() == Wish.Device.CPU) {
            takeCpu("the CPU was asked for");
        } else {
            GpuPlacement.find(wish, this::read, this::gpuFailed);
        }
    }

    /** Nothing more reaches the listener. */
    void cancel() {
        done = true;
        stopReading();
    }

    private void stopReading() {
        if (reader != null) {
            reader.cancel();
            reader = null;
        }
    }

    private void gpuFailed(String reason) {
        if (done || gpuFailed) {
            return;
        }
        gpuFailed = true;
        stopReading();
        if (wish.device() == Wish.Device.WEBGPU) {
            failed(UNFIT, "the GPU can't run the model: " + reason);
        } else {
            takeCpu(reason);
        }
    }

    private void takeCpu(String why) {
        CpuPlacement.find(
                wish,
                why,
                this::read,
                error -> failed(error.getName(), "the kernels can't be loaded: " + error.getMessage()));
    }

    private void failed(String name, String message) {
        if (!done) {
            done = true;
            listener.failed(name, message);
        }
    }

    private void read(Placement placement) {
        if (done) {
            return;
        }
        Attempt attempt = new Attempt(placement);
        ModelReader begun = new ModelReader(wish.contextLength(), attempt::create, placement.pace(), attempt);
        reader = begun;
        begun.start(request);
    }

    /** Loading on one device. */
    private final class Attempt implements ModelReader.Listener {
        private final Placement placement;
        /** Why the backend could not be made: no fault of the model's. */
        private @Nullable String refusal;

        Attempt(Placement placement) {
            this.placement = placement;
        }

        Backend create(Plan plan, int context) {
            ModelReader.Disk disk = reader == null ? null : reader.disk();
            if (!listener.needs(disk, placement.backends().memory(plan, context))) {
                throw new ModelReader.NotWanted();
            }
            if (disk != null && disk.isShort()) {
                throw new IllegalStateException(
                        "the model needs " + disk.missing() + " more bytes of storage, and the browser "
                                + "gives this page " + disk.available()
                                + ": delete stored models, free space on the disk, or load with {cache: false}, which keeps nothing");
            }
            try {
                return placement.backends().create(plan, context);
            } catch (RuntimeException e) {
                refusal = String.valueOf(e.getMessage());
                throw e;
            }
        }

        @Override
        public void progress(boolean isDownload, long bytes, long total) {
            listener.progress(isDownload, bytes, total);
        }

        @Override
        public void ready(Context context, long bytes) {
            placement.pace().ended(() -> {
                if (!done) {
                    done = true;
                    listener.ready(context, bytes, placement);
                }
            });
        }

        @Override
        public void failed(String name, String message) {
            if (refusal != null && placement.kind().equals("webgpu")) {
                gpuFailed(refusal);
            } else {
                Loading.this.failed(refusal == null ? name : UNFIT, message);
            }
        }
    }
}
