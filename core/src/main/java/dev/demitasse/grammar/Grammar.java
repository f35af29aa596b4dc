package dev.demitasse.grammar;

import java.util.List;
import org.jspecify.annotations.Nullable;

public final class Grammar {
    public static Grammar jsonSchema(@Nullable Object schema) {
        return new Grammar();
    }

    public static Grammar json() {
        return new Grammar();
    }

    public static Grammar literal(String text) {
        return new Grammar();
    }

    public static Grammar sequence(Grammar... parts) {
        return new Grammar();
    }

    public static Grammar choice(List<Grammar> parts) {
        return new Grammar();
    }

    public static Grammar textUntil(String marker) {
        return new Grammar();
    }
}
