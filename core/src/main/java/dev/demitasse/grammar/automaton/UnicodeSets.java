package dev.demitasse.grammar.automaton;

import dev.demitasse.grammar.automaton.CodePoints.Ranges;
import org.jspecify.annotations.Nullable;

/**
 * The sets of {@code \p{…}}. Only some characters of each are listed, of common scripts; whether others are in the set
 * depends on the version of Unicode, so they count as possible.
 */
final class UnicodeSets {
    private static final Ranges NON_ASCII = Ranges.of(0x80, Character.MAX_CODE_POINT);
    private static final Ranges UPPER =
            Ranges.of('A', 'Z', 0xc0, 0xd6, 0xd8, 0xde, 0x391, 0x3a1, 0x3a3, 0x3ab, 0x400, 0x42f);
    private static final Ranges LOWER = Ranges.of('a', 'z', 0xdf, 0xf6, 0xf8, 0xff, 0x3b1, 0x3ce, 0x430, 0x45f);
    private static final Ranges LETTERS = UPPER.or(LOWER)
            .or(Ranges.of(
                    0x100, 0x17f, 0x5d0, 0x5ea, 0x620, 0x64a, 0x904, 0x939, 0xe01, 0xe30, 0x3041, 0x3096, 0x30a1,
                    0x30fa, 0x4e00, 0x9fa5, 0xac00, 0xd7a3));
    private static final Ranges DIGITS = Ranges.of('0', '9', 0x660, 0x669, 0x966, 0x96f, 0xff10, 0xff19);
    private static final Ranges PUNCTUATION =
            Ranges.of('!', '#', '%', '*', ',', '/', ':', ';', '?', '@', '[', ']', '_', '_', '{', '{', '}', '}');
    private static final Ranges PICTOGRAMS = Ranges.of(0x1f600, 0x1f64f, 0x1f680, 0x1f6c5);
    private static final Ranges EMOJI_PARTS = Ranges.of(
            '#', '#', '*', '*', '0', '9', 0x200d, 0x200d, 0x20e3, 0x20e3, 0xfe0f, 0xfe0f, 0x1f1e6, 0x1f1ff, 0x1f3fb,
            0x1f3ff);
    private static final Ranges REGIONS = Ranges.of(0x1f1e6, 0x1f1ff);

    private UnicodeSets() {}

    /** Returns the set of a name, or null for a name that is not supported. */
    static @Nullable CodePoints of(String name) {
        int sign = name.indexOf('=');
        Ranges certain = certain(sign < 0 ? name : name.substring(sign + 1));
        return certain == null ? null : new CodePoints(certain, certain.or(NON_ASCII));
    }

    private static @Nullable Ranges certain(String name) {
        return switch (name) {
            case "L", "Letter", "Alphabetic", "Alpha" -> LETTERS;
            case "Lu", "Uppercase_Letter", "Uppercase" -> UPPER;
            case "Ll", "Lowercase_Letter", "Lowercase" -> LOWER;
            case "N", "Number", "Nd", "Decimal_Number", "digit" -> DIGITS;
            case "P", "Punctuation", "punct" -> PUNCTUATION;
            case "Extended_Pictographic", "Emoji_Presentation" -> PICTOGRAMS;
            case "Emoji_Component" -> EMOJI_PARTS;
            case "Regional_Indicator" -> REGIONS;
            default -> null;
        };
    }
}
