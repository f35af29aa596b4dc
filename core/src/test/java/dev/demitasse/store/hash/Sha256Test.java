package dev.demitasse.store.hash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Sha256Test {
    /** The examples of FIPS 180-4. */
    @ParameterizedTest
    @CsvSource({
        "'', 1, e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "abc, 1, ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq, 1, "
                + "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        "a, 1000000, cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    })
    void testVectors(String text, int times, String expected) {
        ByteBuffer bytes = ByteBuffer.wrap(text.repeat(times).getBytes(StandardCharsets.US_ASCII));
        Sha256 hash = new Sha256();
        hash.update(bytes);
        assertEquals(expected, hash.finish());
    }

    @Property(tries = 300)
    void partsHaveTheHashOfTheWhole(
            @ForAll @Size(max = 10) List<@IntRange(min = 0, max = 200) Integer> parts, @ForAll long seed)
            throws NoSuchAlgorithmException {
        byte[] data = new byte[parts.stream().mapToInt(part -> part).sum()];
        new Random(seed).nextBytes(data);
        Sha256 hash = new Sha256();
        int at = 0;
        for (int part : parts) {
            hash.update(ByteBuffer.wrap(data, at, part));
            at += part;
        }
        assertEquals(
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data)), hash.finish());
    }
}
