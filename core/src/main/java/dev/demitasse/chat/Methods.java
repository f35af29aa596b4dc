package dev.demitasse.chat;

import dev.demitasse.chat.Interpreter.Function;
import dev.demitasse.chat.Interpreter.Namespace;
import dev.demitasse.chat.Values.Failure;
import dev.demitasse.chat.Values.Undefined;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Attributes, items and slices, and the methods of Python's strings and dicts. */
final class Methods {
    private Methods() {}

    /** {@code object.name}: a method first, then a key. */
    static @Nullable Object attribute(@Nullable Object object, String name) throws Failure {
        if (object instanceof Undefined undefined) {
            throw new Failure("\"" + undefined.name() + "\" is undefined, so it has no \"" + name + "\"");
        }
        Function method = null;
        if (object instanceof String text) {
            method = method(text, name);
        } else if (object instanceof Map<?, ?> map) {
            method = method(map, name);
        }
        if (method != null) {
            return method;
        }
        if (object instanceof Namespace namespace) {
            return namespace.fields().containsKey(name) ? namespace.fields().get(name) : new Undefined(name);
        }
        return object instanceof Map<?, ?> map && map.containsKey(name) ? map.get(name) : new Undefined(name);
    }

    /** {@code object[key]}: a key first, then an attribute. */
    static @Nullable Object item(@Nullable Object object, @Nullable Object key) throws Failure {
        if (object instanceof Map<?, ?> map && map.containsKey(key)) {
            return map.get(key);
        }
        if (Values.isWhole(key) && (object instanceof List || object instanceof String)) {
            List<?> elements = iterate(object);
            long index = Values.whole(key);
            long at = index < 0 ? index + elements.size() : index;
            return at >= 0 && at < elements.size() ? elements.get((int) at) : new Undefined("index " + index);
        }
        return key instanceof String name ? attribute(object, name) : missing(object, key);
    }

    private static Undefined missing(@Nullable Object object, @Nullable Object key) throws Failure {
        if (object instanceof Undefined undefined) {
            throw new Failure("\"" + undefined.name() + "\" is undefined, so it has no items");
        }
        return new Undefined(Values.text(key));
    }

    static Object slice(
            @Nullable Object object, @Nullable Object from, @Nullable Object to, @Nullable Object stepOrNull)
            throws Failure {
        List<?> elements = iterate(object);
        long step = stepOrNull == null ? 1 : Values.whole(stepOrNull);
        if (step == 0) {
            throw new Failure("slice with step 0");
        }
        int size = elements.size();
        long low = step > 0 ? 0 : -1;
        long high = step > 0 ? size : size - 1;
        long start = from == null ? (step > 0 ? low : high) : clamp(Values.whole(from), size, low, high);
        long end = to == null ? (step > 0 ? high : low) : clamp(Values.whole(to), size, low, high);
        List<@Nullable Object> part = new ArrayList<>();
        for (long i = start; step > 0 ? i < end : i > end; i += step) {
            part.add(elements.get((int) i));
        }
        if (object instanceof String) {
            StringBuilder text = new StringBuilder();
            part.forEach(text::append);
            return text.toString();
        }
        return object instanceof Tuple ? new Tuple(part) : part;
    }

    private static long clamp(long index, int size, long low, long high) {
        return Math.max(low, Math.min(high, index < 0 ? index + size : index));
    }

    /** The elements of a list, the characters of a string, the keys of a dict. */
    static List<?> iterate(@Nullable Object value) throws Failure {
        if (value instanceof List<?> list) {
            return list;
        }
        if (value instanceof Map<?, ?> map) {
            return new ArrayList<>(map.keySet());
        }
        if (value instanceof Undefined) {
            return List.of();
        }
        if (value instanceof String text) {
            List<String> characters = new ArrayList<>();
            for (int i = 0; i < text.length(); ) {
                int end = text.offsetByCodePoints(i, 1);
                characters.add(text.substring(i, end));
                i = end;
            }
            return characters;
        }
        throw new Failure("can't iterate over " + Values.typeName(value));
    }

    private static @Nullable Function method(Map<?, ?> map, String name) {
        return switch (name) {
            case "items" -> (positional, named) -> items(map);
            case "keys" -> (positional, named) -> new ArrayList<>(map.keySet());
            case "values" -> (positional, named) -> new ArrayList<>(map.values());
            case "get" ->
                (positional, named) -> map.containsKey(positional.get(0))
                        ? map.get(positional.get(0))
                        : positional.size() > 1 ? positional.get(1) : null;
            default -> null;
        };
    }

