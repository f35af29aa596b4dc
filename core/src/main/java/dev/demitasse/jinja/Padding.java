package dev.demitasse.jinja;

/** The methods of Python's {@code str} that fill a text up to a width. */
final class Padding {
    private Padding() {}

    static String pad(String method, String text, long width, String fill, Limits limits) {
        if (fill.codePointCount(0, fill.length()) != 1) {
            throw new EvaluationException("the fill character is \"" + fill + "\"; it must be one character");
        }
        limits.read(text.length());
        int length = text.codePointCount(0, text.length());
        if (width <= length) {
            return text;
        }
        limits.makeText(width * fill.length());
        int missing = (int) width - length;
        int left =
                switch (method) {
                    case "ljust" -> 0;
                    case "rjust", "zfill" -> missing;
                    default -> missing / 2 + (missing & (int) width & 1);
                };
        boolean signFirst = method.equals("zfill") && (text.startsWith("-") || text.startsWith("+"));
        String sign = signFirst ? text.substring(0, 1) : "";
        return sign + fill.repeat(left) + text.substring(sign.length()) + fill.repeat(missing - left);
    }

    static String expandTabs(String text, long size, Limits limits) {
        StringBuilder out = new StringBuilder();
        long column = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\t') {
                long spaces = size > 0 ? size - column % size : 0;
                limits.makeText(out.length() + spaces);
                out.append(" ".repeat((int) spaces));
                column += spaces;
            } else {
                out.append(c);
                column = c == '\n' || c == '\r' ? 0 : column + (Character.isLowSurrogate(c) ? 0 : 1);
            }
        }
        limits.makeText(out.length());
        return out.toString();
    }
}
