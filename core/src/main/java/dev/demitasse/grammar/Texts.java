package dev.demitasse.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Automata of texts: JSON strings that match regular expressions or are none of some names, and text up to a marker. */
final class Texts {
    private static final int MAX_STATES = 2000;
    private static final long MAX_WORK = 2_000_000;

    private Texts() {}

    /** Where a text stands in several expressions at once. */
    private record Place(List<BitSet> sets, long count) {}

    /**
     * JSON strings in quotes that match each of the expressions.
     *
     * @param max code points, {@link Rule#NEVER} for any number
     * @return null if there are none
     */
    static @Nullable Terminal matching(List<Regex> patterns, long min, long max) {
        if (min > MAX_STATES) {
            throw new TooLargeException("has pattern or format and a minLength above " + MAX_STATES);
        }
        int[] bounds = bounds(patterns); // where characters begin that behave alike
        int classes = bounds.length - 1;
        Map<Place, Integer> known = new HashMap<>();
        List<Place> places = new ArrayList<>();
        List<int[]> edges = new ArrayList<>();
        BitSet accepting = new BitSet();
        long work = 0;
        List<BitSet> first = new ArrayList<>();
        for (Regex pattern : patterns) {
            BitSet set = new BitSet();
            set.set(pattern.start);
            first.add(closed(pattern, set, true, false));
        }
        Place start = new Place(first, 0);
        known.put(start, 0);
        places.add(start);
        for (int i = 0; i < places.size(); i++) {
            Place place = places.get(i);
            if (place.count >= min && matches(patterns, place, i == 0)) {
                accepting.set(i);
            }
            int[] row = new int[3 * classes];
            int length = 0;
            for (int c = 0; c < classes; c++) {
                for (BitSet set : place.sets) {
                    work += set.cardinality();
                }
                if (work > MAX_WORK) {
                    throw new TooLargeException("has a pattern that takes too long to compile");
                }
                List<BitSet> next = step(patterns, place, bounds[c]);
                if (next.isEmpty()) {
                    continue;
                }
                Place to = new Place(next, Math.min(place.count + 1, min));
                Integer number = known.get(to);
                if (number == null) {
                    if (places.size() == MAX_STATES) {
                        throw new TooLargeException(
                                "needs an automaton of more than " + MAX_STATES + " states for its pattern and length");
                    }
                    number = places.size();
                    known.put(to, number);
                    places.add(to);
                }
                length = append(row, length, bounds[c], bounds[c + 1] - 1, number);
            }
            edges.add(Arrays.copyOf(row, length));
        }
        StringBytes bytes = new StringBytes(edges, accepting);
        Dfa dfa = bytes.build();
        if (max == Rule.NEVER) {
            return dfa.isEmpty() ? null : dfa;
        }
        CountedDfa counted = new CountedDfa(dfa, bytes.whole(), max);
        return counted.distances(Dfa.allBytes()).from(0) == Rule.NEVER ? null : counted;
    }

    private static int append(int[] row, int length, int low, int high, int to) {
        if (length > 0 && row[length - 1] == to && row[length - 2] == low - 1) {
            row[length - 2] = high;
            return length;
        }
        row[length] = low;
        row[length + 1] = high;
        row[length + 2] = to;
        return length + 3;
    }

    private static int[] bounds(List<Regex> patterns) {
        TreeSet<Integer> bounds = new TreeSet<>();
        bounds.add(0);
        bounds.add(0x110000);
        for (Regex pattern : patterns) {
            for (int[] set : pattern.sets) {
                for (int i = 0; i < set.length; i += 2) {
                    bounds.add(set[i]);
                    bounds.add(set[i + 1] + 1);
                }
            }
        }
        int[] sorted = new int[bounds.size()];
        int i = 0;
        for (int bound : bounds) {
            sorted[i++] = bound;
        }
        return sorted;
    }

    private static boolean matches(List<Regex> patterns, Place place, boolean atStart) {
        for (int i = 0; i < patterns.size(); i++) {
            Regex pattern = patterns.get(i);
            if (!closed(pattern, place.sets.get(i), atStart, true).get(pattern.end)) {
                return false;
            }
        }
        return true;
    }

    /** What a character leads to; empty if nowhere. */
    private static List<BitSet> step(List<Regex> patterns, Place place, int c) {
        List<BitSet> next = new ArrayList<>();
        for (int i = 0; i < patterns.size(); i++) {
            Regex pattern = patterns.get(i);
            BitSet from = place.sets.get(i);
            BitSet to = new BitSet();
            for (int s = from.nextSetBit(0); s >= 0; s = from.nextSetBit(s + 1)) {
                int[] edges = pattern.edges(s);
                for (int k = 0; k < edges.length; k += 2) {
                    if (edges[k] >= 0 && contains(pattern.sets.get(edges[k]), c)) {
                        to.set(edges[k + 1]);
                    }
                }
            }
            if (to.isEmpty()) {
                return List.of();
            }
            BitSet closed = closed(pattern, to, false, false);
            if (closed.get(pattern.end)) { // whatever follows, it matches
                closed.clear();
                closed.set(pattern.end);
            }
            next.add(closed);
        }
        return next;
    }

