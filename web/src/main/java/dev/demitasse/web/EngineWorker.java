package dev.demitasse.web;

import dev.demitasse.backend.reference.ReferenceBackend;
import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.chat.LocalTime;
import dev.demitasse.chat.Message;
import dev.demitasse.engine.Engine;
import dev.demitasse.engine.EngineLoader;
import dev.demitasse.engine.GenerationOptions;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.json.JsonReader;
import dev.demitasse.sampling.SamplingOptions;
import dev.demitasse.web.js.Reply;
import dev.demitasse.web.js.Request;
import dev.demitasse.web.js.WorkerScope;
import dev.demitasse.webgpu.Gpu;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.core.JSDate;
import org.teavm.jso.core.JSObjects;

/** Entry point of the engine's worker. The messages are described in ARCHITECTURE.md. */
public final class EngineWorker {
    /** Prompt tokens in one pass: enough to pay for dequantizing each weight once, few enough to stop soon. */
    private static final int BATCH_SIZE = 32;

    private static final int DEFAULT_MAX_TOKENS = 512;

    private @Nullable Engine engine;
    private @Nullable Answer answer;
    private @Nullable ModelReader reader;
    private int loadId;
    private String gpu = "no WebGPU in this browser";

    private EngineWorker() {}

    public static void main(String[] args) {
        EngineWorker worker = new EngineWorker();
        worker.findGpu();
        WorkerScope.setOnMessage(event -> worker.handle(event.getData()));
    }

    static void postError(int id, String name, String message) {
        Reply reply = Reply.of("error", id);
        reply.setName(name);
        reply.setMessage(message);
        WorkerScope.postMessage(reply);
    }

    private void handle(Request request) {
        try {
            switch (request.getType()) {
                case "load" -> load(request);
                case "chat" -> chat(request);
                case "complete" ->
                    answer(request, engine().tokenizer().encode(request.getPrompt(), true), AnswerFormat.PLAIN);
                case "tokenize" -> tokenize(request);
                case "abort" -> abort(request.getId());
                default -> throw new IllegalArgumentException("unknown request \"" + request.getType() + "\"");
            }
        } catch (RuntimeException e) {
            postError(request.getId(), "Error", String.valueOf(e.getMessage()));
        }
    }

    /** Asks for an adapter, only to tell the page what the machine has: kernels run on the CPU. */
    private void findGpu() {
        Gpu found = Gpu.find();
        if (found == null) {
            return;
        }
        gpu = "no WebGPU adapter";
        found.requestAdapter().then(adapter -> {
            if (adapter != null) {
                gpu = ("WebGPU adapter " + adapter.getInfo().getVendor() + " "
                                + adapter.getInfo().getArchitecture())
                        .trim();
            }
            return null;
        });
    }

    private void load(Request request) {
        if (engine != null || reader != null) {
            throw new IllegalStateException("this worker has a model already");
        }
        loadId = request.getId();
        int contextLength = (int) number(request.getOptions().getContextLength(), 0);
        EngineLoader.BackendFactory backends = (plan, context) -> new ReferenceBackend(plan, context, BATCH_SIZE);
        reader = new ModelReader(contextLength, backends, new ModelReader.Listener() {
            @Override
            public void progress(long bytes, long total) {
                Reply reply = Reply.of("progress", loadId);
                reply.setPhase("download");
                reply.setLoaded(bytes);
                reply.setTotal(total == Gguf.UNKNOWN_LENGTH ? 0 : total);
                WorkerScope.postMessage(reply);
            }

            @Override
            public void ready(Engine loaded, long bytes) {
                engine = loaded;
                postLoaded(loaded, bytes);
            }

            @Override
            public void failed(String message) {
                reader = null;
                postError(loadId, "Error", message);
            }
        });
        reader.read(request);
    }

    private void postLoaded(Engine ready, long bytes) {
        Reply.ModelSummary model = JSObjects.create();
        model.setName(ready.model().name());
        model.setArchitecture(ready.model().architecture());
        model.setParameters(ready.model().parameters());
        model.setBytes(bytes);
        model.setContextLength(ready.contextLength());
        model.setChatTemplate(ready.hasChatTemplate());
        SamplingOptions defaults = ready.defaultSampling();
        Reply.Sampling sampling = JSObjects.create();
        sampling.setTemperature(defaults.temperature());
        sampling.setTopP(defaults.topP());
        sampling.setTopK(defaults.topK());
        sampling.setMinP(defaults.minP());
        sampling.setRepetitionPenalty(defaults.repetitionPenalty());
        model.setSampling(sampling);
        Reply.Device device = JSObjects.create();
        device.setKind("cpu");
        device.setReason("this version computes on the CPU, with one thread (" + gpu + ")");
        Reply reply = Reply.of("loaded", loadId);
        reply.setModel(model);
        reply.setDevice(device);
        WorkerScope.postMessage(reply);
    }

    private Engine engine() {
        if (engine == null) {
            throw new IllegalStateException("no model is loaded");
        }
        return engine;
    }

    private static LocalTime now() {
        JSDate date = new JSDate();
        return new LocalTime((long) date.getTime() - date.getTimezoneOffset() * 60_000L);
    }

    @SuppressWarnings("unchecked") // JsonReader's keys are strings
    private void chat(Request request) {
        if (!(JsonReader.read(request.getVariables()) instanceof Map<?, ?> variables)) {
            throw new IllegalArgumentException("the template's variables should be an object");
        }
        Engine.ChatPrompt prompt = engine().chatPrompt(
                        Message.readAll(JsonReader.read(request.getMessages())),
                        (Map<String, @Nullable Object>) variables,
                        now());
        answer(request, prompt.ids(), prompt.format());
    }

    private void tokenize(Request request) {
        Reply reply = Reply.of("tokens", request.getId());
        reply.setIds(engine().tokenizer().encode(request.getText(), false));
        WorkerScope.postMessage(reply);
    }

    private void answer(Request request, int[] prompt, AnswerFormat format) {
        if (answer != null && !answer.isFinished()) {
            throw new IllegalStateException("an answer is in progress");
        }
        Answer begun = new Answer(request.getId(), engine().generate(prompt, options(request.getOptions(), format)));
        answer = begun;
        begun.start();
    }

    private GenerationOptions options(Request.Options options, AnswerFormat format) {
        List<String> stop = new ArrayList<>();
        if (!JSObjects.isUndefined(options.getStop())) {
            for (int i = 0; i < options.getStop().getLength(); i++) {
                stop.add(options.getStop().get(i).toString());
            }
        }
        SamplingOptions absent = engine().defaultSampling();
        SamplingOptions sampling = new SamplingOptions(
                (float) number(options.getTemperature(), absent.temperature()),
                (int) number(options.getTopK(), absent.topK()),
                (float) number(options.getTopP(), absent.topP()),
                (float) number(options.getMinP(), absent.minP()),
                (float) number(options.getRepetitionPenalty(), absent.repetitionPenalty()),
                0,
                0,
                Map.of(),
                (long) number(options.getSeed(), System.currentTimeMillis()));
        return new GenerationOptions(sampling, (int) number(options.getMaxTokens(), DEFAULT_MAX_TOKENS), stop, format);
    }

    private static double number(double value, double absent) {
        return Double.isNaN(value) ? absent : value;
    }

    private void abort(int id) {
        if (answer != null && answer.id() == id) {
            answer.cancel();
        } else if (engine == null && reader != null && loadId == id) {
            reader.cancel();
            reader = null;
            postError(id, "AbortError", "loading was aborted");
        }
    }
}
