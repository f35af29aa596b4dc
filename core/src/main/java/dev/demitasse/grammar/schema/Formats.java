package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.automaton.Budget;
import dev.demitasse.grammar.automaton.Dfa;
import dev.demitasse.grammar.automaton.Regex;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values of {@code format} that restrict strings. A string that is accepted here is valid in every validator, but some
 * strings that are valid are not accepted, such as mail addresses with quotes.
 */
final class Formats {
    private static final String YEAR = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])";
    private static final String DAY =
            "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))";
    private static final String LEAP = "(?:0[48]|[2468][048]|[13579][26])";
    private static final String DATE = "(?:" + YEAR + "-" + DAY + "|(?:[0-9]{2}" + LEAP + "|" + LEAP + "00)-02-29)";
    private static final String TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?"
            + "(?:Z|[+](?:0[0-9]|1[0-3]):[0-5][0-9]|-(?:0[1-9]|1[01]):[0-5][0-9])";
    private static final String LABEL = "[A-Za-z](?:[A-Za-z0-9]{0,14}(?:-[A-Za-z0-9]{1,15}){0,3})";
    private static final String HOST = LABEL + "(?:\\." + LABEL + ")";
    private static final String BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final String HEX = "[0-9A-Fa-f]{1,4}";

    /** Top-level domains, because some validators check them: those of countries and some well-known others. */
    private static final String TOP_LEVEL_DOMAIN = "(?:com|org|net|edu|gov|mil|int|info|biz|name|dev|app"
            + "|a[cdefgilmoqrstuwxz]|b[abdefghijmnorstwyz]|c[acdfghiklmnoruvwxyz]|d[ejkmoz]|e[cegrstu]|f[ijkmor]"
            + "|g[adefghilmnpqrstuwy]|h[kmnrtu]|i[delmnoqrst]|j[emop]|k[eghimnprwyz]|l[abcikrstuvy]"
            + "|m[acdeghklmnopqrstuvwxyz]|n[acefgilopruz]|om|p[aefghklmnrstwy]|qa|r[eosuw]|s[abcdeghiklmnortuvxyz]"
            + "|t[cdfghjklmnortvwz]|u[agksyz]|v[aceginu]|w[fs]|y[et]|z[amw])";

    private static final String ATOM = "[A-Za-z0-9_%+-]{1,20}";
    private static final String PATH = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*";
    private static final String QUERY = "(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*";

    private static final Map<String, String> PATTERNS = Map.of(
            "date", DATE,
            "time", TIME,
            "date-time", DATE + "T" + TIME,
            "uuid", "[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}",
            "email", ATOM + "(?:\\." + ATOM + "){0,2}@" + HOST + "{0,2}\\." + TOP_LEVEL_DOMAIN,
            "hostname", HOST + "{0,2}",
            "ipv4", "(?:" + BYTE + "\\.){3}" + BYTE,
            "ipv6", ipv6(),
            "uri",
                    "[A-Za-z][A-Za-z0-9+.-]{0,15}://" + HOST + "{0,2}(?::[1-9][0-9]{0,3})?(?:/" + PATH + ")*(?:\\?"
                            + QUERY + ")?(?:#" + QUERY + ")?");

    private static final Map<String, Dfa> COMPILED = new HashMap<>();

    private Formats() {}

    /** Returns an automaton of JSON strings of a format, with quotes, or null for a format that is only an annotation. */
    static @Nullable Dfa of(String name) {
        Dfa known = COMPILED.get(name);
        String pattern = PATTERNS.get(name);
        if (known == null && pattern != null) {
            known = Regex.search("^(?:" + pattern + ")$", false, new Budget());
            COMPILED.put(name, known);
        }
        return known;
    }

    /** Returns the pattern of RFC 4291, section 2.2, without embedded IPv4 addresses: {@code ::} may replace groups of 0 once. */
    private static String ipv6() {
        StringBuilder all = new StringBuilder("(?:" + HEX + ":){7}" + HEX + "|(?:" + HEX + ":){1,7}:");
        for (int before = 1; before <= 6; before++) {
            all.append("|(?:")
                    .append(HEX)
                    .append(":){")
                    .append(before)
                    .append("}(?::")
                    .append(HEX)
                    .append("){1,");
            all.append(7 - before).append('}');
        }
        return all + "|:(?::" + HEX + "){1,7}|::";
    }
}
