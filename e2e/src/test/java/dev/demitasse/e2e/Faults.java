package dev.demitasse.e2e;

import com.google.gson.Gson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The faults that {@link FaultInjectionTest} injects by {@code faults.js}. */
final class Faults {
    /**
     * A fault.
     *
     * @param kind the kind by which docs/reliability.md counts it
     * @param script injects the fault into the engine's worker
     * @param isStored whether the model is in the browser's storage before
     * @param device that the model is loaded on
     */
    record Fault(String kind, String name, String script, boolean isStored, String device) {}

    /** Hides that the adapter computes on the CPU, so that it is chosen by default. */
    private static final String LOOKS_LIKE_HARDWARE = """
            Object.defineProperty(GPUAdapterInfo.prototype, 'architecture', { get: () => 'hardware, says the test' });
            Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', { get: () => false });
            """;

    private static final int ALWAYS = 1_000_000;

    private final List<Fault> faults = new ArrayList<>();

    private Faults() {}

    static List<Fault> all() {
        Faults all = new Faults();
        all.network();
        all.storage();
        all.worker();
        all.gpu();
        all.memory();
        all.time();
        return all.faults;
    }

    private void add(String kind, boolean isStored, Object... fields) {
        add(kind, isStored, "", "cpu", List.of(fields));
    }

    private void add(String kind, boolean isStored, String before, String device, List<Object> fields) {
        Map<String, Object> fault = new LinkedHashMap<>();
        for (int i = 0; i < fields.size(); i += 2) {
            fault.put((String) fields.get(i), fields.get(i + 1));
        }
        String json = new Gson().toJson(fault);
        String name = kind + (isStored ? ", stored" : "") + ": " + json;
        faults.add(new Fault(kind, name, before + "injectFault(" + json + ");", isStored, device));
    }

    private void addGpu(Object... fields) {
        add("GPU", true, LOOKS_LIKE_HARDWARE, "auto", List.of(fields));
    }

    private void network() {
        for (int times : new int[] {1, ALWAYS}) {
            for (int status : new int[] {301, 401, 403, 404, 416, 429, 500, 503}) {
                add("network", false, "kind", "fetch", "how", "status", "status", status, "at", 1, "times", times);
            }
            for (String how : List.of("rejects", "html", "empty", "short", "long", "cut", "slow", "range")) {
                add("network", false, "kind", "fetch", "how", how, "at", 1, "times", times);
            }
        }
        add("network", false, "kind", "fetch", "how", "stalls");
        add("network", false, "kind", "fetch", "how", "hangs");
        for (String length : List.of("0", "10", "9000000000000000000", "-1", "NaN")) {
            add("network", false, "kind", "fetch", "how", "length", "value", length, "times", ALWAYS);
        }
    }

    private void storage() {
        Map<String, List<String>> methods = new LinkedHashMap<>();
        methods.put(
                "FileSystemDirectoryHandle.prototype", List.of("getFileHandle", "getDirectoryHandle", "removeEntry"));
        methods.put("FileSystemFileHandle.prototype", List.of("createSyncAccessHandle", "getFile"));
        methods.put("StorageManager.prototype", List.of("getDirectory", "estimate"));
        methods.put("LockManager.prototype", List.of("request"));
        methods.forEach((owner, names) -> names.forEach(name -> {
            for (String error : List.of("NotFoundError", "QuotaExceededError", "UnknownError")) {
                for (boolean isStored : new boolean[] {false, true}) {
                    addMethod(isStored, owner, name, "rejects", error, 1, 1);
                }
            }
            addMethod(true, owner, name, "rejects", "InvalidStateError", 1, ALWAYS);
        }));
        String handle = "FileSystemSyncAccessHandle.prototype";
        for (String name : List.of("read", "write", "flush", "truncate", "getSize", "close")) {
            for (String error : List.of("QuotaExceededError", "InvalidStateError")) {
                for (int at : new int[] {1, 3}) {
                    addMethod(false, handle, name, "throws", error, at, 1);
                }
                addMethod(false, handle, name, "throws", error, 1, ALWAYS);
            }
        }
    }

