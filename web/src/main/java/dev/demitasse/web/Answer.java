package dev.demitasse.web;

import dev.demitasse.engine.Event;
import dev.demitasse.engine.Generation;
import dev.demitasse.engine.Usage;
import dev.demitasse.web.js.MessageChannel;
import dev.demitasse.web.js.Reply;
import dev.demitasse.web.js.WorkerScope;
import java.util.Locale;
import org.teavm.jso.core.JSObjects;

/** Runs a generation, a step for each task of the worker's, so that messages get in between. */
final class Answer {
    private final int id;
    private final Generation generation;
    private final MessageChannel channel = new MessageChannel();
    private final StringBuilder text = new StringBuilder();

    Answer(int id, Generation generation) {
        this.id = id;
        this.generation = generation;
    }

    int id() {
        return id;
    }

    boolean isFinished() {
        return generation.isFinished();
    }

    void start() {
        channel.getPort1().setOnMessage(event -> step());
        again();
    }

    void cancel() {
        generation.cancel();
    }

    private void again() {
        channel.getPort2().postMessage(0);
    }

    private void step() {
        try {
            post(generation.next());
        } catch (RuntimeException e) {
            EngineWorker.postError(id, "Error", String.valueOf(e.getMessage()));
            return;
        }
        if (!generation.isFinished()) {
            again();
        }
    }

    private void post(Event event) {
        if (event instanceof Event.Prefill prefill) {
            Reply reply = Reply.of("progress", id);
            reply.setPhase("prefill");
            reply.setLoaded(prefill.done());
            reply.setTotal(prefill.total());
            WorkerScope.postMessage(reply);
        } else if (event instanceof Event.Token token) {
            postToken(token.id(), token.text());
        } else if (event instanceof Event.Finished finished) {
            text.append(finished.text());
            Reply reply = Reply.of("done", id);
            reply.setText(text.toString());
            reply.setFinishReason(finished.reason().name().toLowerCase(Locale.ROOT));
            setFigures(reply, finished.usage());
            WorkerScope.postMessage(reply);
        }
    }

    private void postToken(int tokenId, String piece) {
        text.append(piece);
        Reply reply = Reply.of("token", id);
        reply.setTokenId(tokenId);
        reply.setText(piece);
        WorkerScope.postMessage(reply);
    }

    private static void setFigures(Reply reply, Usage usage) {
        Reply.Usage counts = JSObjects.create();
        counts.setPromptTokens(usage.promptTokens());
        counts.setCachedTokens(usage.cachedTokens());
        counts.setCompletionTokens(usage.completionTokens());
        reply.setUsage(counts);
        Reply.Timings timings = JSObjects.create();
        timings.setPrefillMs(usage.prefillNanos() / 1e6);
        timings.setDecodeMs(usage.decodeNanos() / 1e6);
        reply.setTimings(timings);
    }
}
