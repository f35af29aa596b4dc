package dev.demitasse.web;

import dev.demitasse.backend.DeviceLostException;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.Event;
import dev.demitasse.engine.Generation;
import dev.demitasse.openai.AnswerRequest;
import dev.demitasse.openai.AnswerWriter;
import dev.demitasse.web.js.MessageChannel;
import dev.demitasse.web.js.Reply;
import dev.demitasse.web.js.Request;
import dev.demitasse.web.js.WorkerScope;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.core.JSObjects;
import org.teavm.jso.core.JSString;
import org.teavm.jso.typedarrays.Int32Array;

/**
 * The answer to one request: runs the generation of each choice, one step per task of the worker, so that messages are
 * handled in between.
 */
final class GenerationTask {
    /** Called if the device of the engine is lost. {@link #resume} or {@link #fail} must follow. */
    interface OnDeviceLost {
        void lost(GenerationTask answer, String reason);
    }

    private static final int ID_BYTES = 12;
    private static final int MS_PER_SECOND = 1000;
    private static final long NANOS_PER_MS = 1_000_000;

    private final int id;
    /** Whether the session of the request is one that the page has opened. */
    private final boolean hasSession;

    private final AnswerRequest request;
    private final AnswerWriter writer;
    private final OnDeviceLost onDeviceLost;
    private final MessageChannel channel = new MessageChannel();
    /** Chunks of the current event. */
    private JSArray<JSString> chunks = new JSArray<>();
    /** Tokens of the answer that an ended worker has generated and that belong to choices which are still to be run. */
    private int[] recorded = {};
    /** Number of events that the page has received from that worker. */
    private int eventsToSkip;

    private long recordedNanos;
    /** Number of tokens of all choices. */
    private int tokens;

    private @Nullable Generation generation;
    private @Nullable Runnable onChoiceEnd;
    private boolean cancelled;
    private @Nullable String error;
    private boolean closed;

    /**
     * Begins an answer. If an ended worker has begun it, the page receives only what that worker has not sent.
     *
     * @param message the page's message with the request
     */
    GenerationTask(Request message, AnswerRequest request, Context context, OnDeviceLost onDeviceLost) {
        id = message.getId();
        hasSession = message.getSession() != 0;
        this.request = request;
        this.onDeviceLost = onDeviceLost;
        Random random = new Random((long) message.getSeed());
        writer = request.writer(
                context.model().tokenizer(),
                context.model().info().name(),
                (long) message.getTime() / MS_PER_SECOND,
                () -> id(random),
                json -> chunks.push(JSString.valueOf(json)));
        channel.getPort1().setOnMessage(event -> step());
        Request.Replay replay = message.getReplay();
        if (!JSObjects.isUndefined(replay)) {
            recorded = ints(replay.getTokens());
            eventsToSkip = replay.getEvents();
            recordedNanos = (long) (replay.getMilliseconds() * NANOS_PER_MS);
        }
    }

    /** Returns an identifier of hexadecimal digits. */
    private static String id(Random random) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < 2 * ID_BYTES; i++) {
            hex.append(Character.forDigit(random.nextInt(16), 16));
        }
        return hex.toString();
    }

    static int[] ints(Int32Array array) {
        int[] copy = new int[array.getLength()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = array.get(i);
        }
        return copy;
    }

    int id() {
        return id;
    }

    /** Returns the number of tokens so far, of all choices. */
    int tokens() {
        return tokens;
    }

    /** Returns whether the last reply has been posted. */
    boolean isFinished() {
        return closed;
    }

    /** Returns whether no further choice is to be run. */
    boolean isOver() {
        return cancelled || error != null;
    }

    /**
     * Runs the generation of the next choice.
     *
     * @param onEnd called when the generation has finished or the answer has failed
     */
    void run(Generation next, Runnable onEnd) {
        generation = next;
        onChoiceEnd = onEnd;
        next.replay(recorded, recordedNanos);
        if (cancelled) {
            next.cancel();
        }
        again();
    }

    void cancel() {
        cancelled = true;
        if (generation != null) {
            generation.cancel();
        }
    }

    /** Continues with another context of the same model. */
    void resume(Context context) {
        generation().resume(context);
        again();
    }

    /** Ends the answer with an error. */
    void fail(String message) {
        error = message;
        endChoice();
    }

    /**
     * Posts the last reply.
     *
     * @param sessionTokens the tokens of the session
     */
    void finish(int[] sessionTokens) {
        if (error != null) {
            EngineWorker.postError(id, "Error", error);
            return;
        }
        Reply reply = Reply.of("done", id);
        if (!request.stream()) {
            reply.setResponse(writer.response());
        }
        if (hasSession) {
            reply.setTokens(sessionTokens);
        }
        WorkerScope.postMessage(reply);
    }

    /** Closes the port, which would keep the answer from being collected. */
    void close() {
        closed = true;
        channel.getPort1().close();
    }

    private Generation generation() {
        if (generation == null) {
            throw new IllegalStateException("no choice has begun");
        }
        return generation;
    }

    private void again() {
        channel.getPort2().postMessage(0);
    }

    private void step() {
        Generation running = generation();
        if (attempt(running::begin)) {
            running.whenReady(() -> {
                if (attempt(() -> post(running.next()))) {
                    if (running.isFinished()) {
                        endChoice();
                    } else {
                        again();
                    }
                }
            });
        }
    }

    private void endChoice() {
        if (onChoiceEnd != null) {
            onChoiceEnd.run();
        }
    }

    /** Runs an action. Returns false if it failed and the failure has been handled. */
    private boolean attempt(Runnable action) {
        try {
            action.run();
            return true;
        } catch (DeviceLostException e) {
            onDeviceLost.lost(this, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            fail(String.valueOf(e.getMessage()));
        }
        return false;
    }

    private void post(Event event) {
        if (event instanceof Event.Prefill prefill) {
            LoadReplies.postProgress(id, "prefill", prefill.done(), prefill.total());
            return;
        }
        Reply reply = Reply.of("output", id);
        if (event instanceof Event.Token token) {
            tokens++;
            reply.setToken(token.id());
        } else if (event instanceof Event.Finished finished) {
            int used = Math.min(recorded.length, finished.usage().completionTokens());
            recorded = Arrays.copyOfRange(recorded, used, recorded.length);
        }
        writer.accept(event);
        reply.setChunks(chunks);
        chunks = new JSArray<>();
        if (eventsToSkip > 0) {
            eventsToSkip--;
        } else {
            WorkerScope.postMessage(reply);
        }
    }
}
