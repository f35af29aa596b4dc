package dev.demitasse.web;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.MemoryEstimate;
import dev.demitasse.engine.Context;
import dev.demitasse.plan.Plan;
import dev.demitasse.store.LostException;
import dev.demitasse.web.js.Reply;
import dev.demitasse.web.js.Request;
import org.jspecify.annotations.Nullable;

/** Loads the model of a request on the device that its options name: the GPU if there is one that can run it, else the CPU. */
final class ModelLoad {
    /** Follows a load; {@link #ready} or {@link #failed} ends it. */
    interface Listener {
        /**
         * Called when the model's header has been read, before its weights are.
         *
         * @param disk the storage that the model takes; null if it is not stored
         * @return whether to go on
         */
        boolean needs(ModelReader.@Nullable Disk disk, MemoryEstimate memory);

        /** Called as {@link ModelReader.Listener#progress} is. */
        void progress(boolean isDownload, long bytes, long total);

        /**
         * Called when the model is loaded.
         *
         * @param bytes size of the model
         */
        void ready(Context context, long bytes, ExecutionTarget target);

        /**
         * Called when the model cannot be loaded.
         *
         * @param name of the error, as {@link Reply#setName}; {@code DeviceUnfit} if another device might run the model
         */
        void failed(String name, String message);
    }

    private final Request request;
    private final LoadOptions options;
    private final Listener listener;
    private @Nullable ModelReader reader;
    private boolean cancelled;

    ModelLoad(Request request, LoadOptions options, Listener listener) {
        this.request = request;
        this.options = options;
        this.listener = listener;
    }

    /** Begins to load, in a thread of its own. */
    void start() {
        new Thread(this::run).start();
    }

    /** Stops the load; the listener is not called any more. */
    void cancel() {
        cancelled = true;
        if (reader != null) {
            reader.cancel();
        }
    }

    private void run() {
        try {
            load();
        } catch (ModelReader.Cancelled e) {
            // Nobody waits for the model any more.
        } catch (UnfitException e) {
            fail("DeviceUnfit", e);
        } catch (LostException e) {
            fail("StorageLost", e);
        } catch (RuntimeException e) {
            fail("Error", e);
        } catch (OutOfMemoryError e) {
            fail("Error", new IllegalStateException("the engine ran out of memory"));
        }
    }

    private void fail(String name, RuntimeException e) {
        if (!cancelled) {
            listener.failed(name, String.valueOf(e.getMessage()));
        }
    }

    private void load() {
        String reason = "the CPU was asked for";
        if (options.device() != LoadOptions.Device.CPU) {
            try {
                read(GpuTarget.open(options));
                return;
            } catch (UnfitException e) {
                if (options.device() == LoadOptions.Device.WEBGPU) {
                    throw new UnfitException("the GPU can't run the model: " + e.getMessage());
                }
                reason = String.valueOf(e.getMessage());
            }
        }
        read(CpuTarget.open(options, reason));
    }

    private void read(ExecutionTarget target) {
        if (cancelled) {
            throw new ModelReader.Cancelled();
        }
        ModelReader begun =
                new ModelReader(options.contextLength(), factory(target), target::awaitRoom, listener::progress);
        reader = begun;
        Context context = begun.read(request);
        if (options.chatTemplate() != null) {
            context.model().replaceChatTemplate(options.chatTemplate());
        }
        target.verify();
        if (!cancelled) {
            listener.ready(context, begun.bytes(), target);
        }
    }

    /** Returns a factory that first tells the listener the needs of the model. */
    private Backend.Factory factory(ExecutionTarget target) {
        return (plan, contextLength) -> {
            ModelReader.Disk disk = reader == null ? null : reader.disk();
            if (cancelled || !listener.needs(disk, target.memory(plan, contextLength))) {
                throw new ModelReader.Cancelled();
            }
            if (disk != null && disk.isShort()) {
                throw new IllegalStateException(
                        "the model needs " + disk.missing() + " more bytes of storage, and the browser gives this page "
                                + disk.available()
                                + ": delete stored models, free space on the disk, or load with {cache: false}, which keeps nothing");
            }
            return create(target, plan, contextLength);
        };
    }

    private static Backend create(ExecutionTarget target, Plan plan, int contextLength) {
        try {
            return target.create(plan, contextLength);
        } catch (RuntimeException e) {
            throw new UnfitException(String.valueOf(e.getMessage()));
        }
    }
}
