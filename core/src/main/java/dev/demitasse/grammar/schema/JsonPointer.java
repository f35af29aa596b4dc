package dev.demitasse.grammar.schema;

import dev.demitasse.json.JsonField;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Resolves references within a schema: JSON pointers (RFC 6901) in the fragment of a URI. */
final class JsonPointer {
    private JsonPointer() {}

    /**
     * Returns the field that a pointer leads to.
     *
     * @param pointer the fragment of a URI, which begins with a slash
     * @param reference the field with the reference, for errors
     * @throws IllegalArgumentException if the pointer is malformed or leads to nothing
     */
    static JsonField resolve(JsonField root, String pointer, JsonField reference) {
        JsonField at = root;
        for (String part : parts(pointer, reference)) {
            JsonField next = null;
            if (at.value() instanceof Map<?, ?> map && map.containsKey(part)) {
                next = at.member(part);
            } else if (at.value() instanceof List<?> list && isIndex(part, list.size())) {
                next = at.elements().get(Integer.parseInt(part));
            }
            if (next == null) {
                throw new IllegalArgumentException(
                        reference.path() + " is " + reference.string() + ", which is not there");
            }
            at = next;
        }
        return at;
    }

    private static boolean isIndex(String part, int size) {
        if (part.isEmpty() || part.length() > 9 || part.length() > 1 && part.charAt(0) == '0') {
            return false;
        }
        for (int i = 0; i < part.length(); i++) {
            if (part.charAt(i) < '0' || part.charAt(i) > '9') {
                return false;
            }
        }
        return Integer.parseInt(part) < size;
    }

    /** Splits a pointer into unescaped names and indices. */
    private static List<String> parts(String pointer, JsonField reference) {
        List<String> parts = new ArrayList<>();
        for (int start = 1; start <= pointer.length(); ) {
            int slash = pointer.indexOf('/', start);
            int end = slash < 0 ? pointer.length() : slash;
            String part = percentDecoded(pointer.substring(start, end));
            if (part == null) {
                throw reference.isNot("a JSON pointer");
            }
            parts.add(part.replace("~1", "/").replace("~0", "~"));
            start = end + 1;
        }
        return parts;
    }

    /** Decodes the percent-encoding of a part of a URI. Returns null if it is malformed. */
    private static @Nullable String percentDecoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                byte[] plain = String.valueOf(c).getBytes(StandardCharsets.UTF_8);
                bytes.write(plain, 0, plain.length);
                continue;
            }
            int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
            if (high < 0 || low < 0) {
                return null;
            }
            bytes.write(high << 4 | low);
            i += 2;
        }
        return new String(bytes.toByteArray(), StandardCharsets.UTF_8);
    }
}
