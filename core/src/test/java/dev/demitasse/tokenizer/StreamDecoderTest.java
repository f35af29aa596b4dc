package dev.demitasse.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Decodes a vocabulary whose tokens 0 to 255 are the bytes. */
class StreamDecoderTest {
    private static final int END = 256;
    private static final int THINK = 257;
    private final Tokenizer tokenizer =
            new VocabularyBuilder().control("<end>").userDefined("<think>").build();
    private final StreamDecoder decoder = new StreamDecoder(tokenizer, Set.of());

    @Test
    void characterComesWithItsLastByte() {
        assertEquals("a", decoder.push('a'));
        assertEquals("", decoder.push(0xF0));
        assertEquals("", decoder.push(0x9F));
        assertEquals("", decoder.push(0x98));
        assertEquals("😀", decoder.push(0x80));
        assertEquals("", decoder.finish());
    }

    @Test
    void unfinishedCharacterBecomesOneReplacement() {
        decoder.push(0xF0);
        decoder.push(0x9F);
        assertEquals("\uFFFD", decoder.finish());
        assertEquals("a", decoder.push('a'), "and is forgotten");
    }

    @Test
    void malformedBytesBecomeReplacements() {
        assertEquals("\uFFFD", decoder.push(0x80), "continuation without a start");
        assertEquals("", decoder.push(0xE2));
        assertEquals("\uFFFDb", decoder.push('b'));
        assertEquals("", decoder.push(0xE2));
        assertEquals("\uFFFD", decoder.push(0xC3), "a start inside a character begins the next");
        assertEquals("é", decoder.push(0xA9));
        assertEquals("", decoder.push(0xED));
        assertEquals("\uFFFD\uFFFD", decoder.push(0xA0), "a surrogate");
        assertEquals("\uFFFD", decoder.push(0xF5), "beyond U+10FFFF");
    }

    @Test
    void specialTokensAreLeftOutAndUserDefinedOnesAreNot() {
        assertEquals("", decoder.push(0xC3));
        assertEquals("", decoder.push(END));
        assertEquals("é", decoder.push(0xA9));
        assertEquals("<think>", decoder.push(THINK));
        assertEquals("<end>a", tokenizer.decode(new int[] {END, 'a'}, true));
    }

    @Test
    void idOutOfRangeIsRejected() {
        assertThrows(IndexOutOfBoundsException.class, () -> decoder.push(258));
        assertThrows(IndexOutOfBoundsException.class, () -> decoder.push(-1));
    }

    @Test
    void malformedBytesDecodeAsInHuggingFace() {
        List<String[]> lines = Fixture.read("malformed.tsv");
        assertEquals(960, lines.size());
        for (String[] fields : lines) {
            byte[] bytes = HexFormat.of().parseHex(fields[0]);
            int[] ids = new int[bytes.length];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = bytes[i] & 0xFF;
            }
            assertEquals(Fixture.unescape(fields[1]), tokenizer.decode(ids, true), fields[0]);
        }
    }
}
