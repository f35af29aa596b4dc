package dev.demitasse.tokenizer;

/** A set of characters: classes of {@link UnicodeClasses} and ranges of code points, or all others. */
final class CharSet {
    private static final int ASCII = 0x80;

    /** Bit {@code k} is set if class {@code k} belongs to the set. */
    private final int classes;
    /** First and last code point of each range. */
    private final int[] ranges;

    private final boolean negated;
    private final boolean[] ascii = new boolean[ASCII];

    CharSet(int classes, int[] ranges, boolean negated) {
        this.classes = classes;
        this.ranges = ranges;
        this.negated = negated;
        for (int c = 0; c < ASCII; c++) {
            ascii[c] = find(c);
        }
    }

    /** Returns the bits of a property's classes: {@code L}, {@code Lu}, {@code N}, …, or {@code Numeric} for Rust's {@code is_numeric}. */
    static int property(String name) {
        return switch (name) {
            case "L" -> property("Lu") | property("Ll") | property("Lt") | property("Lm") | property("Lo");
            case "Lu" -> 1 << UnicodeClasses.UPPER_CASE;
            case "Ll" -> 1 << UnicodeClasses.LOWER_CASE;
            case "Lt" -> 1 << UnicodeClasses.TITLE_CASE;
            case "Lm" -> 1 << UnicodeClasses.MODIFIER_LETTER;
            case "Lo" -> 1 << UnicodeClasses.OTHER_LETTER;
            case "M" -> 1 << UnicodeClasses.MARK;
            case "N" -> 1 << UnicodeClasses.NUMBER;
            case "P" -> 1 << UnicodeClasses.PUNCTUATION;
            case "S" -> 1 << UnicodeClasses.SYMBOL;
            case "Numeric" -> 1 << UnicodeClasses.NUMBER | 1 << UnicodeClasses.NEW_NUMBER;
            default -> throw new IllegalArgumentException("unknown property \\p{" + name + "}");
        };
    }

    boolean contains(int codePoint) {
        return codePoint < ASCII ? ascii[codePoint] : find(codePoint);
    }

    /** Returns whether the set may have a character of a class. */
    boolean mayContain(int kind) {
        boolean hasClass = (classes >> kind & 1) != 0;
        return negated ? !hasClass : hasClass || ranges.length > 0;
    }

    private boolean find(int codePoint) {
        boolean found = (classes >> UnicodeClasses.of(codePoint) & 1) != 0;
        for (int i = 0; !found && i < ranges.length; i += 2) {
            found = codePoint >= ranges[i] && codePoint <= ranges[i + 1];
        }
        return found != negated;
    }
}
