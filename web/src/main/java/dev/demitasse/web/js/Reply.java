package dev.demitasse.web.js;

import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.core.JSObjects;
import org.teavm.jso.core.JSString;

/** A message to the page. Its type determines which properties it has. */
public interface Reply extends JSObject {
    /** Creates a reply to the request with this id. */
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

    /** Sets the stored models as JSON: [{url, name, architecture, bytes, complete}]. */
    @JSProperty
    void setModels(String json);

    /** Sets the result of verifying a stored model as JSON: {bytes, unknown, damaged, repaired, error}. */
    @JSProperty
    void setVerification(String json);

    @JSProperty
    void setFiles(JSArray<NamedBlob> files);

    /** Sets the id of the token that an answer has grown by. */
    @JSProperty
    void setToken(int id);

    /** Sets chunks of a streamed answer of OpenAI's API as JSON. */
    @JSProperty
    void setChunks(JSArray<JSString> json);

    /** Sets the tokens of the session of a request. */
    @JSProperty
    void setTokens(int[] ids);

    /** Sets a response of OpenAI's API as JSON. */
    @JSProperty
    void setResponse(String json);

    @JSProperty
    void setIds(int[] ids);

    /** Sets the name of an error: a name of JavaScript's, {@code DeviceUnfit} or {@code StorageLost}. */
    @JSProperty
    void setName(String name);

    @JSProperty
    void setMessage(String message);

    /** Sets the request field that an error is about. */
    @JSProperty
    void setParam(String path);

    /** Sets the HTTP status of an error. */
    @JSProperty
    void setStatus(int status);

    /** Sets the stored sessions as JSON: [{name, tokens, bytes, saved}]. */
    @JSProperty
    void setSessions(String json);

    /** The loaded model. */
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

        /** Sets whether the chat template supports tools. */
        @JSProperty
        void setTools(boolean present);

        /** Sets whether answers may begin with reasoning. */
        @JSProperty
        void setThinks(boolean thinks);

        @JSProperty
        void setSampling(Sampling sampling);
    }

    /** The sampling parameters that the model's authors recommend. */
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

    /** The device that runs the model, and the reason for its choice. */
    interface Device extends JSObject {
        @JSProperty
        void setKind(String kind);

        @JSProperty
        void setThreads(int threads);

        @JSProperty
        void setReason(String reason);
    }

    /** The resources that a model needs. */
    interface Needs extends JSObject {
        /** Sets the storage that the model needs. Absent if the model is not stored. */
        @JSProperty
        void setDisk(Disk disk);

        @JSProperty
        void setMemory(Memory memory);
    }

    /** The browser's storage in bytes. */
    interface Disk extends JSObject {
        @JSProperty
        void setTotal(double bytes);

        @JSProperty
        void setStored(double bytes);

        @JSProperty
        void setAvailable(double bytes);
    }

    /** The memory in bytes. */
    interface Memory extends JSObject {
        /** Sets the memory needed before the first token. */
        @JSProperty
        void setEmpty(double bytes);

        @JSProperty
        void setPerToken(double bytes);

        /** Sets the memory needed when the context is full. */
        @JSProperty
        void setTotal(double bytes);

        /** Sets the machine's memory, if the browser reports it. */
        @JSProperty
        void setDevice(double bytes);
    }
}
