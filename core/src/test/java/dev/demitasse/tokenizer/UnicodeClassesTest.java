package dev.demitasse.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class UnicodeClassesTest {
    @Test
    void classesHaveTheSizesThatTheGeneratorReports() {
        int[] sizes = new int[5];
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            int kind = UnicodeClasses.of(c);
            sizes[
                    isLetter(kind)
                            ? 1
                            : kind == UnicodeClasses.NUMBER
                                    ? 2
                                    : kind == UnicodeClasses.SPACE ? 3 : kind == UnicodeClasses.NEW_NUMBER ? 4 : 0]++;
        }
        int letters = 141_028;
        int numbers = 1_911;
        assertArrayEquals(new int[] {0x110000 - letters - numbers - 25 - 13, letters, numbers, 25, 13}, sizes);
    }

    private static boolean isLetter(int kind) {
        return kind >= UnicodeClasses.UPPER_CASE && kind <= UnicodeClasses.OTHER_LETTER;
    }

    @Test
    void classesOfSomeCodePoints() {
        assertEquals(UnicodeClasses.OTHER_LETTER, UnicodeClasses.of('ª'));
        assertEquals(UnicodeClasses.UPPER_CASE, UnicodeClasses.of(0x1C89), "new in Unicode 16");
        assertEquals(UnicodeClasses.OTHER_LETTER, UnicodeClasses.of(0x20000), "the first of its run");
        assertEquals(UnicodeClasses.UPPER_CASE, UnicodeClasses.of('Ā'), "of a run of pairs");
        assertEquals(UnicodeClasses.LOWER_CASE, UnicodeClasses.of('ā'), "of a run of pairs");
        assertEquals(UnicodeClasses.TITLE_CASE, UnicodeClasses.of('ǅ'));
        assertEquals(UnicodeClasses.MODIFIER_LETTER, UnicodeClasses.of('ʰ'));
        assertEquals(UnicodeClasses.PUNCTUATION, UnicodeClasses.of('¿'));
        assertEquals(UnicodeClasses.SYMBOL, UnicodeClasses.of('€'));
        assertEquals(UnicodeClasses.NUMBER, UnicodeClasses.of('Ⅷ'));
        assertEquals(UnicodeClasses.SPACE, UnicodeClasses.of(0x85));
        assertEquals(UnicodeClasses.SPACE, UnicodeClasses.of(0x3000));
        assertEquals(UnicodeClasses.NEW_NUMBER, UnicodeClasses.of(0x11DE0));
        assertEquals(UnicodeClasses.MARK, UnicodeClasses.of(0x301), "a combining mark");
        assertEquals(UnicodeClasses.OTHER, UnicodeClasses.of(0x200B), "zero-width space");
        assertEquals(UnicodeClasses.OTHER, UnicodeClasses.of(0xD800), "a surrogate");
        assertEquals(UnicodeClasses.OTHER, UnicodeClasses.of(0x10FFFF));
    }
}
