package dev.demitasse.web;

import dev.demitasse.engine.Engine;
import dev.demitasse.engine.EngineLoader;
import dev.demitasse.engine.FolderLoader;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.huggingface.FolderStream;
import dev.demitasse.web.js.ByteStream;
import dev.demitasse.web.js.JsError;
import dev.demitasse.web.js.Request;
import dev.demitasse.web.js.Response;
import dev.demitasse.web.js.WorkerScope;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSObjects;
import org.teavm.jso.core.JSPromise;
import org.teavm.jso.typedarrays.Uint8Array;

/** Streams a model's bytes from an address or a file into an engine. Holds one chunk at a time. */
final class ModelReader {
    /** Hears of the reading; {@link #ready} or {@link #failed} ends it. */
    interface Listener {
        /** @param total bytes, or {@link Gguf#UNKNOWN_LENGTH} */
        void progress(long bytes, long total);

        void ready(Engine engine, long bytes);

        void failed(String message);
    }

    /** Where a file's bytes go; both methods may throw, which ends the reading with {@link Listener#failed}. */
    private interface Target {
        /** Takes bytes; false if it wants no more of this file. */
        boolean chunk(ByteBuffer bytes);

        void ended();
    }

    private static final int STAGING_BYTES = 1 << 20;
    private static final int NOT_FOUND = 404;

    private final int contextLength;
    private final EngineLoader.BackendFactory backends;
    private final Placement.Pace pace;
    private final Listener listener;
    private final ByteBuffer staging = ByteBuffer.allocateDirect(STAGING_BYTES);
    private boolean cancelled;

    /** @param contextLength as for {@link EngineLoader} */
    ModelReader(int contextLength, EngineLoader.BackendFactory backends, Placement.Pace pace, Listener listener) {
        this.pace = pace;
        this.contextLength = contextLength;
        this.backends = backends;
        this.listener = listener;
    }

    void read(Request request) {
        Request.ModelFile file = request.getFile();
        if (!JSObjects.isUndefined(file.getSizeIfFile())) {
            guarded(() -> pump(new Chunks(file.stream()), new GgufFile((long) file.getSize())));
        } else if (request.getUrl().endsWith("/")) {
            new Folder(request.getUrl()).read();
        } else {
            String url = request.getUrl();
            fetch(url, response -> {
                requireOk(url, response);
                pump(new Chunks(response.getBody()), new GgufFile(length(response)));
            });
        }
    }

    /** Nothing more reaches the listener. */
    void cancel() {
        cancelled = true;
    }

    /** A GGUF file. */
    private final class GgufFile implements Target {
        private final long total;
        private final EngineLoader loader;
        private long read;

        GgufFile(long total) {
            this.total = total;
            loader = new EngineLoader(total, contextLength, backends);
        }

        @Override
        public boolean chunk(ByteBuffer bytes) {
            read += bytes.remaining();
            loader.accept(bytes);
            listener.progress(read, total);
            return true;
        }

        @Override
        public void ended() {
            listener.ready(loader.finish(), read);
        }
    }

    /** A Hugging Face folder: first the small files, together, then those with the weights, one after the other. */
    private final class Folder {
        private final String url;
        private final Map<String, String> texts = new HashMap<>();
        private int missing = FolderStream.TEXT_FILES.size();

        Folder(String url) {
            this.url = url;
        }

        void read() {
            for (String name : FolderStream.TEXT_FILES) {
                fetch(url + name, response -> {
                    if (response.getStatus() == NOT_FOUND) {
                        textCame();
                        return;
                    }
                    requireOk(url + name, response);
                    response.text()
                            .then(
                                    text -> guarded(() -> {
                                        texts.put(name, text.toString());
                                        textCame();
                                    }),
                                    ModelReader.this::bytesStopped);
                });
            }
        }

        private void textCame() {
            missing--;
            if (missing == 0 && !cancelled) {
                String name = url.substring(url.lastIndexOf('/', url.length() - 2) + 1, url.length() - 1);
                next(new FolderLoader(name, texts, contextLength, backends));
            }
        }