    private static boolean contains(int[] set, int c) {
        for (int i = 0; i < set.length; i += 2) {
            if (c >= set[i] && c <= set[i + 1]) {
                return true;
            }
        }
        return false;
    }

    private static BitSet closed(Regex pattern, BitSet states, boolean atStart, boolean atEnd) {
        BitSet closed = new BitSet();
        closed.or(states);
        int[] open = new int[pattern.size()];
        int count = 0;
        for (int s = states.nextSetBit(0); s >= 0; s = states.nextSetBit(s + 1)) {
            open[count++] = s;
        }
        while (count > 0) {
            int[] edges = pattern.edges(open[--count]);
            for (int k = 0; k < edges.length; k += 2) {
                boolean passes = edges[k] == Regex.EMPTY
                        || edges[k] == Regex.AT_START && atStart
                        || edges[k] == Regex.AT_END && atEnd;
                if (passes && !closed.get(edges[k + 1])) {
                    closed.set(edges[k + 1]);
                    open[count++] = edges[k + 1];
                }
            }
        }
        return closed;
    }

    /** JSON strings in quotes that are none of these names. */
    static Dfa except(Collection<String> names) {
        List<Map<Integer, Integer>> children = new ArrayList<>();
        children.add(new HashMap<>());
        BitSet forbidden = new BitSet();
        for (String name : names) {
            int at = 0;
            for (int i = 0; i < name.length(); i += Character.charCount(name.codePointAt(i))) {
                Integer next = children.get(at).get(name.codePointAt(i));
                if (next == null) {
                    next = children.size();
                    children.add(new HashMap<>());
                    children.get(at).put(name.codePointAt(i), next);
                }
                at = next;
            }
            forbidden.set(at);
        }
        int free = children.size();
        children.add(new HashMap<>());
        List<int[]> edges = new ArrayList<>();
        BitSet accepting = new BitSet();
        for (int i = 0; i <= free; i++) {
            TreeSet<Integer> named = new TreeSet<>(children.get(i).keySet());
            int[] row = new int[6 * named.size() + 6];
            int length = 0;
            int next = 0;
            for (int c : named) {
                length = c > next ? append(row, length, next, c - 1, free) : length;
                length = append(row, length, c, c, children.get(i).getOrDefault(c, free));
                next = c + 1;
            }
            length = append(row, length, next, 0x10ffff, free);
            edges.add(Arrays.copyOf(row, length));
            accepting.set(i, !forbidden.get(i));
        }
        return new StringBytes(edges, accepting).build();
    }

    /** UTF-8 text that doesn't contain the marker, and the marker. */
    static Dfa until(String marker) {
        byte[] end = marker.getBytes(StandardCharsets.UTF_8);
        int[] border = new int[end.length + 1]; // of each prefix, the longest that is its suffix too
        for (int i = 1, k = 0; i < end.length; i++) {
            while (k > 0 && end[i] != end[k]) {
                k = border[k];
            }
            k = end[i] == end[k] ? k + 1 : 0;
            border[i + 1] = k;
        }
        Dfa.Builder builder = new Dfa.Builder();
        Map<Long, Integer> known = new HashMap<>(); // by the marker's bytes matched and the place within a character
        List<long[]> open = new ArrayList<>();
        known.put(Text.INSIDE, 0);
        open.add(new long[] {0, Text.INSIDE});
        if (end.length == 0) {
            builder.accept(0);
            open.clear();
        }
        for (int i = 0; i < open.size(); i++) {
            int matched = (int) open.get(i)[0];
            long place = open.get(i)[1];
            for (int b = 0; b < 256; b++) {
                long next = Text.utf8(place, b);
                if (next == Terminal.NONE) {
                    continue;
                }
                int now = matched;
                while (now > 0 && (end[now] & 0xff) != b) {
                    now = border[now];
                }
                now = (end[now] & 0xff) == b ? now + 1 : 0;
                long key = (long) now << 8 | next;
                Integer number = known.get(key);
                if (number == null) {
                    number = builder.state();
                    known.put(key, number);
                    if (now == end.length) {
                        builder.accept(number);
                    } else {
                        open.add(new long[] {now, next});
                    }
                }
                builder.edge(known.getOrDefault((long) matched << 8 | place, 0), b, b, number);
            }
        }
        return builder.build();
    }
}
