package dev.demitasse.web;

import dev.demitasse.backend.DeviceLostException;
import dev.demitasse.backend.MemoryEstimate;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.Embedding;
import dev.demitasse.engine.Generation;
import dev.demitasse.jinja.LocalTime;
import dev.demitasse.json.FieldException;
import dev.demitasse.json.JsonWriter;
import dev.demitasse.openai.AnswerRequest;
import dev.demitasse.openai.CompletionRequest;
import dev.demitasse.openai.EmbeddingRequest;
import dev.demitasse.openai.EmbeddingResponse;
import dev.demitasse.openai.ResponseRequest;
import dev.demitasse.web.js.Promises;
import dev.demitasse.web.js.Reply;
import dev.demitasse.web.js.Request;
import dev.demitasse.web.js.WorkerScope;
import dev.demitasse.web.store.SessionStore;
import dev.demitasse.web.store.Signal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.core.JSArrayReader;
import org.teavm.jso.core.JSDate;
import org.teavm.jso.core.JSObjects;

/** Entry point of the engine's worker. The messages are described in docs/worker-messages.md. */
public final class EngineWorker {
    private static final int BAD_REQUEST = 400;

    /** Number of losses of the GPU in one answer after which the CPU takes over. */
    private static final int MAX_LOSSES = 2;
    /** Number of losses without a token in between after which an answer fails. */
    private static final int MAX_LOSSES_IN_A_ROW = 3;

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
    /** Number of losses since the last token. */
    private int lossesInARow;
    /** Number of tokens of the current answer at the last loss. */
    private int tokensAtLoss;

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
                case "ping" -> WorkerScope.postMessage(Reply.of("alive", request.getId()));
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
                    } catch (DeviceLostException e) {
                        postFailed("Error", String.valueOf(e.getMessage())); // another worker may have more luck
                    } catch (RuntimeException e) {
                        postError(request.getId(), e);
                    } catch (OutOfMemoryError e) {
                        postFailed("RangeError", "it ran out of memory");
                    }
                })
                .start();
    }

    /** Reports that this worker can't go on. The page replaces it. */
    private static void postFailed(String name, String message) {
        Reply reply = Reply.of("failed", 0);
        reply.setName(name);
        reply.setMessage(message);
        WorkerScope.postMessage(reply);
    }

    private void load(Request request) {
        if (loadRequest != null) {
            throw new IllegalStateException("this worker has a model already");
        }
        loadRequest = request;
        LoadOptions options = LoadOptions.of(request);
        load(request, options, new ModelLoad.Listener() {
            @Override
            public boolean needs(ModelReader.@Nullable Disk disk, MemoryEstimate memory) {
                LoadReplies.postNeeds(request.getId(), disk, memory);
                return request.getType().equals("load");
            }

            @Override
            public void progress(boolean isDownload, long bytes, long total) {
                LoadReplies.postProgress(request.getId(), isDownload ? "download" : "load", bytes, total);
            }

            @Override
            public void ready(Context loaded, long bytes, ExecutionTarget target) {
                context = loaded;
                sessions = new Sessions(loaded, bytes, options.prefixCacheBytes());
                reopenSessions(request);
                loaded.model().tokenizer().warnings().forEach(WorkerScope.getConsole()::warn);
                LoadReplies.postLoaded(request.getId(), loaded, bytes, target);
            }

            @Override
            public void failed(String name, String message) {
                loadRequest = null;
                postError(request.getId(), name, message);
            }
        });
    }

    /** Opens the sessions that another worker had. */
    private void reopenSessions(Request request) {
        JSArrayReader<Request.LostSession> lost = request.getSessions();
        if (!JSObjects.isUndefined(lost)) {
            for (int i = 0; i < lost.getLength(); i++) {
                sessions()
                        .reopen(
                                lost.get(i).getNumber(),
                                GenerationTask.ints(lost.get(i).getTokens()));
            }
        }
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
        lossesInARow = interrupted.tokens() > tokensAtLoss ? 1 : lossesInARow + 1;
        tokensAtLoss = interrupted.tokens();
        LoadOptions asked = LoadOptions.of(request);
        if (lossesInARow >= MAX_LOSSES_IN_A_ROW) {
            interrupted.fail("the GPU was lost " + losses + " times: " + reason);
            return;
        }
        boolean takesCpu = losses >= MAX_LOSSES && asked.device() != LoadOptions.Device.WEBGPU;
        LoadOptions options = takesCpu ? asked.onCpu() : asked;
        load(request, options, new ModelLoad.Listener() {
            @Override
            public boolean needs(ModelReader.@Nullable Disk disk, MemoryEstimate memory) {
                return true;
            }

            @Override
            public void progress(boolean isDownload, long bytes, long total) {
                LoadReplies.postProgress(interrupted.id(), "restart", bytes, total);
            }

            @Override
            public void ready(Context loaded, long bytes, ExecutionTarget target) {
                context = loaded;
                Sessions moved = new Sessions(loaded, bytes, options.prefixCacheBytes());
                sessions().moveTo(moved, answeringSession);
                sessions = moved;
                Reply reply = Reply.of("device", interrupted.id());
                reply.setDevice(LoadReplies.device(target, "; loaded again, since the GPU was lost (" + reason + ")"));
                WorkerScope.postMessage(reply);
                interrupted.resume(loaded);
            }

            @Override
            public void failed(String name, String message) {
                if (name.equals("DeviceUnfit")) {
                    deviceLost(interrupted, message); // lost again
                } else {
                    interrupted.fail(
                            "the GPU was lost (" + reason + "), and loading the model again failed: " + message);
                }
            }
        });
    }

    private Context context() {
        if (context == null) {
            throw new IllegalStateException("no model is loaded");
        }
        return context;
    }

    /** Returns the user's local time when the page sent a request. */
    private static LocalTime localTime(Request request) {
        JSDate date = new JSDate(request.getTime());
        return new LocalTime((long) date.getTime() - date.getTimezoneOffset() * 60_000L);
    }

    private void tokenize(Request request) {
        Reply reply = Reply.of("tokens", request.getId());
        reply.setIds(
                JSObjects.isUndefined(request.getText())
                        ? CompletionRequest.chatPrompt(request.getBody(), context(), localTime(request))
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
        long seed = (long) request.getSeed();
        AnswerRequest asked =
                switch (request.getType()) {
                    case "chat" -> CompletionRequest.chat(request.getBody(), context(), localTime(request), seed);
                    case "complete" -> CompletionRequest.text(request.getBody(), context(), seed);
                    default -> ResponseRequest.read(request.getBody(), context(), localTime(request), seed);
                };
        answeringSession = request.getSession();
        losses = 0;
        lossesInARow = 0;
        tokensAtLoss = 0;
        GenerationTask begun = new GenerationTask(request, asked, context(), this::deviceLost);
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
            begun.finish(sessions().tokens(request.getSession()));
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
                LoadReplies.postProgress(request.getId(), "prefill", embedding.done(), ids.length);
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
        Reply reply = Reply.of("done", request.getId());
        if (!request.getType().equals("closeSession")) {
            reply.setTokens(sessions().tokens(request.getSession()));
        }
        WorkerScope.postMessage(reply);
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