    static List<Object> items(Map<?, ?> map) {
        List<Object> items = new ArrayList<>();
        map.forEach((key, value) -> items.add(new Tuple(Arrays.asList(key, value))));
        return items;
    }

    private static @Nullable Function method(String text, String name) {
        return switch (name) {
            case "strip" -> (positional, named) -> strip(text, positional, true, true);
            case "lstrip" -> (positional, named) -> strip(text, positional, true, false);
            case "rstrip" -> (positional, named) -> strip(text, positional, false, true);
            case "upper" -> (positional, named) -> Filters.upper(text);
            case "lower" -> (positional, named) -> Filters.lower(text);
            case "capitalize" -> (positional, named) -> Filters.capitalize(text);
            case "title" -> (positional, named) -> Filters.title(text);
            case "startswith" -> (positional, named) -> any(positional.get(0), text::startsWith);
            case "endswith" -> (positional, named) -> any(positional.get(0), text::endsWith);
            case "find" -> (positional, named) -> find(text, string(positional.get(0)));
            case "replace" ->
                (positional, named) -> replace(
                        text,
                        string(positional.get(0)),
                        string(positional.get(1)),
                        positional.size() > 2 ? Values.whole(positional.get(2)) : -1);
            case "split" ->
                (positional, named) -> split(
                        text,
                        positional.isEmpty() ? named.get("sep") : positional.get(0),
                        Values.whole(positional.size() > 1 ? positional.get(1) : named.getOrDefault("maxsplit", -1L)));
            case "rsplit" ->
                (positional, named) -> rsplit(
                        text, string(positional.get(0)), positional.size() > 1 ? Values.whole(positional.get(1)) : -1);
            case "splitlines" -> (positional, named) -> splitLines(text);
            case "count" -> (positional, named) -> count(text, string(positional.get(0)));
            case "removeprefix" ->
                (positional, named) -> text.startsWith(string(positional.get(0)))
                        ? text.substring(string(positional.get(0)).length())
                        : text;
            case "removesuffix" ->
                (positional, named) -> text.endsWith(string(positional.get(0)))
                        ? text.substring(
                                0, text.length() - string(positional.get(0)).length())
                        : text;
            case "isdigit" ->
                (positional, named) -> !text.isEmpty() && text.chars().allMatch(Character::isDigit);
            case "isspace" ->
                (positional, named) -> !text.isEmpty() && text.chars().allMatch(c -> isSpace((char) c));
            case "join" -> (positional, named) -> join(text, iterate(positional.get(0)));
            default -> null;
        };
    }

    private interface Check {
        boolean holds(String text);
    }

    /** Python's startswith and endswith take one string or several. */
    private static boolean any(@Nullable Object candidates, Check check) throws Failure {
        if (candidates instanceof List<?> list) {
            for (Object candidate : list) {
                if (check.holds(string(candidate))) {
                    return true;
                }
            }
            return false;
        }
        return check.holds(string(candidates));
    }

    private static long find(String text, String part) {
        int at = text.indexOf(part);
        return at < 0 ? -1 : text.codePointCount(0, at);
    }

    private static String strip(String text, List<@Nullable Object> arguments, boolean left, boolean right)
            throws Failure {
        String characters = arguments.isEmpty() || arguments.get(0) == null ? null : string(arguments.get(0));
        return strip(text, characters, left, right);
    }

    /** @param characters to take away, or null for whitespace */
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

    /** Python's {@code str.isspace}. */
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

    static String replace(String text, String old, String replacement, long limit) throws Failure {
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

    private static List<Object> split(String text, @Nullable Object separator, long limit) throws Failure {
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
        String mark = string(separator);
        if (mark.isEmpty()) {
            throw new Failure("split by an empty text");
        }
        for (int at = text.indexOf(mark); at >= 0 && parts.size() != limit; at = text.indexOf(mark, position)) {
            parts.add(text.substring(position, at));
            position = at + mark.length();
        }
        parts.add(text.substring(position));
        return parts;
    }

    private static List<Object> rsplit(String text, String mark, long limit) throws Failure {
        if (mark.isEmpty()) {
            throw new Failure("split by an empty text");
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

    static String join(String separator, List<?> parts) throws Failure {
        StringBuilder out = new StringBuilder();
        String between = "";
        for (Object part : parts) {
            out.append(between).append(Values.text(part));
            Values.checkLength(out.length());
            between = separator;
        }
        return out.toString();
    }

    static String string(@Nullable Object value) throws Failure {
        if (value instanceof String text) {
            return text;
        }
        throw new Failure("a text is expected, not " + Values.typeName(value));
    }
}
