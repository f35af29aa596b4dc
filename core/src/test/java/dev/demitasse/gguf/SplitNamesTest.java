package dev.demitasse.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitNamesTest {
    @Test
    void oneNameGivesAll() {
        List<String> three =
                List.of("Qwen3-4B-00001-of-00003.gguf", "Qwen3-4B-00002-of-00003.gguf", "Qwen3-4B-00003-of-00003.gguf");
        for (String name : three) {
            assertEquals(three, SplitNames.of(name));
        }
        assertEquals(List.of("a-00001-of-00001.gguf"), SplitNames.of("a-00001-of-00001.gguf"));
        List<String> most = SplitNames.of("a-00001-of-00002-00123-of-09999.gguf");
        assertEquals(9999, most.size());
        assertEquals("a-00001-of-00002-00001-of-09999.gguf", most.get(0));
        assertEquals("a-00001-of-00002-09999-of-09999.gguf", most.get(9998));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".gguf",
                "00001-of-00003.gguf",
                "-00001-of-00003.gguf",
                "model.gguf",
                "a_00001-of-00003.gguf",
                "a-0001-of-0003.gguf",
                "a-00001-of-00003",
                "a-00001-of-00003.bin",
                "a-00001-of-00003.GGUF",
                "a-00001-of-00003.gguf.part",
                "a-00001_of_00003.gguf",
                "a-0000x-of-00003.gguf",
                "a-00001-of-0000x.gguf",
                "a--0001-of-00003.gguf",
                "a-\u0660\u0660\u0660\u0660\u0661-of-00003.gguf",
                "a-00000-of-00003.gguf",
                "a-00004-of-00003.gguf",
                "a-00000-of-00000.gguf",
                "a-00001-of-10000.gguf",
            })
    void otherNamesAreRejected(String name) {
        assertNull(SplitNames.of(name));
    }
}
