package dev.demitasse.store;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Recognizes the common answers that are not the requested file, and says what to do. */
final class WrongAnswer {
    /** The number of bytes of a body that {@link #describe} looks at. */
    static final int START_BYTES = 64;

    /** Describes a body that is longer than its headers state. */
    static final String COMPRESSED = "it sends more bytes than its headers state, as servers do that compress a file;"
            + " it must send the file without Content-Encoding, or name that header in Access-Control-Expose-Headers";

    private static final String LFS_POINTER = "version https://git-lfs.github.com/spec/";
    private static final String BYTE_ORDER_MARK = "\u00EF\u00BB\u00BF";
    private static final String[] HTML = {"<!doctype html", "<html", "<head", "<body", "<!--", "<script", "<meta"};

    private WrongAnswer() {}

    /** Describes a body that can't be a file of a model; returns null for all other bodies. */
    static @Nullable String describe(String start, @Nullable String contentType) {
        if (start.startsWith(LFS_POINTER)) {
            return "it sent a Git LFS pointer instead of the file: use the address of the file itself (on Hugging Face, /resolve/ instead"
                    + " of /raw/), or run \"git lfs pull\" in the folder that the server serves";
        }
        if (isHtml(start, contentType)) {
            return "it sent an HTML page instead of the file: use the address of the file itself (on Hugging Face, /resolve/ instead of"
                    + " /blob/); servers also send a page where a login is needed, or instead of status 404";
        }
        return null;
    }

    private static boolean isHtml(String start, @Nullable String contentType) {
        String text = (start.startsWith(BYTE_ORDER_MARK) ? start.substring(BYTE_ORDER_MARK.length()) : start)
                .stripLeading()
                .toLowerCase(Locale.ROOT);
        if (contentType != null && contentType.startsWith("text/html") && text.startsWith("<")) {
            return true;
        }
        for (String tag : HTML) {
            if (text.startsWith(tag)) {
                return true;
            }
        }
        return false;
    }

    /** Describes a status other than success. */
    static String describe(int status) {
        String answer = "it answered with status " + status;
        return switch (status) {
            case 401 ->
                answer + ": the file is private or needs a login, and this page sends no credentials;"
                        + " use a public address, or download the file and open it from the disk";
            case 403 ->
                answer + ": the server refuses access, or the address has a signature that has expired;"
                        + " get a new address, or download the file and open it from the disk";
            default -> answer;
        };
    }

    /** Describes a request without a response. */
    static String describeNoResponse(String error, boolean isReachable) {
        return isReachable
                ? error
                        + ": the server answers, but does not allow this page to read the answer; it must send the header"
                        + " Access-Control-Allow-Origin (CORS), which error pages of expired addresses often lack"
                : error
                        + ": there is no connection to the server, or it does not allow this page to read its files (CORS)";
    }
}
