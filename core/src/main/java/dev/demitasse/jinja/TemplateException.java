package dev.demitasse.jinja;

import org.jspecify.annotations.Nullable;

/** Thrown if a chat template can't be parsed or rendered. The message names the construct and its line. */
public final class TemplateException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    TemplateException(int line, @Nullable String message) {
        super("chat template, line " + line + ": " + message);
    }
}
