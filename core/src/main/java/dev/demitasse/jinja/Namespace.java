package dev.demitasse.jinja;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jinja's {@code namespace}: the only value that a template can modify. */
record Namespace(Map<String, @Nullable Object> fields) {}
