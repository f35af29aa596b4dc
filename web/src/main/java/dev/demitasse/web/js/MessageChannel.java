package dev.demitasse.web.js;

import org.teavm.jso.JSClass;
import org.teavm.jso.JSFunctor;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSArray;

/** {@code MessageChannel}: queues a task without the delay of a timer. */
@JSClass
public class MessageChannel implements JSObject {
    public MessageChannel() {}

    @JSProperty
    public native Port getPort1();

    @JSProperty
    public native Port getPort2();

    /** {@code MessagePort}. */
    public interface Port extends JSObject {
        @JSProperty("onmessage")
        void setOnMessage(Listener listener);

        void postMessage(int message);

        /**
         * Posts a message with objects.
         *
         * @param transferred objects that can no longer be used by the sender
         */
        void postMessage(int message, JSArray<JSObject> transferred);

        void close();
    }

    /** Receives a message. */
    @JSFunctor
    public interface Listener extends JSObject {
        void message(JSObject event);
    }
}
