package dev.demitasse.web;

import dev.demitasse.backend.MemoryEstimate;
import dev.demitasse.engine.Context;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.sampling.SamplingOptions;
import dev.demitasse.web.js.Reply;
import dev.demitasse.web.js.WorkerScope;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.core.JSObjects;

/** Posts the replies about a load. */
final class LoadReplies {
    private LoadReplies() {}

    /** Posts the progress of a load in bytes. */
    static void postProgress(int id, String phase, long bytes, long total) {
        Reply reply = Reply.of("progress", id);
        reply.setPhase(phase);
        reply.setLoaded(bytes);
        reply.setTotal(total == Gguf.UNKNOWN_LENGTH ? 0 : total);
        WorkerScope.postMessage(reply);
    }

    static void postNeeds(int id, ModelReader.@Nullable Disk disk, MemoryEstimate memory) {
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

    static void postLoaded(int id, Context ready, long bytes, ExecutionTarget target) {
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

    static Reply.Device device(ExecutionTarget target, String more) {
        Reply.Device device = JSObjects.create();
        device.setKind(target.kind());
        device.setThreads(target.threads());
        device.setReason(target.reason() + more);
        return device;
    }
}
