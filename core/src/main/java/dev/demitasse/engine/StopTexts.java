package dev.demitasse.engine;

import java.util.List;

/** Passes on text until a stop text appears. Holds back the end of the text while it may be the start of a stop text. */
final class StopTexts {
    private final List<String> stops;
    private String held = "";
    private boolean reached;

    StopTexts(List<String> stops) {
        this.stops = stops;
    }

    /** Appends text, and returns the text that is now certain not to belong to a stop text. */
    String push(String text) {
        String all = held + text;
        int end = firstStop(all);
        if (end >= 0) {
            reached = true;
            held = "";
            return all.substring(0, end);
        }
        int certain = all.length() - longestPossibleStart(all);
        held = all.substring(certain);
        return all.substring(0, certain);
    }

    /** Ends the text as a stop text does, and returns the text that was held back before. */
    String stop() {
        reached = true;
        return finish();
    }

    boolean reached() {
        return reached;
    }

    /** Returns the text that was held back, when no more text comes. */
    String finish() {
        String rest = held;
        held = "";
        return rest;
    }

    private int firstStop(String text) {
        int first = -1;
        for (String stop : stops) {
            int at = text.indexOf(stop);
            if (at >= 0 && (first < 0 || at < first)) {
                first = at;
            }
        }
        return first;
    }

    /** Returns the length of the longest end of {@code text} that is the start of a stop text. */
    private int longestPossibleStart(String text) {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, text.length()); length > longest; length--) {
                if (text.regionMatches(text.length() - length, stop, 0, length)) {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
