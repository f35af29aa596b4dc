package dev.demitasse.web.js;

import org.teavm.jso.JSExceptions;

/** A JavaScript error as a Java exception. */
public final class JsException extends RuntimeException {
    private final String name;

    public JsException(JsError error) {
        super(error.getMessage());
        name = error.getName();
    }

    /** Converts an exception that a JavaScript call threw. */
    public static JsException of(RuntimeException e) {
        return e instanceof JsException js ? js : new JsException((JsError) JSExceptions.getJSException(e));
    }

    /** Returns whether the error has this name, for example {@code QuotaExceededError}. */
    public boolean is(String errorName) {
        return name.equals(errorName);
    }
}
