package dev.demitasse.web.js;

import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.core.JSObjects;

/** A message to the page. Which properties it has depends on its type. */
public interface Reply extends JSObject {
    static Reply of(String type, int id) {
        Reply reply = JSObjects.create();
        reply.setType(type);
        reply.setId(id);
        return reply;
    }

    @JSProperty
    void setType(String type);

    @JSProperty
    void setId(int id);

    @JSProperty
    void setPhase(String phase);

    @JSProperty
    void setLoaded(double loaded);

    @JSProperty
    void setTotal(double total);

    @JSProperty
    void setModel(ModelSummary model);

    @JSProperty
    void setDevice(Device device);

    @JSProperty
    void setNeeds(Needs needs);

    /** JSON: [{url, name, architecture, bytes, complete}]. */
    @JSProperty
    void setModels(String json);

    @JSProperty
    void setFiles(JSArray<NamedBlob> files);

    /** JSON: a chunk of OpenAI's API. */
    @JSProperty
    void setChunk(String json);

    /** JSON: a response of OpenAI's API. */
    @JSProperty
    void setResponse(String json);

    @JSProperty
    void setIds(int[] ids);

    /** Of an error: JavaScript's own names, {@code DeviceUnfit} or {@code StorageLost}. */
    @JSProperty
    void setName(String name);

    @JSProperty
    void setMessage(String message);

    /** Of an error: the field of the request that is wrong. */
    @JSProperty
    void setParam(String path);

    /** Of an error: as HTTP has it. */
    @JSProperty
    void setStatus(int status);

    /** JSON: [{name, tokens, bytes, saved}]. */
    @JSProperty
    void setSessions(String json);

    /** What was loaded. */
    interface ModelSummary extends JSObject {
        @JSProperty
        void setName(String name);

        @JSProperty
        void setArchitecture(String architecture);

        @JSProperty
        void setParameters(double parameters);

        @JSProperty
        void setBytes(double bytes);

        @JSProperty
        void setContextLength(int contextLength);

        @JSProperty
        void setChatTemplate(boolean present);

        /** Whether the chat template has a place for tools. */
        @JSProperty
        void setTools(boolean present);

        /** Whether answers may begin with reasoning. */
        @JSProperty
        void setThinks(boolean thinks);

        @JSProperty
        void setSampling(Sampling sampling);
    }

    /** What the model's makers recommend. */
    interface Sampling extends JSObject {
        @JSProperty
        void setTemperature(double temperature);

        @JSProperty
        void setTopP(double topP);

        @JSProperty
        void setTopK(int topK);

        @JSProperty
        void setMinP(double minP);

        @JSProperty
        void setRepetitionPenalty(double penalty);
    }

    /** What computes, and why. */
    interface Device extends JSObject {
        @JSProperty
        void setKind(String kind);

        @JSProperty
        void setThreads(int threads);

        @JSProperty
        void setReason(String reason);
    }

    /** What a model needs. */
    interface Needs extends JSObject {
        /** Absent if the model is not kept. */
        @JSProperty
        void setDisk(Disk disk);

        @JSProperty
        void setMemory(Memory memory);
    }

    /** Bytes of the browser's storage. */
    interface Disk extends JSObject {
        @JSProperty
        void setTotal(double bytes);

        @JSProperty
        void setStored(double bytes);

        @JSProperty
        void setAvailable(double bytes);
    }

    /** Bytes of memory. */
    interface Memory extends JSObject {
        /** Before the first token. */
        @JSProperty
        void setEmpty(double bytes);

        @JSProperty
        void setPerToken(double bytes);

        /** When the context is full. */
        @JSProperty
        void setTotal(double bytes);

        /** What the machine has, where the browser says it. */
        @JSProperty
        void setDevice(double bytes);
    }
}
