package dev.demitasse.web.js;

import org.teavm.jso.JSExceptions;

/** A JavaScript error. */
public final class JsException extends RuntimeException {
    private final String name;

    public JsException(JsError error) {
        super(error.getMessage());
        name = error.getName();
    }

    /** The JavaScript error that a call threw. */
    public static JsException of(RuntimeException e) {
        return e instanceof JsException js ? js : new JsException((JsError) JSExceptions.getJSException(e));
    }

    /** Whether the error has a name, such as {@code QuotaExceededError}. */
    public boolean is(String errorName) {
        return name.equals(errorName);
    }
}
