package dev.demitasse.web;

import dev.demitasse.backend.MemoryEstimate;
import dev.demitasse.chat.ChatTemplate;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.Embedding;
import dev.demitasse.engine.Generation;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.jinja.LocalTime;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonWriter;
import dev.demitasse.openai.AnswerRequest;
import dev.demitasse.openai.CompletionRequest;
import dev.demitasse.openai.EmbeddingRequest;
import dev.demitasse.openai.EmbeddingResponse;
import dev.demitasse.openai.ResponseRequest;
import dev.demitasse.sampling.SamplingOptions;
import dev.demitasse.web.js.Promises;
import dev.demitasse.web.js.Reply;
import dev.demitasse.web.js.Request;
import dev.demitasse.web.js.Text;
import dev.demitasse.web.js.WorkerScope;
import dev.demitasse.web.store.SessionStore;
import dev.demitasse.web.store.Signal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.core.JSDate;
import org.teavm.jso.core.JSObjects;

/** Entry point of the engine's worker. The messages are described in docs/worker-messages.md. */
public final class EngineWorker {
    private static final int BAD_REQUEST = 400;

    /** Default budget in bytes for snapshots of waiting sessions. */
    private static final double PREFIX_CACHE_BYTES = 1 << 28;

    /** Number of losses of the GPU in one answer after which the CPU takes over. */
    private static final int MAX_LOSSES = 2;

    private @Nullable Context context;
    private @Nullable Sessions sessions;
    private @Nullable GenerationTask answer;
    private @Nullable ModelLoad load;
    /** The request that loads or has loaded the model. */
    private @Nullable Request loadRequest;

    /** Whether the request that waits for its session was aborted. */
    private boolean aborted;

    /** Number of the session of the current answer. */
    private int answeringSession;
    /** Number of times that the GPU was lost in the current answer. */
    private int losses;

    private EngineWorker() {}

    public static void main(String[] args) {
        EngineWorker worker = new EngineWorker();
        WorkerScope.setOnMessage(event -> worker.handle(event.getData()));
    }

    static void postError(int id, String name, String message) {
        Reply reply = Reply.of("error", id);
        reply.setName(name);
        reply.setMessage(message);
        WorkerScope.postMessage(reply);
    }

    /** Posts the error that a request ended with. */
    static void postError(int id, RuntimeException e) {
        Reply reply = Reply.of("error", id);
        reply.setName("Error");
        reply.setMessage(String.valueOf(e.getMessage()));
        if (e instanceof FieldException field) {
            reply.setParam(field.path());
        }
        if (e instanceof IllegalArgumentException) {
            reply.setStatus(BAD_REQUEST);
        }
        WorkerScope.postMessage(reply);
    }

    private void handle(Request request) {
        try {
            switch (request.getType()) {
                case "load", "needs" -> load(request);
                case "chat", "complete", "respond" -> inThread(request, () -> answer(request));
                case "embed" -> inThread(request, () -> embed(request));
                case "tokenize" -> tokenize(request);
                case "closeSession", "saveSession", "restoreSession" -> inThread(request, () -> session(request));
                case "sessions", "deleteSession" -> inThread(request, () -> storedSessions(request));
                case "models", "delete", "export", "import", "verify" -> ModelRequests.handle(request);
                case "abort" -> abort(request.getId());
                default -> throw new IllegalArgumentException("unknown request \"" + request.getType() + "\"");
            }
        } catch (RuntimeException e) {
            postError(request.getId(), e);
        }
    }

    /** Runs an action that may wait, in a Java thread, and posts its error. */
    private static void inThread(Request request, Runnable action) {
        new Thread(() -> {
                    try {
                        action.run();
                    } catch (RuntimeException e) {
                        postError(request.getId(), e);
                    }
                })
                .start();
    }

    private void load(Request request) {
        if (loadRequest != null) {
            throw new IllegalStateException("this worker has a model already");
        }
        loadRequest = request;
        LoadOptions options = loadOptions(request);
        load(request, options, new ModelLoad.Listener() {
            @Override
            public boolean needs(ModelReader.@Nullable Disk disk, MemoryEstimate memory) {
                postNeeds(request.getId(), disk, memory);
                return request.getType().equals("load");
            }

            @Override
            public void progress(boolean isDownload, long bytes, long total) {
                Reply reply = Reply.of("progress", request.getId());
                reply.setPhase(isDownload ? "download" : "load");
                reply.setLoaded(bytes);
                reply.setTotal(total == Gguf.UNKNOWN_LENGTH ? 0 : total);
                WorkerScope.postMessage(reply);
            }

            @Override
            public void ready(Context loaded, long bytes, ExecutionTarget target) {
                context = loaded;
                sessions = new Sessions(loaded, bytes, options.prefixCacheBytes());
                loaded.model().tokenizer().warnings().forEach(WorkerScope.getConsole()::warn);
                postLoaded(request.getId(), loaded, bytes, target);
            }

            @Override
            public void failed(String name, String message) {
                loadRequest = null;
                postError(request.getId(), name, message);
            }
        });
    }

