package dev.demitasse.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class UnicodeClassesTest {
    @Test
    void classesHaveTheSizesThatTheGeneratorReports() {
        int[] sizes = new int[5];
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            sizes[UnicodeClasses.of(c)]++;
        }
        int letters = 141_028;
        int numbers = 1_911;
        assertArrayEquals(new int[] {0x110000 - letters - numbers - 25 - 13, letters, numbers, 25, 13}, sizes);
    }

    @Test
    void classesOfSomeCodePoints() {
        assertEquals(UnicodeClasses.LETTER, UnicodeClasses.of('ª'));
        assertEquals(UnicodeClasses.LETTER, UnicodeClasses.of(0x1C89), "new in Unicode 16");
        assertEquals(UnicodeClasses.LETTER, UnicodeClasses.of(0x20000), "the first of its run");
        assertEquals(UnicodeClasses.NUMBER, UnicodeClasses.of('Ⅷ'));
        assertEquals(UnicodeClasses.SPACE, UnicodeClasses.of(0x85));
        assertEquals(UnicodeClasses.SPACE, UnicodeClasses.of(0x3000));
        assertEquals(UnicodeClasses.NEW_NUMBER, UnicodeClasses.of(0x11DE0));
        assertEquals(UnicodeClasses.OTHER, UnicodeClasses.of(0x301), "a combining mark");
        assertEquals(UnicodeClasses.OTHER, UnicodeClasses.of(0x200B), "zero-width space");
        assertEquals(UnicodeClasses.OTHER, UnicodeClasses.of(0xD800), "a surrogate");
        assertEquals(UnicodeClasses.OTHER, UnicodeClasses.of(0x10FFFF));
    }
}
