package dev.demitasse.web;

import dev.demitasse.backend.DeviceLostException;
import dev.demitasse.chat.ToolCall;
import dev.demitasse.engine.Context;
import dev.demitasse.engine.Event;
import dev.demitasse.engine.Generation;
import dev.demitasse.engine.Usage;
import dev.demitasse.json.JsonWriter;
import dev.demitasse.sampling.LogProbs;
import dev.demitasse.web.js.MessageChannel;
import dev.demitasse.web.js.Reply;
import dev.demitasse.web.js.WorkerScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.teavm.jso.core.JSObjects;

/** Runs a generation, a step for each task of the worker's, so that messages get in between. */
final class Answer {
    /** Told when the device that the engine computes on is gone; {@link #resume} or {@link #fail} follows. */
    interface OnDeviceLost {
        void lost(Answer answer, String reason);
    }

    /** JSON has no minus infinity; OpenAI's API tells this instead. */
    private static final double LEAST_LOG_PROB = -9999;

    private final int id;
    private final Context context;
    private final Generation generation;
    private final OnDeviceLost onDeviceLost;
    private final MessageChannel channel = new MessageChannel();
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private boolean failed;

    Answer(int id, Context context, Generation generation, OnDeviceLost onDeviceLost) {
        this.id = id;
        this.context = context;
        this.generation = generation;
        this.onDeviceLost = onDeviceLost;
    }

    int id() {
        return id;
    }

    boolean isFinished() {
        return failed || generation.isFinished();
    }

    void start() {
        channel.getPort1().setOnMessage(event -> step());
        again();
    }

    void cancel() {
        generation.cancel();
    }

    /** Goes on with an engine newly loaded of the same model. */
    void resume(Context context) {
        generation.resume(context);
        again();
    }

    /** Ends with an error. */
    void fail(String message) {
        failed = true;
        close();
        EngineWorker.postError(id, "Error", message);
    }

    /** An open port, and with it the answer, would be kept for ever. */
    private void close() {
        channel.getPort1().close();
    }

    private void again() {
        channel.getPort2().postMessage(0);
    }

    private void step() {
        if (attempt(generation::begin)) {
            generation.whenReady(() -> {
                if (attempt(() -> post(generation.next()))) {
                    if (generation.isFinished()) {
                        close();
                    } else {
                        again();
                    }
                }
            });
        }
    }

    /** Whether it succeeded; what follows otherwise has been seen to. */
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
        if (token.logProbs() != null) {
            reply.setLogProbs(json(token.id(), token.logProbs()));
        }
        WorkerScope.postMessage(reply);
    }

    private String json(int id, LogProbs logProbs) {
        List<Object> top = new ArrayList<>();
        for (int rank = 0; rank < logProbs.top().length; rank++) {
            top.add(describe(logProbs.topIds()[rank], logProbs.top()[rank]));
        }
        Map<String, Object> token = describe(id, logProbs.chosen());
        token.put("top_logprobs", top);
        return JsonWriter.write(token, -1);
    }

    private Map<String, Object> describe(int id, float logProb) {
        List<Object> bytes = new ArrayList<>();
        for (byte b : context.model().tokenizer().bytes(id)) {
            bytes.add(b & 0xFF);
        }
        Map<String, Object> token = new LinkedHashMap<>();
        token.put("token", context.model().tokenizer().decode(new int[] {id}, true));
        token.put("logprob", Math.max(logProb, LEAST_LOG_PROB));
        token.put("bytes", bytes);
        return token;
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
        counts.setDraftedTokens(usage.draftedTokens());
        counts.setAcceptedTokens(usage.acceptedTokens());
        reply.setUsage(counts);
        Reply.Timings timings = JSObjects.create();
        timings.setPrefillMs(usage.prefillNanos() / 1e6);
        timings.setDecodeMs(usage.decodeNanos() / 1e6);
        reply.setTimings(timings);
    }
}