    private static void postNeeds(int id, ModelReader.@Nullable Disk disk, MemoryEstimate memory) {
        Reply.Needs needs = JSObjects.create();
        if (disk != null) {
            Reply.Disk kept = JSObjects.create();
            kept.setTotal(disk.total());
            kept.setStored(disk.stored());
            kept.setAvailable(disk.available());
            needs.setDisk(kept);
        }
        Reply.Memory taken = JSObjects.create();
        taken.setEmpty(memory.empty());
        taken.setPerToken(memory.perToken());
        taken.setTotal(memory.total());
        double gibibytes = WorkerScope.getNavigator().getDeviceMemory();
        if (!Double.isNaN(gibibytes)) {
            taken.setDevice(gibibytes * (1 << 30));
        }
        needs.setMemory(taken);
        Reply reply = Reply.of("needs", id);
        reply.setNeeds(needs);
        WorkerScope.postMessage(reply);
    }

    private static LoadOptions loadOptions(Request request) {
        Request.Options options = request.getOptions();
        int threads = (int) number(options.getThreads(), 0);
        if (threads < 1 && !Double.isNaN(options.getThreads())) {
            throw new IllegalArgumentException("threads is " + threads + "; it must be at least 1");
        }
        long cacheBytes = (long) number(options.getPrefixCacheBytes(), PREFIX_CACHE_BYTES);
        if (cacheBytes < 0) {
            throw new IllegalArgumentException("prefixCacheBytes is " + cacheBytes + "; it must not be negative");
        }
        String template = text(options.getChatTemplate(), "");
        return new LoadOptions(
                LoadOptions.Device.of(text(options.getDevice(), "auto")),
                (int) number(options.getContextLength(), 0),
                threads,
                LoadOptions.kvType(text(options.getKvType(), "f16")),
                cacheBytes,
                template.isEmpty() ? null : ChatTemplate.parse(template));
    }

    private static String text(Text text, String absent) {
        return JSObjects.isUndefined(text) ? absent : text.toString();
    }

    private void load(Request request, LoadOptions options, ModelLoad.Listener listener) {
        load = new ModelLoad(request, options, listener);
        load.start();
    }

    /** Loads the model again, and continues the answer. */
    private void deviceLost(GenerationTask interrupted, String reason) {
        Request request = loadRequest;
        if (request == null) {
            interrupted.fail("the GPU was lost: " + reason);
            return;
        }
        losses++;
        LoadOptions asked = loadOptions(request);
        if (losses >= MAX_LOSSES && asked.device() == LoadOptions.Device.WEBGPU) {
            interrupted.fail("the GPU was lost " + losses + " times: " + reason);
            return;
        }
        LoadOptions options = losses >= MAX_LOSSES ? asked.onCpu() : asked;
        load(request, options, new ModelLoad.Listener() {
            @Override
            public boolean needs(ModelReader.@Nullable Disk disk, MemoryEstimate memory) {
                return true;
            }

            @Override
            public void progress(boolean isDownload, long bytes, long total) {
                // The progress of the answer follows.
            }

            @Override
            public void ready(Context loaded, long bytes, ExecutionTarget target) {
                context = loaded;
                Sessions moved = new Sessions(loaded, bytes, options.prefixCacheBytes());
                sessions().moveTo(moved, answeringSession);
                sessions = moved;
                Reply reply = Reply.of("device", interrupted.id());
                reply.setDevice(device(target, "; loaded again, since the GPU was lost (" + reason + ")"));
                WorkerScope.postMessage(reply);
                interrupted.resume(loaded);
            }

            @Override
            public void failed(String name, String message) {
                interrupted.fail("the GPU was lost (" + reason + "), and loading the model again failed: " + message);
            }
        });
    }

    private static void postLoaded(int id, Context ready, long bytes, ExecutionTarget target) {
        Reply.ModelSummary model = JSObjects.create();
        model.setName(ready.model().info().name());
        model.setArchitecture(ready.model().info().architecture());
        model.setParameters(ready.model().info().parameters());
        model.setBytes(bytes);
        model.setContextLength(ready.contextLength());
        model.setChatTemplate(ready.model().hasChatTemplate());
        model.setTools(ready.model().hasTools());
        model.setThinks(ready.model().thinks());
        SamplingOptions defaults = ready.model().defaultSampling();
        Reply.Sampling sampling = JSObjects.create();
        sampling.setTemperature(defaults.temperature());
        sampling.setTopP(defaults.topP());
        sampling.setTopK(defaults.topK());
        sampling.setMinP(defaults.minP());
        sampling.setRepetitionPenalty(defaults.repetitionPenalty());
        model.setSampling(sampling);
        Reply reply = Reply.of("loaded", id);
        reply.setModel(model);
        reply.setDevice(device(target, ""));
        WorkerScope.postMessage(reply);
    }