    /** Adds a fault of a method of the storage: of call number {@code at}, and of the {@code times - 1} calls after it. */
    private void addMethod(boolean isStored, String owner, String method, String how, String error, int at, int times) {
        add(
                "storage", isStored, "kind", "method", "owner", owner, "method", method, "how", how, "error", error,
                "at", at, "times", times);
    }

    private void worker() {
        for (String how : List.of("loops", "closes", "silent", "throws", "rejects", "overflows")) {
            boolean isQuick = !List.of("loops", "closes", "silent").contains(how);
            for (int at : isQuick ? new int[] {1, 2, 5, 9} : new int[] {5, 9}) {
                add("worker", true, "kind", "message", "type", "output", "how", how, "at", at);
            }
            for (int at : isQuick ? new int[] {1, 2, 4, 6, 8} : new int[] {1}) {
                add("worker", true, "kind", "message", "type", "any", "how", how, "at", at);
            }
        }
    }

    private void gpu() {
        for (String method : List.of("requestAdapter")) {
            for (String how : List.of("rejects", "returns")) {
                addGpu("kind", "method", "owner", "GPU.prototype", "method", method, "how", how, "error", "TypeError");
            }
        }
        addGpu(
                "kind",
                "method",
                "owner",
                "GPUAdapter.prototype",
                "method",
                "requestDevice",
                "how",
                "rejects",
                "error",
                "OperationError",
                "times",
                ALWAYS);
        for (String method : List.of("createShaderModule", "createBindGroup")) {
            addGpu(
                    "kind",
                    "method",
                    "owner",
                    "GPUDevice.prototype",
                    "method",
                    method,
                    "how",
                    "throws",
                    "error",
                    "RangeError");
        }
        for (int at : new int[] {2, 5, 10}) {
            addGpu("kind", "gpu", "how", "invalid", "at", at);
        }
        for (int at : new int[] {1, 4}) {
            addGpu("kind", "gpu", "how", "lost", "at", at);
        }
        addGpu(
                "kind",
                "method",
                "owner",
                "GPUBuffer.prototype",
                "method",
                "mapAsync",
                "how",
                "rejects",
                "error",
                "OperationError");
    }

    /**
     * Refuses memory. The engine's arrays are in its WebAssembly heap, so JavaScript allocates only WebAssembly memories, modules, instances
     * and the buffers of a GPU.
     */
    private void memory() {
        for (boolean isStored : new boolean[] {false, true}) {
            for (int at = 1; at <= 3; at++) {
                add("memory", isStored, "kind", "constructor", "owner", "WebAssembly", "name", "Memory", "at", at);
            }
            for (String method : List.of("compileStreaming", "instantiate")) {
                add(
                        "memory",
                        isStored,
                        "kind",
                        "method",
                        "owner",
                        "WebAssembly",
                        "method",
                        method,
                        "how",
                        "rejects",
                        "error",
                        "RangeError",
                        "at",
                        1);
            }
        }
        for (int at : new int[] {1, 2, 4, 8}) {
            add(
                    "memory",
                    true,
                    LOOKS_LIKE_HARDWARE,
                    "auto",
                    List.of(
                            "kind",
                            "method",
                            "owner",
                            "GPUDevice.prototype",
                            "method",
                            "createBuffer",
                            "how",
                            "throws",
                            "error",
                            "RangeError",
                            "at",
                            at));
        }
    }

    private void time() {
        for (int at : new int[] {3, 10, 30}) {
            add("time", false, "kind", "clock", "at", at);
            add("time", true, "kind", "clock", "at", at);
        }
        for (String how : List.of("at once", "late")) {
            add("time", false, "kind", "timer", "how", how);
            add("time", true, "kind", "timer", "how", how);
        }
    }
}
