package dev.demitasse.store;

/** The path, folder and file name of an address. */
public final class Addresses {
    /** The scheme of imported models, which no server has. */
    public static final String LOCAL = "local:";

    private Addresses() {}

    /** Returns whether the address can still name the same model later, unlike {@code blob:} and {@code data:}. */
    static boolean isLasting(String url) {
        return url.startsWith("http:") || url.startsWith("https:") || url.startsWith(LOCAL);
    }

    /** Returns the address without query and fragment. */
    public static String path(String url) {
        int end = url.length();
        for (char mark : new char[] {'?', '#'}) {
            int at = url.indexOf(mark);
            end = at < 0 ? end : Math.min(end, at);
        }
        return url.substring(0, end);
    }

    /** Returns the address up to the file name, with the final slash. */
    public static String folder(String url) {
        String path = path(url);
        int start = Math.max(path.lastIndexOf('/'), path.startsWith(LOCAL) ? LOCAL.length() - 1 : -1);
        return path.substring(0, start + 1);
    }

    /** Returns the file name, or the folder's name if the address ends in a slash. */
    public static String name(String url) {
        String path = path(url);
        String whole = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return whole.substring(folder(whole).length());
    }

    /** Returns the address of another file in the same folder, with the same query and fragment. */
    public static String sibling(String url, String name) {
        return folder(url) + name + url.substring(path(url).length());
    }
}
