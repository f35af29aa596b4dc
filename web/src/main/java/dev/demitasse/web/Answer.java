package dev.demitasse.web;

import dev.demitasse.chat.ToolCall;
import dev.demitasse.engine.Event;
import dev.demitasse.engine.Generation;
import dev.demitasse.engine.Usage;
import dev.demitasse.json.JsonWriter;
import dev.demitasse.web.js.MessageChannel;
import dev.demitasse.web.js.Reply;
import dev.demitasse.web.js.WorkerScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.teavm.jso.core.JSObjects;

/** Runs a generation, a step for each task of the worker's, so that messages get in between. */
final class Answer {
    private final int id;
    private final Generation generation;
    private final MessageChannel channel = new MessageChannel();
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();

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
            postToken(token);
        } else if (event instanceof Event.Finished finished) {
            text.append(finished.text());
            reasoning.append(finished.reasoning());
            Reply reply = Reply.of("done", id);
            reply.setText(text.toString());
            reply.setReasoning(reasoning.toString());
            reply.setToolCalls(json(finished.toolCalls()));
            reply.setFinishReason(finished.reason().name().toLowerCase(Locale.ROOT));
            setFigures(reply, finished.usage());
            WorkerScope.postMessage(reply);
        }
    }

    private void postToken(Event.Token token) {
        text.append(token.text());
        reasoning.append(token.reasoning());
        Reply reply = Reply.of("token", id);
        reply.setTokenId(token.id());
        reply.setText(token.text());
        reply.setReasoning(token.reasoning());
        WorkerScope.postMessage(reply);
    }

    private static String json(List<ToolCall> calls) {
        List<Object> values = new ArrayList<>();
        for (ToolCall call : calls) {
            values.add(Map.of("name", call.name(), "arguments", call.arguments()));
        }
        return JsonWriter.write(values, -1);
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