    private static Reply.Device device(ExecutionTarget target, String more) {
        Reply.Device device = JSObjects.create();
        device.setKind(target.kind());
        device.setThreads(target.threads());
        device.setReason(target.reason() + more);
        return device;
    }

    private Context context() {
        if (context == null) {
            throw new IllegalStateException("no model is loaded");
        }
        return context;
    }

    private static LocalTime now() {
        JSDate date = new JSDate();
        return new LocalTime((long) date.getTime() - date.getTimezoneOffset() * 60_000L);
    }

    private void tokenize(Request request) {
        Reply reply = Reply.of("tokens", request.getId());
        reply.setIds(
                JSObjects.isUndefined(request.getText())
                        ? CompletionRequest.chatPrompt(request.getBody(), context(), now())
                        : context().model().tokenizer().encode(request.getText().toString(), false));
        WorkerScope.postMessage(reply);
    }

    private Sessions sessions() {
        if (sessions == null) {
            throw new IllegalStateException("no model is loaded");
        }
        return sessions;
    }

    private void answer(Request request) {
        if (answer != null && !answer.isFinished()) {
            throw new IllegalStateException("an answer is in progress");
        }
        aborted = false;
        long seed = System.currentTimeMillis();
        AnswerRequest asked =
                switch (request.getType()) {
                    case "chat" -> CompletionRequest.chat(request.getBody(), context(), now(), seed);
                    case "complete" -> CompletionRequest.text(request.getBody(), context(), seed);
                    default -> ResponseRequest.read(request.getBody(), context(), now(), seed);
                };
        answeringSession = request.getSession();
        losses = 0;
        GenerationTask begun = new GenerationTask(request.getId(), asked, seed / 1000, context(), this::deviceLost);
        try {
            for (AnswerRequest.Run run : asked.runs()) {
                sessions().enter(request.getSession(), run.prompt());
                Generation generation = context().generate(run.prompt(), run.options());
                answer = begun;
                if (aborted) {
                    begun.cancel();
                }
                Signal.until(ended -> begun.run(generation, ended));
                if (begun.isOver()) {
                    break;
                }
            }
            begun.finish();
        } finally {
            begun.close();
        }
    }

    private void embed(Request request) {
        aborted = false;
        sessions().leave();
        EmbeddingRequest asked = EmbeddingRequest.read(request.getBody(), context());
        List<float[]> vectors = new ArrayList<>();
        for (int[] ids : asked.inputs()) {
            Embedding embedding = context().embed(ids);
            while (!embedding.isFinished()) {
                embedding.begin();
                Promises.sleep(0); // so that an abort is heard
                Signal.until(embedding::whenReady);
                if (aborted) {
                    postError(request.getId(), "AbortError", "embedding was aborted");
                    return;
                }
                embedding.next();
            }
            vectors.add(embedding.vector());
        }
        Reply reply = Reply.of("done", request.getId());
        reply.setResponse(
                EmbeddingResponse.write(asked, context().model().info().name(), vectors));
        WorkerScope.postMessage(reply);
    }

    private void session(Request request) {
        switch (request.getType()) {
            case "closeSession" -> sessions().close(request.getSession());
            case "saveSession" -> sessions().save(request.getSession(), request.getName());
            default -> sessions().restore(request.getSession(), request.getName());
        }
        WorkerScope.postMessage(Reply.of("done", request.getId()));
    }

    private static void storedSessions(Request request) {
        Reply reply = Reply.of("done", request.getId());
        if (request.getType().equals("sessions")) {
            reply.setSessions(JsonWriter.write(Sessions.list(), -1));
        } else {
            SessionStore.find().delete(request.getName());
        }
        WorkerScope.postMessage(reply);
    }

    private static double number(double value, double absent) {
        return Double.isNaN(value) ? absent : value;
    }

    private void abort(int id) {
        if (answer != null && answer.id() == id) {
            answer.cancel();
        } else if (context != null) {
            aborted = true; // the request waits for its session, or is an embedding
            context.abandon();
        } else if (load != null && loadRequest != null && loadRequest.getId() == id) {
            load.cancel();
            loadRequest = null;
            postError(id, "AbortError", "loading was aborted");
        }
    }
}
