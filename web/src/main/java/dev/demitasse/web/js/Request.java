package dev.demitasse.web.js;

import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSArrayReader;

/** A message from the page. Its type determines which properties it has. */
public interface Request extends JSObject {
    @JSProperty
    String getType();

    @JSProperty
    int getId();

    /** Returns the address of a {@code load} from a server. */
    @JSProperty("model")
    String getUrl();

    /** Returns the file of a {@code load} from a file. */
    @JSProperty("model")
    Blob getFile();

    /** Returns the address of the model for {@code delete}, {@code export}, {@code import} and {@code verify}. */
    @JSProperty
    String getAddress();

    /** Returns the files of an {@code import}. */
    @JSProperty
    JSArrayReader<NamedBlob> getFiles();

    /** Returns the JSON body, in the format of OpenAI's API, of {@code chat}, {@code complete}, {@code embed} and {@code tokenize}. */
    @JSProperty
    String getBody();

    /** Returns the number of a session. 0 is the engine's default session. */
    @JSProperty
    int getSession();

    /** Returns the name of a stored session. */
    @JSProperty
    String getName();

    /** Returns the text to {@code tokenize}; undefined if it is the prompt of the chat in the {@link #getBody body}. */
    @JSProperty
    Text getText();

    @JSProperty
    Options getOptions();

    /** The options of a {@code load}. Absent numbers are NaN. */
    interface Options extends JSObject {
        @JSProperty
        double getContextLength();

        @JSProperty
        double getThreads();

        @JSProperty
        double getPrefixCacheBytes();

        /** Returns whether to store the model. */
        @JSProperty("cache")
        boolean isKept();

        /** Returns {@code f16} or {@code q8_0}; undefined if absent. */
        @JSProperty
        Text getKvType();

        /** Returns the chat template in place of the file's; undefined if absent. */
        @JSProperty
        Text getChatTemplate();

        /** Returns the access to the Hugging Face Hub; undefined if absent. */
        @JSProperty
        Hub getHub();

        /** Returns {@code auto}, {@code webgpu} or {@code cpu}; undefined if absent. */
        @JSProperty
        Text getDevice();
    }

    /** The access to the Hugging Face Hub. */
    interface Hub extends JSObject {
        /** Returns the Hub's URL. */
        @JSProperty
        Text getEndpoint();

        /** Returns the access token; undefined if absent. */
        @JSProperty
        Text getToken();
    }
}
