package dev.demitasse.gguf;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names of the files of a split model in llama.cpp's pattern ({@code llama_split_path} in {@code src/llama.cpp}). */
public final class SplitNames {
    private static final int MAX_COUNT = 9999;
    private static final int DIGITS = 5;
    private static final String OF = "-of-";
    private static final String EXTENSION = ".gguf";

    private SplitNames() {}

    /**
     * Returns all names of a split model, in order.
     *
     * @param fileName one of the names, for example {@code NAME-00001-of-00003.gguf}
     * @return null if the name is not of this pattern, or counts no files or more than 9999
     */
    public static @Nullable List<String> of(String fileName) {
        int countAt = fileName.length() - EXTENSION.length() - DIGITS;
        int numberAt = countAt - OF.length() - DIGITS;
        if (numberAt < 2
                || fileName.charAt(numberAt - 1) != '-'
                || !fileName.startsWith(OF, numberAt + DIGITS)
                || !fileName.endsWith(EXTENSION)) {
            return null;
        }
        int number = number(fileName, numberAt);
        int count = number(fileName, countAt);
        if (number < 1 || number > count || count > MAX_COUNT) {
            return null;
        }
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            String digits = Integer.toString(i);
            names.add(fileName.substring(0, numberAt)
                    + "0".repeat(DIGITS - digits.length())
                    + digits
                    + fileName.substring(numberAt + DIGITS));
        }
        return names;
    }

    /** Returns the number of five digits at an index; -1 if there is none. */
    private static int number(String text, int at) {
        int number = 0;
        for (int i = at; i < at + DIGITS; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = number * 10 + c - '0';
        }
        return number;
    }
}
