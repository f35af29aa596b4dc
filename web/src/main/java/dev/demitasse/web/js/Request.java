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
    Blob getFile();

    /** Of a {@code delete}, {@code export} or {@code import}: the model's address. */
    @JSProperty
    String getAddress();

    /** Of an {@code import}. */
    @JSProperty
    JSArrayReader<NamedBlob> getFiles();

    /** Of a {@code chat}, {@code complete}, {@code embed} or {@code tokenize}: JSON, as OpenAI's API has it. */
    @JSProperty
    String getBody();

    /** Of what concerns a session: its number. 0 is the engine's own. */
    @JSProperty
    int getSession();

    /** Of a request about a stored session. */
    @JSProperty
    String getName();

    /** Of a {@code tokenize}; undefined if its text is the prompt of a chat's {@link #getBody body}. */
    @JSProperty
    Text getText();

    @JSProperty
    Options getOptions();

    /** Options of a {@code load}; numbers that are absent read as NaN. */
    interface Options extends JSObject {
        @JSProperty
        double getContextLength();

        @JSProperty
        double getThreads();

        @JSProperty
        double getPrefixCacheBytes();

        /** Whether to keep the model in the store. */
        @JSProperty("cache")
        boolean isKept();

        /** {@code f16} or {@code q8_0}; undefined if absent. */
        @JSProperty
        Text getKvType();

        /** {@code auto}, {@code webgpu} or {@code cpu}; undefined if absent. */
        @JSProperty
        Text getDevice();
    }
}
