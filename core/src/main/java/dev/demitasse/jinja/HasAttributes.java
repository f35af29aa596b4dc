package dev.demitasse.jinja;

import org.jspecify.annotations.Nullable;

/** A built-in object with fields or methods. */
interface HasAttributes {
    /** Returns a field or method, or null if there is none of this name. */
    @Nullable
    Object attribute(String name);
}
