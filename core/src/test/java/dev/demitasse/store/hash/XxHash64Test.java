package dev.demitasse.store.hash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class XxHash64Test {
    /** Returns the test data of xxHash's own tests: the upper bytes of powers of a prime. */
    private static byte[] testData(int length) {
        byte[] data = new byte[length];
        long generator = 2_654_435_761L;
        for (int i = 0; i < length; i++) {
            data[i] = (byte) (generator >>> 56);
            generator *= 0x9E3779B185EBCA8DL;
        }
        return data;
    }

    /** The results are those of the reference implementation. */
    @ParameterizedTest
    @CsvSource({
        "0, ef46db3751d8e999",
        "1, e934a84adb052768",
        "4, 9136a0dca57457ee",
        "14, 8282dcc4994e35c8",
        "222, b641ae8cb691c174",
        "2367, a82418ddec0ea581"
    })
    void testVectors(int length, String hash) {
        assertEquals(hash, Long.toHexString(XxHash64.of(ByteBuffer.wrap(testData(length)))));
        ByteBuffer direct = ByteBuffer.allocateDirect(length);
        direct.put(testData(length)).flip();
        assertEquals(hash, Long.toHexString(XxHash64.of(direct)));
    }

    @ParameterizedTest
    @CsvSource({
        "a, d24ec4f1a98c6e5b",
        "abc, 44bc2cf5ad770999",
        "Nobody inspects the spammish repetition, fbcea83c8a378bf1"
    })
    void texts(String text, String hash) {
        assertEquals(hash, Long.toHexString(XxHash64.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)))));
    }

    @Property(tries = 300)
    void partsHaveTheHashOfTheWhole(@ForAll @Size(max = 12) List<@IntRange(min = 0, max = 100) Integer> parts) {
        int length = parts.stream().mapToInt(part -> part).sum();
        byte[] data = testData(length);
        XxHash64 hash = new XxHash64();
        int at = 0;
        for (int part : parts) {
            ByteBuffer bytes = ByteBuffer.wrap(data, at, part);
            hash.update(bytes);
            assertEquals(at, bytes.position());
            at += part;
        }
        assertEquals(XxHash64.of(ByteBuffer.wrap(data)), hash.value());
    }
}
