package dev.demitasse.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.StringTokenizer;

/**
 * Names of models to show. Converters take {@code general.name} from the folder that they convert, which may be a checkpoint of a training
 * run, for example "Smollm2 135M 8k Lc100K Mix1 Ep2"; then the name of the file says more.
 */
final class ModelName {
    private static final String EXTENSION = ".gguf";
    private static final Set<String> CHECKPOINT_WORDS = Set.of("checkpoint", "ckpt", "snapshot");
    /** Words that a number follows, with or without a space. */
    private static final Set<String> RUN_WORDS =
            Set.of("checkpoint", "ckpt", "ep", "epoch", "iter", "lc", "mix", "run", "step", "steps");

    /** Names of files, and of folders, that say nothing. */
    private static final Set<String> GENERIC =
            Set.of("", "download", "final", "ggml-model", "hf", "merged", "model", "output", "tmp", "weights");

    private static final int MIN_HASH_LENGTH = 12;

    private ModelName() {}

    /**
     * Chooses a name.
     *
     * @param named {@code general.name}; empty if the file has none
     * @param architecture the name if nothing else says more
     * @param file name of the file; empty if it is not known
     */
    static String of(String named, String architecture, String file) {
        if (!isGeneric(named) && !isCheckpoint(named)) {
            return named;
        }
        String stem = stem(file);
        if (!isGeneric(stem)) {
            return stem;
        }
        return named.isEmpty() ? architecture : named;
    }

    private static boolean isGeneric(String name) {
        return GENERIC.contains(name.toLowerCase(Locale.ROOT));
    }

    /** Returns the name of a GGUF file without its extension, number and quantization type; an empty text for other files. */
    private static String stem(String file) {
        if (!file.endsWith(EXTENSION)) {
            return "";
        }
        String stem = file.substring(0, file.length() - EXTENSION.length());
        int of = stem.lastIndexOf("-of-");
        if (of > 6 && stem.length() == of + 9 && stem.charAt(of - 6) == '-') {
            stem = stem.substring(0, of - 6);
        }
        int last = Math.max(stem.lastIndexOf('.'), stem.lastIndexOf('-'));
        return last > 0 && isQuantization(stem.substring(last + 1)) ? stem.substring(0, last) : stem;
    }

    /** Returns whether a word is a quantization type of llama.cpp, for example Q4_K_M, IQ3_XXS or F16. */
    private static boolean isQuantization(String word) {
        String upper = word.toUpperCase(Locale.ROOT);
        for (String prefix : new String[] {"IQ", "Q", "TQ", "BF", "FP", "F", "MXFP"}) {
            if (upper.startsWith(prefix)
                    && upper.length() > prefix.length()
                    && isDigit(upper.charAt(prefix.length()))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isCheckpoint(String name) {
        List<String> words = new ArrayList<>();
        StringTokenizer tokens = new StringTokenizer(name.toLowerCase(Locale.ROOT), " _-");
        while (tokens.hasMoreTokens()) {
            words.add(tokens.nextToken());
        }
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            int letters = 0;
            while (letters < word.length() && !isDigit(word.charAt(letters))) {
                letters++;
            }
            boolean hasNumber = letters < word.length()
                    || i + 1 < words.size() && isDigit(words.get(i + 1).charAt(0));
            if (CHECKPOINT_WORDS.contains(word)
                    || isHash(word)
                    || hasNumber && RUN_WORDS.contains(word.substring(0, letters))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isHash(String word) {
        int digits = 0;
        for (int i = 0; i < word.length(); i++) {
            if (Character.digit(word.charAt(i), 16) < 0) {
                return false;
            }
            digits += isDigit(word.charAt(i)) ? 1 : 0;
        }
        return word.length() >= MIN_HASH_LENGTH && digits > 0;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
