package dev.demitasse.jinja;

import org.jspecify.annotations.Nullable;

/** Python's {@code str.format}. */
final class StringFormat {
    private final String pattern;
    private final Arguments arguments;
    private final Limits limits;
    private final TextBuilder out = new TextBuilder();
    private int nextIndex;
    private boolean isNumbered;

    private StringFormat(String pattern, Arguments arguments, Limits limits) {
        this.pattern = pattern;
        this.arguments = arguments;
        this.limits = limits;
    }

    static Object format(Object pattern, Arguments arguments, Limits limits) {
        StringFormat format = new StringFormat(Values.plainText(pattern), arguments, limits);
        format.run();
        limits.makeText(format.out.length());
        return MarkedText.mayBeInput(pattern)
                ? MarkedText.input(format.out.text().toString())
                : format.out.toValue();
    }

    private void run() {
        limits.makeText(pattern.length());
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            boolean isDoubled = i + 1 < pattern.length() && pattern.charAt(i + 1) == c;
            if ((c == '{' || c == '}') && isDoubled) {
                out.append(c);
                i++;
            } else if (c == '}') {
                throw new EvaluationException("format: a single \"}\"");
            } else if (c == '{') {
                int end = pattern.indexOf('}', i);
                if (end < 0) {
                    throw new EvaluationException("format: \"}\" is missing");
                }
                field(pattern.substring(i + 1, end));
                i = end;
            } else {
                out.append(c);
            }
        }
    }

    private void field(String field) {
        limits.step();
        if (field.indexOf('{') >= 0) {
            throw new EvaluationException("format: fields within fields are not supported");
        }
        int colon = field.indexOf(':');
        String spec = colon < 0 ? "" : field.substring(colon + 1);
        String name = colon < 0 ? field : field.substring(0, colon);
        int mark = name.indexOf('!');
        String conversion = mark < 0 ? "" : name.substring(mark + 1);
        Object value = value(mark < 0 ? name : name.substring(0, mark));
        boolean isInput = MarkedText.mayBeInput(value);
        int from = out.length();
        switch (conversion) {
            case "" -> {
                if (mark >= 0) {
                    throw new EvaluationException("format: \"!\" without a conversion");
                }
            }
            case "s" -> value = Values.text(value, limits);
            case "r" -> value = Repr.of(value, limits);
            default -> throw new EvaluationException("format: conversion \"!" + conversion + "\" is not supported");
        }
        out.append(FormatSpec.format(value, spec, limits));
        if (isInput) {
            out.mark(from, out.length());
        }
        if (out.length() > Limits.MAX_LENGTH) {
            limits.makeText(out.length());
        }
    }

    private @Nullable Object value(String name) {
        int end = 0;
        while (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
            end++;
        }
        Object value = argument(name.substring(0, end));
        while (end < name.length()) {
            boolean isItem = name.charAt(end) == '[';
            int start = end + 1;
            end = start;
            while (end < name.length() && (isItem ? name.charAt(end) != ']' : ".[".indexOf(name.charAt(end)) < 0)) {
                end++;
            }
            String part = name.substring(start, end);
            value = isItem
                    ? Access.item(value, isIndex(part) ? (Object) Long.valueOf(part) : part, limits)
                    : Access.attribute(value, part, limits);
            if (value instanceof Undefined) {
                throw new EvaluationException("format: \"" + name + "\" is undefined");
            }
            end += isItem ? 1 : 0;
        }
        return value;
    }

    private @Nullable Object argument(String name) {
        if (!name.isEmpty() && !isIndex(name)) {
            if (!arguments.named().containsKey(name)) {
                throw new EvaluationException("format: \"" + name + "\" is not given");
            }
            return arguments.named().get(name);
        }
        if (name.isEmpty() ? isNumbered : nextIndex > 0) {
            throw new EvaluationException("format: numbered and other fields are mixed");
        }
        isNumbered |= !name.isEmpty();
        int index = name.isEmpty() ? nextIndex++ : Integer.parseInt(name);
        if (index >= arguments.positional().size()) {
            throw new EvaluationException("format: value " + index + " is not given");
        }
        return arguments.positional().get(index);
    }

    private static boolean isIndex(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty() && text.length() < 10;
    }
}
