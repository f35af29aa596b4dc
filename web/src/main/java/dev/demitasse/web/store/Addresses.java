package dev.demitasse.web.store;

/** Parts of addresses. */
public final class Addresses {
    /** Begins the addresses of models that were imported and are nowhere else. */
    public static final String LOCAL = "local:";

    private Addresses() {}

    /** Whether the address may have the same model tomorrow: {@code blob:} and {@code data:} won't. */
    static boolean isLasting(String url) {
        return url.startsWith("http:") || url.startsWith("https:") || url.startsWith(LOCAL);
    }

    /** Without query and fragment. */
    public static String path(String url) {
        int end = url.length();
        for (char mark : new char[] {'?', '#'}) {
            int at = url.indexOf(mark);
            end = at < 0 ? end : Math.min(end, at);
        }
        return url.substring(0, end);
    }

    /** What stands before the file's name. */
    public static String folder(String url) {
        String path = path(url);
        int start = Math.max(path.lastIndexOf('/'), path.startsWith(LOCAL) ? LOCAL.length() - 1 : -1);
        return path.substring(0, start + 1);
    }

    /** The file's name; a folder's, for an address that ends in a slash. */
    public static String name(String url) {
        String path = path(url);
        String whole = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return whole.substring(folder(whole).length());
    }

    /** Another file of the same folder. */
    public static String sibling(String url, String name) {
        return folder(url) + name + url.substring(path(url).length());
    }
}
