package dev.demitasse.grammar;

import org.jspecify.annotations.Nullable;

/** The values of {@code format} that are more than annotations here. */
final class Formats {
    private Formats() {}

    static @Nullable Dfa of(String name, boolean lenient) {
        return null;
    }
}
