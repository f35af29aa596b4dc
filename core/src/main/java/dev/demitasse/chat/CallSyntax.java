package dev.demitasse.chat;

/**
 * How a model writes one tool call in JSON: {@code beforeName}, the function's name as a JSON string, {@code beforeArguments},
 * the object of its arguments, {@code after}.
 */
public record CallSyntax(String beforeName, String beforeArguments, String after) {}
