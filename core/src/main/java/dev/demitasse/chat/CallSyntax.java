package dev.demitasse.chat;

/**
 * The text around the parts of a tool call in JSON: {@code beforeName}, the name of the function as a JSON string,
 * {@code beforeArguments}, the arguments as a JSON object, {@code after}.
 */
public record CallSyntax(String beforeName, String beforeArguments, String after) {}
