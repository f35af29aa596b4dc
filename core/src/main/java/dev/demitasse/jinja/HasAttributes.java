package dev.demitasse.jinja;

import org.jspecify.annotations.Nullable;

/** A built-in object with fields or methods. */
interface HasAttributes {
    /** Returns the field or method with a name, or null if the object lacks it. */
    @Nullable
    Object attribute(String name);
}
