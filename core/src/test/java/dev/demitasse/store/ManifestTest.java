package dev.demitasse.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.store.Manifest.Shard;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ManifestTest {
    private static final String A = "a".repeat(64);
    private static final String B = "0123456789abcdef".repeat(4);
    private static final String JSON = """
            {
              "format": "demitasse-shards",
              "version": 1,
              "name": "tiny.gguf",
              "bytes": 2097153,
              "shardBytes": 1048576,
              "shards": [
                {
                  "file": "tiny.gguf.000",
                  "sha256": "%1$s"
                },
                {
                  "file": "tiny.gguf.001",
                  "sha256": "%1$s"
                },
                {
                  "file": "tiny.gguf.002",
                  "sha256": "%2$s"
                }
              ]
            }
            """.formatted(A, B);
    private static final Manifest MANIFEST = new Manifest(
            "tiny.gguf",
            2_097_153,
            1 << 20,
            List.of(new Shard("tiny.gguf.000", A), new Shard("tiny.gguf.001", A), new Shard("tiny.gguf.002", B)));

    @Test
    void readsTheTextThatItWrites() {
        assertEquals(JSON, MANIFEST.toJson());
        assertEquals(MANIFEST, Manifest.parse(JSON));
    }

    @Test
    void lastShardHasTheRest() {
        assertEquals(1 << 20, MANIFEST.shardLength(0));
        assertEquals(1 << 20, MANIFEST.shardLength(1));
        assertEquals(1, MANIFEST.shardLength(2));
        assertThrows(IndexOutOfBoundsException.class, () -> MANIFEST.shardLength(3));
        assertThrows(IndexOutOfBoundsException.class, () -> MANIFEST.shardLength(-1));
        Manifest even = Manifest.parse(JSON.replace("2097153", "3145728"));
        assertEquals(1 << 20, even.shardLength(2));
    }

    @Test
    void errorsNameTheInvalidField() {
        assertFails("the manifest is not JSON: JSON line 1, column 1: ", JSON, "GGUF");
        assertFails("the manifest is []; it must be an object", JSON, "[]");
        assertFails("the manifest is missing; it must be an object", JSON, "null");
        assertFails("format is \"other\"; it must be \"demitasse-shards\"", "demitasse-shards", "other");
        assertFails("format is missing; it must be \"demitasse-shards\"", "format", "form");
        assertFails("version is 2; it must be 1", "\"version\": 1", "\"version\": 2");
        assertFails("version is 1.0; it must be 1", "\"version\": 1", "\"version\": 1.0");
        assertFails("name is missing; it must be a string", "\"name\"", "\"title\"");
        assertFails("name is 3; it must be a string", "\"tiny.gguf\"", "3");
        assertFails("bytes is 0; it must be a whole number from 1 to", "2097153", "0");
        assertFails("bytes is -1; it must be a whole number from 1 to", "2097153", "-1");
        assertFails("bytes is \"2097153\"; it must be a whole number", "2097153", "\"2097153\"");
        assertFails("shardBytes is 1048575; it must be a whole number from 1048576 to 67108864", "1048576", "1048575");
        assertFails("shardBytes is 68157440; it must be a whole number", "1048576", "68157440");
        assertFails("shardBytes is 1048577; it must be a multiple of 1048576 (1 MiB)", "1048576", "1048577");
        assertFails("shards has 3 elements; 2097152 bytes in shards of 1048576 are 2", "2097153", "2097152");
        assertFails("shards has 3 elements; 3145729 bytes in shards of 1048576 are 4", "2097153", "3145729");
        assertFails(
                "shards has 3 elements; 9223372036854775807 bytes in shards of 1048576 are 8796093022208",
                "2097153",
                "9223372036854775807");
        assertFails("shards is missing; it must be an array", "\"shards\"", "\"parts\"");
        assertFails("shards[1].file is missing; it must be a string", "\"file\": \"tiny.gguf.001\",", "");
        assertFails(
                "shards[1].file is \"tiny.gguf.000\"; it must be another than that of a shard before it",
                "tiny.gguf.001",
                "tiny.gguf.000");
        assertFails("shards[2].sha256 is \"" + B.substring(0, 39) + "…; it must be 64 hexadecimal digits", B, B + "0");
        assertFails("shards[2].sha256 is \"abc\"; it must be 64 hexadecimal digits", B, "abc");
        assertFails("shards[2].sha256 is \"gggg", B, "g".repeat(64));
        assertFails("shards[2].sha256 is \"0123456789ABCDEF", B, "0123456789ABCDEF".repeat(4));
        assertFails("shards[2].sha256 is 7; it must be a string", "\"" + B + "\"", "7");
    }

    @Test
    void namesStayWithinTheFolder() {
        for (String name : new String[] {
            "",
            ".",
            "..",
            ".hidden",
            "../x",
            "a/b",
            "a\\\\b",
            "https:",
            "a b",
            "a?b",
            "a#b",
            "a%2fb",
            "\u00e4",
            "a\\u0000"
        }) {
            assertFails("shards[1].file is \"", "tiny.gguf.001", name);
            assertFails("name is \"", "tiny.gguf\"", name + "\"");
        }
    }

    @Test
    void everyManifestCanBeParsed() {
        assertThrows(IllegalArgumentException.class, () -> new Manifest("a", 0, 1 << 20, List.of()));
        assertThrows(IllegalArgumentException.class, () -> new Manifest("a", 1, 1 << 19, List.of(new Shard("a.0", A))));
        assertThrows(
                IllegalArgumentException.class, () -> new Manifest("a", 1, 65 << 20, List.of(new Shard("a.0", A))));
        assertThrows(
                IllegalArgumentException.class, () -> new Manifest("a", 1, 1 << 20, List.of(new Shard("a.0", "0"))));
    }

    @Property(tries = 20_000, shrinking = ShrinkingMode.OFF)
    void mutatedTextGivesAManifestOrIllegalArgument(
            @ForAll @Size(min = 1, max = 4) int[] places, @ForAll @Size(4) @IntRange(max = 127) int[] values) {
        char[] text = JSON.toCharArray();
        for (int i = 0; i < places.length; i++) {
            text[Math.floorMod(places[i], text.length)] = (char) values[i];
        }
        try {
            Manifest manifest = Manifest.parse(new String(text));
            assertEquals(manifest, Manifest.parse(manifest.toJson()));
        } catch (IllegalArgumentException e) {
            assertNotNull(e.getMessage());
        }
    }

    private static void assertFails(String start, String from, String to) {
        String json = JSON.replace(from, to);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Manifest.parse(json));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }
}
