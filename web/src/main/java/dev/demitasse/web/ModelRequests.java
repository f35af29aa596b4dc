package dev.demitasse.web;

import dev.demitasse.json.JsonWriter;
import dev.demitasse.store.Download;
import dev.demitasse.web.js.Reply;
import dev.demitasse.web.js.Request;
import dev.demitasse.web.js.WorkerScope;
import dev.demitasse.web.store.ModelStore;

/** Answers the requests about stored models. */
final class ModelRequests {
    private ModelRequests() {}

    static void handle(Request request) {
        new Thread(() -> {
                    try {
                        WorkerScope.postMessage(reply(request, ModelStore.find()));
                    } catch (RuntimeException e) {
                        EngineWorker.postError(request.getId(), "Error", String.valueOf(e.getMessage()));
                    }
                })
                .start();
    }

    private static Download.Listener progress(Request request) {
        return (bytes, total) -> {
            Reply reply = Reply.of("progress", request.getId());
            reply.setPhase("verify");
            reply.setLoaded(bytes);
            reply.setTotal(total);
            WorkerScope.postMessage(reply);
        };
    }

    private static Reply reply(Request request, ModelStore store) {
        Reply reply = Reply.of("done", request.getId());
        switch (request.getType()) {
            case "models" -> reply.setModels(JsonWriter.write(store.list(), -1));
            case "delete" -> store.delete(request.getAddress());
            case "export" -> reply.setFiles(store.export(request.getAddress()));
            case "import" -> store.importFiles(request.getFiles(), request.getAddress());
            case "verify" ->
                reply.setVerification(
                        store.verify(request.getAddress(), progress(request)).toJson());
            default -> throw new IllegalArgumentException("unknown request \"" + request.getType() + "\"");
        }
        return reply;
    }
}
