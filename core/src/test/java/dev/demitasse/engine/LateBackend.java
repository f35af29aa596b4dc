package dev.demitasse.engine;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.DeviceLostException;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.sampling.ExactTop;
import dev.demitasse.sampling.TopLogits;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Another backend as if it were a device: what is begun is done when {@link #work} is called; it can be lost. */
final class LateBackend implements Backend {
    /** A device that works for ever. */
    static final int NEVER = -1;

    private final Backend backend;
    private final int mostCandidates;
    private final List<Runnable> waiting = new ArrayList<>();
    private int callsUntilLoss;
    private boolean busy;
    private boolean allFetched;
    private int candidates;
    private int tops;
    private int fetches;

    /**
     * @param mostCandidates entries of a list, though more may be wanted
     * @param callsUntilLoss calls and completions after which the device is lost, or {@link #NEVER}
     */
    LateBackend(Backend backend, int mostCandidates, int callsUntilLoss) {
        this.backend = backend;
        this.mostCandidates = mostCandidates;
        this.callsUntilLoss = callsUntilLoss;
    }

    /** Lists that were read. */
    int tops() {
        return tops;
    }

    /** Lists that weren't enough. */
    int fetches() {
        return fetches;
    }

    boolean isLost() {
        return callsUntilLoss == 0;
    }

    /** Finishes what was begun. */
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
    public void candidates(int count) {
        candidates = count;
    }

    @Override
    public void forward(int[] tokens, int from, int to, int position, int logits) {
        call();
        backend.forward(tokens, from, to, position, logits);
        allFetched = candidates == 0 || logits > 1;
        busy = true;
    }

    @Override
    public void embed(int[] tokens, int from, int to, int position) {
        call();
        backend.embed(tokens, from, to, position);
        busy = true;
    }

    @Override
    public float[] hidden() {
        call();
        return backend.hidden();
    }

    @Override
    public TopLogits top() {
        call();
        if (allFetched) {
            return null;
        }
        tops++;
        return ExactTop.of(backend.logits(0), Math.min(candidates, mostCandidates));
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
        return backend.logits(row);
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
    public void readKv(int positions, long offset, ByteBuffer target) {
        call();
        backend.readKv(positions, offset, target);
        busy = true;
    }

    @Override
    public void writeKv(int positions, long offset, ByteBuffer source) {
        call();
        backend.writeKv(positions, offset, source);
    }

    @Override
    public void whenDone(Runnable action) {
        if (busy) {
            waiting.add(action);
        } else {
            action.run();
        }
    }
}
