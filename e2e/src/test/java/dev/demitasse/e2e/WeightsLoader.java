package dev.demitasse.e2e;

import dev.demitasse.backend.Backend;
import dev.demitasse.engine.EngineLoader;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufStream;
import dev.demitasse.gguf.TensorInfo;
import dev.demitasse.model.Model;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Fills a backend, without tokenizer and engine. */
final class WeightsLoader implements GgufStream.Sink {
    private static final int CHUNK_BYTES = 1 << 20;

    private final int context;
    private final EngineLoader.BackendFactory backends;
    private Backend backend;

    private WeightsLoader(int context, EngineLoader.BackendFactory backends) {
        this.context = context;
        this.backends = backends;
    }

    static Backend load(Path gguf, int context, EngineLoader.BackendFactory backends) throws IOException {
        WeightsLoader loader = new WeightsLoader(context, backends);
        try (FileChannel file = FileChannel.open(gguf)) {
            GgufStream stream = new GgufStream(file.size(), loader);
            ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
            while (file.read(chunk) >= 0) {
                stream.accept(chunk.flip());
                chunk.clear();
            }
            stream.finish();
        }
        return loader.backend;
    }

    @Override
    public void header(Gguf gguf) {
        backend = backends.create(Model.of(gguf, context).plan(), context);
    }

    @Override
    public void bytes(TensorInfo tensor, long offset, ByteBuffer bytes) {
        backend.load(tensor, offset, bytes);
    }
}
