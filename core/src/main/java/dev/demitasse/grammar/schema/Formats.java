package dev.demitasse.grammar.schema;

import dev.demitasse.grammar.automaton.Budget;
import dev.demitasse.grammar.automaton.Dfa;
import dev.demitasse.grammar.automaton.Distance;
import dev.demitasse.grammar.automaton.Regex;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The values of {@code format} that restrict strings, by their RFCs. Some valid strings are not accepted: those that
 * validators disagree on, such as mail addresses with quotes, and those that need a table, such as labels in punycode.
 */
final class Formats {
    private static final String HEX = "[0-9A-Fa-f]";

    // RFC 3339. Leap seconds are not accepted.
    private static final String YEAR = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])";
    private static final String DAY =
            "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))";
    private static final String LEAP = "(?:0[48]|[2468][048]|[13579][26])";
    private static final String DATE = "(?:" + YEAR + "-" + DAY + "|(?:[0-9]{2}" + LEAP + "|" + LEAP + "00)-02-29)";
    private static final String HOUR = "(?:[01][0-9]|2[0-3])";
    private static final String TIME =
            HOUR + ":[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?(?:Z|[+-]" + HOUR + ":[0-5][0-9])";

    // RFC 3339, appendix A.
    private static final String SECONDS = "[0-9]+S";
    private static final String MINUTES = "[0-9]+M(?:" + SECONDS + ")?";
    private static final String TIMES = "T(?:[0-9]+H(?:" + MINUTES + ")?|" + MINUTES + "|" + SECONDS + ")";
    private static final String MONTHS = "[0-9]+M(?:[0-9]+D)?";
    private static final String DURATION =
            "P(?:(?:[0-9]+D|" + MONTHS + "|[0-9]+Y(?:" + MONTHS + ")?)(?:" + TIMES + ")?|" + TIMES + "|[0-9]+W)";

    // RFC 1123 and RFC 5321. Labels with hyphens at the third and fourth place are reserved (RFC 5891).
    private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    private static final String LOWER_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
    private static final String RESERVED = "(?:^|[.@])[^.]{2}--";
    private static final String TOP_LEVEL = "[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])";
    private static final String ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
    private static final String DOMAIN = "(?:" + LABEL + "\\.)+" + TOP_LEVEL;

    // RFC 3986, section 3.2.2.
    private static final String BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final String IPV4 = "(?:" + BYTE + "\\.){3}" + BYTE;
    private static final String IPV6 = ipv6();

    /** Letters of RFC 3987 that are neither white space nor direction marks. */
    private static final String NON_ASCII =
            "\\u00a1-\\u167f\\u1681-\\u1fff\\u2010-\\u2027\\u2030-\\u205e\\u2070-\\u2fff"
                    + "\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufeff\\uff01-\\uffef\\u{10000}-\\u{1fffd}\\u{20000}-\\u{2fffd}"
                    + "\\u{30000}-\\u{3fffd}";

    /** Lower-case letters of scripts without contextual rules, which are valid in labels (RFC 5892). */
    private static final String LETTERS =
            "\\u00df-\\u00f6\\u00f8-\\u00ff\\u03b1-\\u03c9\\u0430-\\u044f\\u3041-\\u3096\\u30a1-\\u30fa\\u4e00-\\u9fa5\\uac00-\\ud7a3";

    private static final int MAX_HOST = 253;
    private static final int MAX_EMAIL = 254;

    private static final Set<String> OF_NUMBERS = Set.of("int32", "int64", "float", "double", "byte", "binary");

    private static final Map<String, Format> COMPILED = new HashMap<>();

    /**
     * A format.
     *
     * @param strings accepts JSON strings, with quotes
     * @param max maximum number of characters, in addition
     */
    record Format(Dfa strings, long max) {}

    private Formats() {}

    /** Returns a format, or null if it is only an annotation. */
    static @Nullable Format of(String name) {
        Format known = COMPILED.get(name);
        if (known == null) {
            known = compile(name);
            if (known != null) {
                COMPILED.put(name, known);
            }
        }
        return known;
    }

    private static @Nullable Format compile(String name) {
        return switch (name) {
            case "date" -> format(DATE);
            case "time" -> format(TIME);
            case "date-time" -> format(DATE + "T" + TIME);
            case "duration" -> format(DURATION);
            case "uuid" -> format(HEX + "{8}-(?:" + HEX + "{4}-){3}" + HEX + "{12}");
            case "email" -> email(ATOM, DOMAIN);
            case "idn-email" -> email("(?:" + ATOM + "|[" + LETTERS + "]+)", idnHost("+", "[a-z][a-z0-9]{1,20}"));
            case "hostname" -> host("(?:" + LABEL + "\\.)*" + LABEL);
            case "idn-hostname" -> host(idnHost("*", LOWER_LABEL));
            case "ipv4" -> format(IPV4);
            case "ipv6" -> format(IPV6);
            case "uri" -> format(uri(""));
            case "uri-reference" -> format(uri("") + "|" + relative(""));
            case "iri" -> format(uri(NON_ASCII));
            case "iri-reference" -> format(uri(NON_ASCII) + "|" + relative(NON_ASCII));
            case "uri-template" -> format(template());
            case "json-pointer" -> format("(?:/(?:[^~/]|~[01])*)*");
            case "relative-json-pointer" -> format("(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~[01])*)*)");
            case "regex" -> format(regex());
            default -> null;
        };
    }

    /** Returns whether a format describes numbers or encodings, as in OpenAPI. */
    static boolean isOfNumbers(String name) {
        return OF_NUMBERS.contains(name);
    }

    private static Format format(String pattern) {
        return new Format(anchored(pattern), Distance.NEVER);
    }

    private static Dfa anchored(String pattern) {
        return Regex.search("^(?:" + pattern + ")$", false, new Budget());
    }

    private static Format host(String pattern) {
        Budget budget = new Budget();
        return new Format(anchored(pattern).minus(Regex.search(RESERVED, true, budget), budget), MAX_HOST);
    }

    /** Returns mail addresses with a local part of at most 64 characters. */
    private static Format email(String atom, String domain) {
        Budget budget = new Budget();
        Dfa addresses = anchored(atom + "(?:\\." + atom + ")*@" + domain)
                .and(Regex.search("^[^@]{1,64}@", false, budget), budget)
                .minus(Regex.search("@(?:.*\\.)?[^.]{2}--", true, budget), budget);
        return new Format(addresses, MAX_EMAIL);
    }

    /**
     * Returns host names with labels of ASCII or of so few other letters that their punycode has at most 63 characters.
     *
     * @param repeat how often a label with a dot stands before the last label: {@code *} or {@code +}
     * @param last the last label, if it is of ASCII
     */
    private static String idnHost(String repeat, String last) {
        String label = "(?:" + LOWER_LABEL + "|[" + LETTERS + "]{1,9})";
        return "(?:" + label + "\\.)" + repeat + "(?:" + last + "|[" + LETTERS + "]{1,9})";
    }

    /** Returns IPv6 addresses: {@code ::} may replace groups of 0 once. */
    private static String ipv6() {
        String group = HEX + "{1,4}";
        String last = "(?:" + group + ":" + group + "|" + IPV4 + ")";
        StringBuilder all = new StringBuilder("(?:" + group + ":){6}" + last);
        for (int after = 5; after >= -2; after--) {
            int before = 5 - after; // maximum number of groups before ::
            String groups = before == 0 ? "" : "(?:(?:" + group + ":){0," + (before - 1) + "}" + group + ")?";
            String rest = after >= 0 ? "(?:" + group + ":){" + after + "}" + last : after == -1 ? group : "";
            all.append('|').append(groups).append("::").append(rest);
        }
        return "(?:" + all + ")";
    }

    /**
     * Returns URIs (RFC 3986), or IRIs (RFC 3987). Only file URIs have an empty host.
     *
     * @param letters further characters of a set
     */
    private static String uri(String letters) {
        String segment = characters(":@", letters);
        return "[A-Za-z][A-Za-z0-9+.-]*:(?:" + authority(letters) + "|/?" + segment + "+(?:/" + segment + "*)*|/)"
                + tail(letters) + "|[Ff][Ii][Ll][Ee]:///" + segment + "+(?:/" + segment + "*)*" + tail(letters);
    }

    private static String relative(String letters) {
        String segment = characters(":@", letters);
        return "(?:" + authority(letters) + "|/(?:" + segment + "+(?:/" + segment + "*)*)?|" + characters("@", letters)
                + "+(?:/" + segment + "*)*|)" + tail(letters);
    }

    /** Returns an authority and a path. */
    private static String authority(String letters) {
        return "//(?:" + characters(":", letters) + "*@)?(?:" + characters("", letters) + "+|\\[" + IPV6
                + "\\])(?::[0-9]*)?(?:/" + characters(":@", letters) + "*)*";
    }

    /** Returns a query and a fragment. */
    private static String tail(String letters) {
        String part = characters(":@/?", letters) + "*";
        return "(?:\\?" + part + ")?(?:#" + part + ")?";
    }

    /** Returns one unreserved character or delimiter. */
    private static String characters(String more, String letters) {
        return "(?:[A-Za-z0-9._~!$&'()*+,;=" + more + letters + "-]|%" + HEX + "{2})";
    }

    /** Returns URI templates (RFC 6570). */
    private static String template() {
        String character = "(?:[A-Za-z0-9_]|%" + HEX + "{2})";
        String name = character + "(?:\\.?" + character + ")*(?:\\*|:[1-9][0-9]{0,3})?";
        String literal = "[!#$&'()*+,./0-9:;=?@A-Z\\[\\]_a-z~" + NON_ASCII + "-]|%" + HEX + "{2}";
        return "(?:" + literal + "|\\{[+#./;?&]?" + name + "(?:," + name + ")*\\})*";
    }

    /** Returns regular expressions of ECMA-262 with at most three nested groups, of the syntax that all engines share. */
    private static String regex() {
        String escape = "\\\\(?:[dDwWsStnrfv.*+?()\\[\\]{}|^$/\\\\]|x" + HEX + "{2}|u" + HEX + "{4})";
        String range = "[0-9]-9|0-[0-9]|[a-z]-z|a-[a-z]|[A-Z]-Z|A-[A-Z]";
        String set = "\\[\\^?(?:" + range + "|[A-Za-z0-9_ .,:;@#%=!~<>\"'/+*?()$]|" + escape + "|\\\\-)+\\]";
        StringBuilder counts = new StringBuilder("[0-9]{1,3},?|[0-9],[1-9][0-9]");
        for (int min = 0; min < 10; min++) {
            counts.append('|').append(min).append(",[").append(min).append("-9]");
        }
        String quantifier = "(?:(?:[*+?]|\\{(?:" + counts + ")\\})\\??)?";
        String atom = "(?:[A-Za-z0-9_ ,:;@#%&=!~<>\"'/`-]|[.]|" + escape + "|" + set + ")" + quantifier;
        String terms = "(?:" + atom + "|[$^|])*";
        for (int depth = 0; depth < 3; depth++) {
            terms = "(?:" + atom + "|[$^|]|\\((?:\\?:)?" + terms + "\\)" + quantifier + "|\\(\\?[=!]" + terms + "\\))*";
        }
        return terms;
    }
}
