package dev.demitasse.web.js;

import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSArrayReader;
import org.teavm.jso.typedarrays.Int32Array;

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

    /** Returns the time at which the page sent the request, in milliseconds since 1970-01-01 00:00 UTC. */
    @JSProperty
    double getTime();

    /** Returns a random integer, which makes the random choices of the request repeatable. */
    @JSProperty
    double getSeed();

    /** Returns the beginning of the answer that an ended worker has sent; undefined if there is none. */
    @JSProperty
    Replay getReplay();

    /** Returns the sessions of an ended worker, which a {@code load} restores; undefined if there are none. */
    @JSProperty
    JSArrayReader<LostSession> getSessions();

    @JSProperty
    Options getOptions();

    /** The beginning of an answer. */
    interface Replay extends JSObject {
        /** Returns the tokens of all choices, one after the other. */
        @JSProperty
        Int32Array getTokens();

        /** Returns the number of events that the page has received: tokens and ends of choices. */
        @JSProperty
        int getEvents();

        /** Returns the time from the first to the last token of the current choice. */
        @JSProperty
        double getMilliseconds();
    }

    /** A session whose keys and values were lost. */
    interface LostSession extends JSObject {
        @JSProperty
        int getNumber();

        @JSProperty
        Int32Array getTokens();
    }

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
