package dev.demitasse;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.Pass;
import dev.demitasse.gguf.TensorInfo;
import java.nio.ByteBuffer;

/** Keeps the latest pass of a backend, so that a test can read the logits that a generation sampled from. */
public final class RecordingBackend implements Backend {
    private final Backend backend;
    private Pass latest;

    public RecordingBackend(Backend backend) {
        this.backend = backend;
    }

    public Pass latest() {
        return latest;
    }

    @Override
    public Pass forward(Batch batch, Outputs outputs) {
        latest = backend.forward(batch, outputs);
        return latest;
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
    public int batchSize(int position) {
        return backend.batchSize(position);
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
    public int validPrefix(int positions) {
        return backend.validPrefix(positions);
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
        backend.readKv(positions, offset, target, whenRead);
    }

    @Override
    public void writeKv(int positions, long offset, ByteBuffer source) {
        backend.writeKv(positions, offset, source);
    }
}
