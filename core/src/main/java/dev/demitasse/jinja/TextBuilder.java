package dev.demitasse.jinja;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Builds a text of parts, and keeps the marks of those that come from an input ({@link MarkedText}). */
final class TextBuilder {
    private final StringBuilder text = new StringBuilder();
    private int[] inputs = new int[4];
    private int count;

    TextBuilder append(char character) {
        text.append(character);
        return this;
    }

    /** Appends a String, {@link MarkedText} or {@link Markup}. */
    TextBuilder append(@Nullable Object part) {
        return part instanceof String string
                ? append(string)
                : append(part, 0, Values.plainText(part).length());
    }

    TextBuilder append(String part) {
        text.append(part);
        return this;
    }

    /** Appends a part of a text from {@code start} to {@code end}. */
    TextBuilder append(@Nullable Object whole, int start, int end) {
        int[] marks = MarkedText.inputs(whole);
        int before = text.length() - start;
        for (int i = firstAfter(marks, start); i < marks.length && marks[i] < end; i += 2) {
            mark(before + Math.max(start, marks[i]), before + Math.min(end, marks[i + 1]));
        }
        text.append(Values.plainText(whole), start, end);
        return this;
    }

    /** Returns the index of the first mark that ends after a position. */
    private static int firstAfter(int[] marks, int position) {
        int low = 0;
        int high = marks.length / 2;
        while (low < high) {
            int middle = low + high >>> 1;
            if (marks[2 * middle + 1] <= position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return 2 * low;
    }

    /** Marks the text from {@code start}, which is not before the last mark, as coming from an input. */
    void mark(int start, int end) {
        if (start >= end) {
            return;
        }
        if (count > 0 && inputs[count - 1] >= start) {
            inputs[count - 1] = end;
            return;
        }
        if (count == inputs.length) {
            inputs = Arrays.copyOf(inputs, count * 2);
        }
        inputs[count++] = start;
        inputs[count++] = end;
    }

    /** Returns the builder of the text, for what comes from no input. */
    StringBuilder text() {
        return text;
    }

    int length() {
        return text.length();
    }

    /** Returns the text: a String if no part of it is marked. */
    Object toValue() {
        return MarkedText.of(text.toString(), Arrays.copyOf(inputs, count));
    }
}