        private void next(FolderLoader loader) {
            String file = loader.file();
            if (file == null) {
                listener.ready(loader.finish(), loader.fileBytes());
                return;
            }
            fetch(url + file, response -> {
                requireOk(url + file, response);
                pump(new Chunks(response.getBody()), new Target() {
                    @Override
                    public boolean chunk(ByteBuffer bytes) {
                        boolean more = loader.accept(bytes);
                        listener.progress(loader.readBytes(), loader.fileBytes());
                        if (!more) {
                            next(loader);
                        }
                        return more;
                    }

                    @Override
                    public void ended() {
                        loader.finish(); // which says that the file is too short
                    }
                });
            });
        }
    }

    /** What to do with a response; may throw. */
    private interface OnResponse {
        void accept(Response response);
    }

    private void fetch(String url, OnResponse action) {
        WorkerScope.fetch(url)
                .then(
                        response -> guarded(() -> action.accept(response)),
                        reason -> fail("can't fetch " + url + ": " + ((JsError) reason).getMessage()));
    }

    private static void requireOk(String url, Response response) {
        if (!response.isOk()) {
            throw new IllegalStateException(url + " answered with status " + response.getStatus());
        }
    }

    /** The body's length; that of an encoded one says nothing of the file's. */
    private static long length(Response response) {
        String length = response.getHeaders().get("Content-Length");
        boolean encoded = response.getHeaders().get("Content-Encoding") != null;
        return length == null || encoded ? Gguf.UNKNOWN_LENGTH : Long.parseLong(length);
    }

    /** A stream's chunks, all in one buffer where the browser can: else those that are done with pile up until they are collected. */
    private static final class Chunks {
        private final ByteStream.Reader reader;
        private @Nullable Uint8Array buffer;

        Chunks(ByteStream stream) {
            ByteStream.ReaderOptions options = JSObjects.create();
            options.setMode("byob");
            ByteStream.Reader opened;
            try {
                opened = stream.getReader(options);
                buffer = new Uint8Array(STAGING_BYTES);
            } catch (RuntimeException e) {
                opened = stream.getReader();
            }
            reader = opened;
        }

        JSPromise<ByteStream.Chunk> next() {
            return buffer == null ? reader.read() : reader.read(buffer);
        }

        /** Says that a chunk has been used. */
        void done(Uint8Array chunk) {
            if (buffer != null) {
                buffer = new Uint8Array(chunk.getBuffer());
            }
        }

        void cancel() {
            reader.cancel();
        }
    }

    private void pump(Chunks chunks, Target target) {
        chunks.next()
                .then(
                        chunk -> guarded(() -> {
                            if (cancelled) {
                                chunks.cancel();
                            } else if (chunk.isDone()) {
                                target.ended();
                            } else if (take(chunk.getValue(), target)) {
                                int length = chunk.getValue().getLength();
                                chunks.done(chunk.getValue());
                                pace.taken(length, () -> pump(chunks, target));
                            } else {
                                chunks.cancel();
                            }
                        }),
                        this::bytesStopped);
    }

    private boolean take(Uint8Array bytes, Target target) {
        int length = bytes.getLength();
        for (int from = 0; from < length; from += STAGING_BYTES) {
            int count = Math.min(STAGING_BYTES, length - from);
            // A new view each time: the memory's buffer changes when it grows.
            Uint8Array part = new Uint8Array(bytes.getBuffer(), bytes.getByteOffset() + from, count);
            Uint8Array.fromJavaBuffer(staging).set(part);
            if (!target.chunk(staging.duplicate().position(0).limit(count))) {
                return false;
            }
        }
        return true;
    }

    private @Nullable JSObject bytesStopped(Object reason) {
        return fail("the model's bytes stopped coming: " + ((JsError) reason).getMessage());
    }

    private @Nullable JSObject guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            fail(String.valueOf(e.getMessage()));
        } catch (OutOfMemoryError e) {
            fail("the engine ran out of memory");
        }
        return null;
    }

    private @Nullable JSObject fail(String message) {
        if (!cancelled) {
            cancelled = true;
            listener.failed(message);
        }
        return null;
    }
}
