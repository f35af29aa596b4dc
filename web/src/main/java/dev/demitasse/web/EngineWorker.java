package dev.demitasse.web;

import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.chat.LocalTime;
import dev.demitasse.chat.Message;
import dev.demitasse.cpu.CpuBackend;
import dev.demitasse.cpu.Machine;
import dev.demitasse.engine.Engine;
import dev.demitasse.engine.EngineLoader;
import dev.demitasse.engine.GenerationOptions;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.json.JsonReader;
import dev.demitasse.sampling.SamplingOptions;
import dev.demitasse.web.js.JsError;
import dev.demitasse.web.js.Kernels;
import dev.demitasse.web.js.Reply;
import dev.demitasse.web.js.Request;
import dev.demitasse.web.js.WorkerScope;
import dev.demitasse.webgpu.js.Gpu;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.core.JSDate;
import org.teavm.jso.core.JSObjects;

/** Entry point of the engine's worker. The messages are described in ARCHITECTURE.md. */
public final class EngineWorker {
    /** Prompt tokens in one pass: enough to pay for reading each weight once, few enough to stop soon. */
    private static final int BATCH_SIZE = 64;
    /** More than these gain little: all wait for memory, and at each barrier for the slowest. */
    private static final int MOST_THREADS = 8;

    private static final long MAX_BYTES_32 = 1L << 32;

    private static final int DEFAULT_MAX_TOKENS = 512;

    private @Nullable Engine engine;
    private @Nullable Answer answer;
    private @Nullable ModelReader reader;
    /** The request that loads or has loaded the model; 0 for none. */
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
        found.requestFastAdapter().then(adapter -> {
            if (adapter != null) {
                gpu = ("WebGPU adapter " + adapter.getInfo().getVendor() + " "
                                + adapter.getInfo().getArchitecture())
                        .trim();
            }
            return null;
        });
    }

    private void load(Request request) {
        if (loadId != 0) {
            throw new IllegalStateException("this worker has a model already");
        }
        Request.Options options = request.getOptions();
        int contextLength = (int) number(options.getContextLength(), 0);
        int threads = (int) number(options.getThreads(), Math.min(Kernels.processors(), MOST_THREADS));
        if (threads < 1) {
            throw new IllegalArgumentException("threads is " + threads + "; it must be at least 1");
        }
        int id = request.getId();
        loadId = id;
        Kernels.load(threads)
                .then(
                        loaded -> {
                            if (loadId == id) {
                                read(request, contextLength, loaded, threads);
                            }
                            return null;
                        },
                        reason -> {
                            failed(id, "the kernels can't be loaded: " + ((JsError) reason).getMessage());
                            return null;
                        });
    }

    private void read(Request request, int contextLength, Kernels kernels, int threads) {
        int id = request.getId();
        Machine.Factory machines = WasmMachine.factory(kernels);
        EngineLoader.BackendFactory backends = (plan, context) -> {
            // Without a wish, no longer a context than 32-bit addresses reach: they are faster.
            int length = contextLength > 0
                    ? context
                    : CpuBackend.longestContext(plan, context, BATCH_SIZE, machines.threads(), MAX_BYTES_32);
            return new CpuBackend(plan, length, BATCH_SIZE, machines);
        };
        reader = new ModelReader(contextLength, backends, new ModelReader.Listener() {
            @Override
            public void progress(long bytes, long total) {
                Reply reply = Reply.of("progress", id);
                reply.setPhase("download");
                reply.setLoaded(bytes);
                reply.setTotal(total == Gguf.UNKNOWN_LENGTH ? 0 : total);
                WorkerScope.postMessage(reply);
            }

            @Override
            public void ready(Engine loaded, long bytes) {
                engine = loaded;
                postLoaded(loaded, bytes, kernels, threads);
            }

            @Override
            public void failed(String message) {
                EngineWorker.this.failed(id, message);
            }
        });
        reader.read(request);
    }

    private void failed(int id, String message) {
        if (loadId == id) {
            loadId = 0;
            reader = null;
            postError(id, "Error", message);
        }
    }

    private void postLoaded(Engine ready, long bytes, Kernels kernels, int wantedThreads) {
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
        device.setThreads(kernels.getThreads());
        String fewer =
                kernels.getThreads() < wantedThreads ? "; one thread, since the page is not cross-origin isolated" : "";
        device.setReason("this version computes on the CPU (" + gpu + ")" + fewer);
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
        Answer begun = new Answer(
                request.getId(),
                engine().generate(prompt, options(request.getOptions(), format)),
                (lost, reason) -> lost.fail("the device was lost: " + reason));
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
        } else if (engine == null && loadId == id) {
            if (reader != null) {
                reader.cancel();
            }
            loadId = 0;
            reader = null;
            postError(id, "AbortError", "loading was aborted");
        }
    }
}
