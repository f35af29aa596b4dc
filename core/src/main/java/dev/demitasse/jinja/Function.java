package dev.demitasse.jinja;

import org.jspecify.annotations.Nullable;

/** A value that a template can call: a macro, a built-in function or a bound method. */
interface Function {
    @Nullable
    Object call(Arguments arguments);
}
