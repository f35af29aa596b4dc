package dev.demitasse.web;

import dev.demitasse.backend.DeviceLostException;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.Event;
import dev.demitasse.engine.Generation;
import dev.demitasse.openai.AnswerRequest;
import dev.demitasse.openai.AnswerWriter;
import dev.demitasse.web.js.Hash;
import dev.demitasse.web.js.MessageChannel;
import dev.demitasse.web.js.Reply;
import dev.demitasse.web.js.WorkerScope;
import org.jspecify.annotations.Nullable;

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

    private final int id;
    private final AnswerRequest request;
    private final AnswerWriter writer;
    private final OnDeviceLost onDeviceLost;
    private final MessageChannel channel = new MessageChannel();
    private @Nullable Generation generation;
    private @Nullable Runnable onChoiceEnd;
    private boolean cancelled;
    private @Nullable String error;
    private boolean closed;

    GenerationTask(int id, AnswerRequest request, long created, Context context, OnDeviceLost onDeviceLost) {
        this.id = id;
        this.request = request;
        this.onDeviceLost = onDeviceLost;
        writer = request.writer(
                context.model().tokenizer(),
                context.model().info().name(),
                created,
                () -> Hash.random(ID_BYTES),
                this::postChunk);
        channel.getPort1().setOnMessage(event -> step());
    }

    int id() {
        return id;
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

    /** Posts the last reply. */
    void finish() {
        if (error != null) {
            EngineWorker.postError(id, "Error", error);
            return;
        }
        Reply reply = Reply.of("done", id);
        if (!request.stream()) {
            reply.setResponse(writer.response());
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
            Reply reply = Reply.of("progress", id);
            reply.setPhase("prefill");
            reply.setLoaded(prefill.done());
            reply.setTotal(prefill.total());
            WorkerScope.postMessage(reply);
        } else {
            writer.accept(event);
        }
    }

    private void postChunk(String json) {
        Reply reply = Reply.of("chunk", id);
        reply.setChunk(json);
        WorkerScope.postMessage(reply);
    }
}
