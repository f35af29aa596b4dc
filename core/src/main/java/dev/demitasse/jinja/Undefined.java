package dev.demitasse.jinja;

/** The value of a missing variable or key: it prints as an empty text and is false, but has no attributes. */
record Undefined(String name) {}
