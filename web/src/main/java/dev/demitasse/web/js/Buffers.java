package dev.demitasse.web.js;

import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.typedarrays.Uint8Array;

/** Frees buffers at once, which the garbage collector would let pile up. */
public final class Buffers {
    /** A port that leads nowhere. What is transferred to it is freed: there is no other way. */
    private static final MessageChannel.Port NOWHERE = nowhere();

    private Buffers() {}

    private static MessageChannel.Port nowhere() {
        MessageChannel channel = new MessageChannel();
        channel.getPort2().close();
        return channel.getPort1();
    }

    /** Frees the array's buffer: no view of it can be used any more. */
    public static void free(Uint8Array array) {
        JSArray<JSObject> buffers = new JSArray<>();
        buffers.push(array.getBuffer());
        NOWHERE.postMessage(0, buffers);
    }
}
