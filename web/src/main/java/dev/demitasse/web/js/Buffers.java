package dev.demitasse.web.js;

import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.typedarrays.Uint8Array;

/** Frees JavaScript buffers at once. The garbage collector frees them so late that they accumulate. */
public final class Buffers {
    /** A port whose other end is closed. Transferring a buffer to it is the only way to free the buffer. */
    private static final MessageChannel.Port NOWHERE = nowhere();

    private Buffers() {}

    private static MessageChannel.Port nowhere() {
        MessageChannel channel = new MessageChannel();
        channel.getPort2().close();
        return channel.getPort1();
    }

    /** Frees an array's buffer. All views of the buffer become unusable. */
    public static void free(Uint8Array array) {
        JSArray<JSObject> buffers = new JSArray<>();
        buffers.push(array.getBuffer());
        NOWHERE.postMessage(0, buffers);
    }
}
