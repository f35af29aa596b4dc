package dev.demitasse.web.js;

import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSClass;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSPromise;

/** {@code Response} of the Fetch standard. */
@JSClass
public class Response implements JSObject {
    public Response(Blob body) {}

    @JSProperty
    public native boolean isOk();

    @JSProperty
    public native int getStatus();

    @JSProperty
    public native Headers getHeaders();

    @JSProperty
    public native ByteStream getBody();

    public native JSPromise<Text> text();

    public native JSPromise<Blob> blob();

    /** {@code Headers}. */
    public interface Headers extends JSObject {
        @Nullable
        String get(String name);
    }

    /** {@code RequestInit}. */
    public interface Options extends JSObject {
        @JSProperty
        void setHeaders(RequestHeaders headers);

        /** Sets the cache mode: {@code no-store} bypasses the browser's HTTP cache. */
        @JSProperty
        void setCache(String mode);

        @JSProperty
        void setSignal(JSObject signal);
    }

    /** The only request header that is set. */
    public interface RequestHeaders extends JSObject {
        @JSProperty("Range")
        void setRange(String range);

        @JSProperty("Authorization")
        void setAuthorization(String authorization);
    }

    /** {@code AbortController}. */
    @JSClass(name = "AbortController")
    public static class Abort implements JSObject {
        public Abort() {}

        @JSProperty
        public native JSObject getSignal();

        public native void abort();
    }
}
