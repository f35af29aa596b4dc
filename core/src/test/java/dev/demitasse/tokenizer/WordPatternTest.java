package dev.demitasse.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests parts of expressions; {@link PreTokenizerTest} compares whole ones with Hugging Face. */
class WordPatternTest {
    private static final int NONE = -1;

    @ParameterizedTest
    @CsvSource({
        "a|ab, ab, 1",
        "b|ab, ab, 2",
        "a*ab, aaab, 4",
        "a?ab, ab, 2",
        "a{2}, aaa, 2",
        "'a{1,2}b', aab, 3",
        "'a{1,2}b', aaab, -1",
        "(?:a|ab)c, abc, 3",
        "(?:ab)?a, aba, 3",
        "(?i:s|t)x, Sx, 2",
        "(?i:s)x, ſx, 2",
        "[^a-c]+, de, 2",
        "[^a-c]+, ad, -1",
        "[\\]\\-x]+, -x], 3",
        "\\p{Lu}\\p{Ll}+, Äpfel, 5",
        "\\p{L}+, 𠀀x, 3",
        "\\p{N}, a, -1",
        "x(?!\\S), xy, -1",
        "x$, x, 1",
        "x$, xy, -1"
    })
    void matchesAtTheStart(String expression, String text, int expected) {
        assertEquals(expected, WordPattern.of(expression).end(text, 0, text.length(), 0));
    }

    @Test
    void textOutsideTheLimitsMakesNoDifference() {
        assertEquals(1, WordPattern.of("x(?!\\S)").end("xy", 0, 1, 0));
        assertEquals(1, WordPattern.of("x$").end("xy", 0, 1, 0));
        assertEquals(2, WordPattern.of("(?<!\\s)x").end(" x", 1, 2, 1));
        assertEquals(NONE, WordPattern.of("(?<!\\s)x").end(" x", 0, 2, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"(a", "a)", "a**", "*a", "\\d", "(?=a)", "[b-a]", "\\p{Han}", ".", "[a"})
    void otherSyntaxIsRejected(String expression) {
        assertThrows(IllegalArgumentException.class, () -> WordPattern.of(expression));
    }
}
