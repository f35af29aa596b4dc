package dev.demitasse.grammar;

import org.jspecify.annotations.Nullable;

/** What the values of {@code format} allow: less than the standards do, but nothing that they don't. */
final class Formats {
    private static final String YEAR = "[0-9]{4}-";
    private static final String DATE = "(" + YEAR + "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|" + YEAR
            + "(0[469]|11)-(0[1-9]|[12][0-9]|30)|" + YEAR + "02-(0[1-9]|1[0-9]|2[0-8]))";
    private static final String TIME =
            "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(Z|([+](0[0-9]|1[0-4])|-(0[1-9]|1[0-4])):[0-5][0-9])"; // -00:00 isn't RFC 3339
    private static final String LABEL = "[a-zA-Z](-?[a-zA-Z0-9]){0,30}";
    private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final String PART = "[A-Za-z0-9_~.-]*";

    private Formats() {}

    /** A regular expression; null if the format is unknown, and so no more than an annotation. */
    static @Nullable String pattern(String format) {
        String pattern =
                switch (format) {
                    case "date" -> DATE;
                    case "time" -> TIME;
                    case "date-time" -> DATE + "T" + TIME;
                    case "duration" -> "P([0-9]{1,4}W|[0-9]{1,4}D(T[0-9]{1,4}H)?|T[0-9]{1,4}[HMS])";
                    case "uuid" -> "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";
                    case "email" ->
                        "[a-zA-Z0-9_+-]{1,20}(\\.[a-zA-Z0-9_+-]{1,20})?@" + LABEL + "(\\." + LABEL
                                + "){0,1}\\.(com|org|net|edu|gov|info|io|dev|app|ai|co|eu|us|ca|uk|de|fr|it|es|nl|be|ch|at|pl|se|no|fi|dk|pt|ie|ru|cn|jp|kr|in|br|mx|au|nz|za)";
                    case "hostname" -> LABEL + "(\\." + LABEL + "){0,3}";
                    case "ipv4" -> BYTE + "(\\." + BYTE + "){3}";
                    case "ipv6" -> "([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}";
                    case "uri" ->
                        "https?://" + LABEL + "(\\." + LABEL + "){0,3}(/" + PART + ")*(\\?" + PART + "(=" + PART
                                + ")?)?(#" + PART + ")?";
                    default -> null;
                };
        return pattern == null ? null : "^(" + pattern + ")$";
    }
}
