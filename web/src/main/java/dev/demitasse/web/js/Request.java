package dev.demitasse.web.js;

import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSArrayReader;

/** A message from the page. Which properties it has depends on its type. */
public interface Request extends JSObject {
    @JSProperty
    String getType();

    @JSProperty
    int getId();

    /** Of a {@code load} from an address. */
    @JSProperty("model")
    String getUrl();

    /** Of a {@code load} from a file. */
    @JSProperty("model")
    ModelFile getFile();

    /** Of a {@code chat}: JSON. */
    @JSProperty
    String getMessages();

    /** Of a {@code chat}: JSON, the variables of the template. */
    @JSProperty
    String getVariables();

    /** Of a {@code complete}. */
    @JSProperty
    String getPrompt();

    /** Of a {@code tokenize}. */
    @JSProperty
    String getText();

    @JSProperty
    Options getOptions();

    /** {@code File} or {@code Blob}. */
    interface ModelFile extends JSObject {
        /** Undefined if this is no file. */
        @JSProperty("size")
        JSObject getSizeIfFile();

        @JSProperty
        double getSize();

        ByteStream stream();
    }

    /** Options of a {@code load} or {@code chat}; numbers that are absent read as NaN. */
    interface Options extends JSObject {
        @JSProperty
        double getContextLength();

        @JSProperty
        double getThreads();

        /** {@code auto}, {@code webgpu} or {@code cpu}; undefined if absent. */
        @JSProperty
        Text getDevice();

        @JSProperty
        double getMaxTokens();

        @JSProperty
        double getTemperature();

        @JSProperty
        double getTopP();

        @JSProperty
        double getTopK();

        @JSProperty
        double getMinP();

        @JSProperty
        double getRepetitionPenalty();

        @JSProperty
        double getSeed();

        @JSProperty
        JSArrayReader<Text> getStop();
    }
}
