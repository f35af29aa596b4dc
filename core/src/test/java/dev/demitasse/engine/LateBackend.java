package dev.demitasse.engine;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.DeviceLostException;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.Pass;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.sampling.ExactTop;
import dev.demitasse.sampling.TopLogits;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Makes a backend behave like a device: work is done when {@link #work} is called, and the device can be lost. */
final class LateBackend implements Backend {
    /** Calls until the loss of a device that is never lost. */
    static final int NEVER = -1;

    private final Backend backend;
    private final int maxTopK;
    private final List<Runnable> waiting = new ArrayList<>();
    private int callsUntilLoss;
    private boolean busy;
    private int tops;
    private int fetches;

    /**
     * Wraps a backend.
     *
     * @param maxTopK maximum number of top logits, even if more are asked for
     * @param callsUntilLoss calls and completions after which the device is lost, or {@link #NEVER}
     */
    LateBackend(Backend backend, int maxTopK, int callsUntilLoss) {
        this.backend = backend;
        this.maxTopK = maxTopK;
        this.callsUntilLoss = callsUntilLoss;
    }

    /** Returns how often top logits were read. */
    int tops() {
        return tops;
    }

    /** Returns how often top logits did not suffice. */
    int fetches() {
        return fetches;
    }

    boolean isLost() {
        return callsUntilLoss == 0;
    }

    /** Finishes the work that has begun. */
    void work() {
        count();
        busy = false;
        List<Runnable> actions = List.copyOf(waiting);
        waiting.clear();
        actions.forEach(Runnable::run);
    }

    private void count() {
        if (callsUntilLoss > 0) {
            callsUntilLoss--;
        }
    }

    private void call() {
        if (busy) {
            throw new AssertionError("called while at work");
        }
        count();
        if (isLost()) {
            throw new DeviceLostException("lost");
        }
    }

    private void whenDone(Runnable action) {
        if (busy) {
            waiting.add(action);
        } else {
            action.run();
        }
    }

    @Override
    public void load(TensorInfo tensor, long offset, ByteBuffer bytes) {
        backend.load(tensor, offset, bytes);
    }

    @Override
    public int batchSize() {
        return backend.batchSize();
    }

    @Override
    public int maxOutputs() {
        return backend.maxOutputs();
    }

    @Override
    public int contextLength() {
        return backend.contextLength();
    }

    @Override
    public Pass forward(Batch batch, Outputs outputs) {
        call();
        Pass pass = new LatePass(backend.forward(batch, outputs), outputs.topK());
        busy = true;
        return pass;
    }

    private final class LatePass implements Pass {
        private final Pass pass;
        private final int topK;
        private boolean allFetched;

        LatePass(Pass pass, int topK) {
            this.pass = pass;
            this.topK = topK;
            allFetched = topK == 0;
        }

        @Override
        public void whenDone(Runnable action) {
            LateBackend.this.whenDone(action);
        }

        @Override
        public boolean abandon() {
            return false;
        }

        @Override
        public TopLogits topLogits() {
            call();
            if (allFetched) {
                return null;
            }
            tops++;
            return ExactTop.of(pass.logits(0), Math.min(topK, maxTopK));
        }

        @Override
        public void fetchLogits() {
            call();
            fetches++;
            allFetched = true;
            busy = true;
        }

        @Override
        public float[] logits(int row) {
            call();
            if (!allFetched) {
                throw new AssertionError("logits that were not fetched");
            }
            return pass.logits(row);
        }

        @Override
        public float[] hiddenStates() {
            call();
            return pass.hiddenStates();
        }
    }

    @Override
    public String kvLayout() {
        return backend.kvLayout();
    }

    @Override
    public long kvBytes(int positions) {
        return backend.kvBytes(positions);
    }

    @Override
    public void readKv(int positions, long offset, ByteBuffer target, Runnable whenRead) {
        call();
        backend.readKv(positions, offset, target, () -> {
            busy = true;
            whenDone(whenRead);
        });
    }

    @Override
    public void writeKv(int positions, long offset, ByteBuffer source) {
        call();
        backend.writeKv(positions, offset, source);
    }
}
