package dev.demitasse.grammar.schema;

/** Resolves references to URIs (RFC 3986, section 5.2). */
final class Uri {
    private Uri() {}

    /** Returns the URI that a reference names within a document with a base URI. */
    static String resolve(String base, String reference) {
        if (reference.startsWith("#") || reference.isEmpty()) {
            return base + reference;
        }
        if (schemeEnd(reference) > 0) {
            return reference;
        }
        int scheme = schemeEnd(base);
        if (reference.startsWith("//")) {
            return base.substring(0, scheme) + reference;
        }
        int path = base.startsWith("//", scheme) ? indexOrEnd(base, '/', scheme + 2) : scheme;
        if (reference.startsWith("/")) {
            return base.substring(0, path) + reference;
        }
        int directory = Math.max(path, base.lastIndexOf('/') + 1);
        return base.substring(0, path) + withoutDots(base.substring(path, directory) + reference);
    }

    private static int indexOrEnd(String text, char sign, int from) {
        int found = text.indexOf(sign, from);
        return found < 0 ? text.length() : found;
    }

    /** Returns the index after the colon of the scheme, or 0 if there is none. */
    private static int schemeEnd(String uri) {
        for (int i = 0; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c == ':') {
                return i == 0 ? 0 : i + 1;
            }
            if (c == '/' || c == '?' || c == '#') {
                return 0;
            }
        }
        return 0;
    }

    /** Removes the segments {@code .} and {@code ..} of a path. */
    private static String withoutDots(String path) {
        String rest = path;
        while (rest.startsWith("./") || rest.contains("/./")) {
            rest = rest.startsWith("./") ? rest.substring(2) : rest.replace("/./", "/");
        }
        for (int up = rest.indexOf("/../"); up >= 0; up = rest.indexOf("/../")) {
            int parent = up == 0 ? 0 : rest.lastIndexOf('/', up - 1);
            rest = rest.substring(0, Math.max(0, parent)) + rest.substring(up + 3);
        }
        return rest;
    }
}
