package dev.demitasse.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The methods of Python's {@code str}. */
final class StringMethods {
    private StringMethods() {}

    /** Returns a method bound to a text, or null if strings have no such method. */
    static @Nullable Function bind(String text, String name) {
        return switch (name) {
            case "strip" -> (positional, named) -> strip(text, positional, true, true);
            case "lstrip" -> (positional, named) -> strip(text, positional, true, false);
            case "rstrip" -> (positional, named) -> strip(text, positional, false, true);
            case "upper" -> (positional, named) -> LetterCase.upper(text);
            case "lower" -> (positional, named) -> LetterCase.lower(text);
            case "capitalize" -> (positional, named) -> LetterCase.capitalize(text);
            case "title" -> (positional, named) -> LetterCase.title(text);
            case "startswith" -> (positional, named) -> any(positional.get(0), text::startsWith);
            case "endswith" -> (positional, named) -> any(positional.get(0), text::endsWith);
            case "find" -> (positional, named) -> find(text, Values.string(positional.get(0)));
            case "replace" ->
                (positional, named) -> replace(
                        text,
                        Values.string(positional.get(0)),
                        Values.string(positional.get(1)),
                        positional.size() > 2 ? Values.toLong(positional.get(2)) : -1);
            case "split" ->
                (positional, named) -> split(
                        text,
                        positional.isEmpty() ? named.get("sep") : positional.get(0),
                        Values.toLong(positional.size() > 1 ? positional.get(1) : named.getOrDefault("maxsplit", -1L)));
            case "rsplit" ->
                (positional, named) -> rsplit(
                        text,
                        Values.string(positional.get(0)),
                        positional.size() > 1 ? Values.toLong(positional.get(1)) : -1);
            case "splitlines" -> (positional, named) -> splitLines(text);
            case "count" -> (positional, named) -> count(text, Values.string(positional.get(0)));
            case "removeprefix" -> (positional, named) -> removePrefix(text, Values.string(positional.get(0)));
            case "removesuffix" -> (positional, named) -> removeSuffix(text, Values.string(positional.get(0)));
            case "isdigit" ->
                (positional, named) -> !text.isEmpty() && text.chars().allMatch(Character::isDigit);
            case "isspace" ->
                (positional, named) -> !text.isEmpty() && text.chars().allMatch(c -> isSpace((char) c));
            case "join" -> (positional, named) -> join(text, Access.iterate(positional.get(0)));
            default -> null;
        };
    }

    private static String removePrefix(String text, String prefix) {
        return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
    }

    private static String removeSuffix(String text, String suffix) {
        return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
    }

    private interface Check {
        boolean holds(String text);
    }

    /** Checks one text or any of several: {@code startswith} and {@code endswith} take both. */
    private static boolean any(@Nullable Object candidates, Check check) throws EvaluationException {
        if (candidates instanceof List<?> list) {
            for (Object candidate : list) {
                if (check.holds(Values.string(candidate))) {
                    return true;
                }
            }
            return false;
        }
        return check.holds(Values.string(candidates));
    }

    private static long find(String text, String part) {
        int at = text.indexOf(part);
        return at < 0 ? -1 : text.codePointCount(0, at);
    }

    private static String strip(String text, List<@Nullable Object> arguments, boolean left, boolean right)
            throws EvaluationException {
        String characters = arguments.isEmpty() || arguments.get(0) == null ? null : Values.string(arguments.get(0));
        return strip(text, characters, left, right);
    }

    /**
     * Removes characters from the ends of a text.
     *
     * @param characters the characters to remove, or null to remove white space
     */
    static String strip(String text, @Nullable String characters, boolean left, boolean right) {
        int start = 0;
        int end = text.length();
        while (left && start < end && strips(text.charAt(start), characters)) {
            start++;
        }
        while (right && end > start && strips(text.charAt(end - 1), characters)) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean strips(char c, @Nullable String characters) {
        return characters == null ? isSpace(c) : characters.indexOf(c) >= 0;
    }

    /** Returns whether Python's {@code str.isspace} holds for a character. */
    static boolean isSpace(char c) {
        return Lexer.isSpace(c)
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200A)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202F
                || c == 0x205F
                || c == 0x3000;
    }

    static String replace(String text, String old, String replacement, long limit) throws EvaluationException {
        StringBuilder out = new StringBuilder();
        int position = 0;
        long left = limit < 0 ? Long.MAX_VALUE : limit;
        while (left > 0) {
            int at = text.indexOf(old, position);
            if (at < 0) {
                break;
            }
            out.append(text, position, at).append(replacement);
            position = at + old.length();
            if (old.isEmpty()) {
                if (position == text.length()) {
                    return out.toString();
                }
                out.append(text.charAt(position++));
            }
            Values.checkLength(out.length());
            left--;
        }
        return out.append(text, position, text.length()).toString();
    }

    private static List<Object> split(String text, @Nullable Object separator, long limit) throws EvaluationException {
        List<Object> parts = new ArrayList<>();
        int position = 0;
        if (separator == null) {
            while (true) {
                while (position < text.length() && isSpace(text.charAt(position))) {
                    position++;
                }
                if (position == text.length()) {
                    return parts;
                }
                int end = position;
                while (end < text.length() && (parts.size() == limit || !isSpace(text.charAt(end)))) {
                    end++;
                }
                parts.add(text.substring(position, end));
                position = end;
            }
        }
        String mark = Values.string(separator);
        if (mark.isEmpty()) {
            throw new EvaluationException("split with an empty separator");
        }
        for (int at = text.indexOf(mark); at >= 0 && parts.size() != limit; at = text.indexOf(mark, position)) {
            parts.add(text.substring(position, at));
            position = at + mark.length();
        }
        parts.add(text.substring(position));
        return parts;
    }

    private static List<Object> rsplit(String text, String mark, long limit) throws EvaluationException {
        if (mark.isEmpty()) {
            throw new EvaluationException("split with an empty separator");
        }
        List<Object> parts = new ArrayList<>();
        int end = text.length();
        for (int at = text.lastIndexOf(mark, end - mark.length());
                at >= 0 && parts.size() != limit;
                at = text.lastIndexOf(mark, end - mark.length())) {
            parts.add(text.substring(at + mark.length(), end));
            end = at;
            if (end < mark.length()) {
                break;
            }
        }
        parts.add(text.substring(0, end));
        Collections.reverse(parts);
        return parts;
    }

    private static List<Object> splitLines(String text) {
        List<Object> lines = new ArrayList<>();
        int start = 0;
        while (start < text.length()) {
            int end = start;
            while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
                end++;
            }
            lines.add(text.substring(start, end));
            start = text.startsWith("\r\n", end) ? end + 2 : end + 1;
        }
        return lines;
    }

    private static long count(String text, String part) {
        if (part.isEmpty()) {
            return text.codePointCount(0, text.length()) + 1L;
        }
        long count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    static String join(String separator, List<?> parts) throws EvaluationException {
        StringBuilder out = new StringBuilder();
        String between = "";
        for (Object part : parts) {
            out.append(between).append(Values.text(part));
            Values.checkLength(out.length());
            between = separator;
        }
        return out.toString();
    }
}
