package dev.demitasse.grammar.automaton;

import java.util.ArrayList;
import java.util.List;

/**
 * A set of code points on which regular expression engines may disagree: {@code \s} is ASCII white space in one engine and
 * Unicode white space in another.
 */
final class CodePoints {
    static final CodePoints ALL = of(0, Character.MAX_CODE_POINT);
    static final CodePoints DIGITS = of('0', '9');
    static final CodePoints WORD =
            of('0', '9').or(of('A', 'Z')).or(of('_', '_')).or(of('a', 'z'));

    private static final Ranges ASCII_SPACE = Ranges.of(9, 13, ' ', ' ');
    private static final Ranges ANY_SPACE = Ranges.of(
            9, 13, ' ', ' ', 0x85, 0x85, 0xa0, 0xa0, 0x1680, 0x1680, 0x180e, 0x180e, 0x2000, 0x200b, 0x2028, 0x2029,
            0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff);
    static final CodePoints SPACE = new CodePoints(ASCII_SPACE, ANY_SPACE);
    private static final Ranges SOME_LINE_ENDS = Ranges.of('\n', '\n');
    private static final Ranges ALL_LINE_ENDS = Ranges.of('\n', '\n', '\r', '\r', 0x85, 0x85, 0x2028, 0x2029);
    static final CodePoints NO_LINE_END = new CodePoints(SOME_LINE_ENDS, ALL_LINE_ENDS).not();

    /** The code points that every engine includes. */
    private final Ranges certain;

    /** The code points that at least one engine includes. */
    private final Ranges possible;

    CodePoints(Ranges certain, Ranges possible) {
        this.certain = certain;
        this.possible = possible;
    }

    static CodePoints of(int low, int high) {
        Ranges ranges = Ranges.of(low, high);
        return new CodePoints(ranges, ranges);
    }

    CodePoints or(CodePoints other) {
        return new CodePoints(certain.or(other.certain), possible.or(other.possible));
    }

    CodePoints not() {
        return new CodePoints(possible.not(), certain.not());
    }

    /** Returns the code points that at least one engine includes if {@code lenient}, else those that every engine includes. */
    Ranges ranges(boolean lenient) {
        return lenient ? possible : certain;
    }

    /** Ranges of code points, ascending and disjoint; the list alternates between low and high bounds. */
    record Ranges(List<Integer> bounds) {
        static Ranges of(int... bounds) {
            List<Integer> list = new ArrayList<>();
            for (int bound : bounds) {
                list.add(bound);
            }
            return new Ranges(list);
        }

        Ranges or(Ranges other) {
            List<Integer> all = new ArrayList<>();
            int i = 0;
            int k = 0;
            while (i < bounds.size() || k < other.bounds.size()) {
                boolean mine = k == other.bounds.size() || i < bounds.size() && bounds.get(i) <= other.bounds.get(k);
                int low = mine ? bounds.get(i) : other.bounds.get(k);
                int high = mine ? bounds.get(i + 1) : other.bounds.get(k + 1);
                i += mine ? 2 : 0;
                k += mine ? 0 : 2;
                int last = all.size() - 1;
                if (last > 0 && low <= all.get(last) + 1) {
                    all.set(last, Math.max(all.get(last), high));
                } else {
                    all.add(low);
                    all.add(high);
                }
            }
            return new Ranges(all);
        }

        Ranges not() {
            List<Integer> rest = new ArrayList<>();
            int low = 0;
            for (int i = 0; i < bounds.size(); i += 2) {
                if (bounds.get(i) > low) {
                    rest.add(low);
                    rest.add(bounds.get(i) - 1);
                }
                low = bounds.get(i + 1) + 1;
            }
            if (low <= Character.MAX_CODE_POINT) {
                rest.add(low);
                rest.add(Character.MAX_CODE_POINT);
            }
            return new Ranges(rest);
        }
    }
}
