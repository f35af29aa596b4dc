package dev.demitasse.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.store.DownloadWorld.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stored bytes that change, and storage that disappears: the damage is named and repaired, and nothing else is lost. */
class DamageTest {
    private static final int CHUNK = 100;
    private static final int BYTES = 20 * CHUNK;
    private static final int MIB = 1 << 20;

    private final DownloadWorld world = DownloadWorld.plain(BYTES, CHUNK);

    private static DownloadWorld stored(long seed, boolean isSharded) {
        DownloadWorld world = isSharded
                ? new DownloadWorld(seed, 2 * MIB + 5, MIB, 200_000, true)
                : new DownloadWorld(seed, BYTES, CHUNK, 7, false);
        assertNull(world.load().error);
        return world;
    }

    private static void flip(DownloadWorld world, String entry, int position) {
        byte[] bytes = world.entries().get(entry).clone();
        bytes[Math.floorMod(position, bytes.length)] ^= 1;
        world.entries().put(entry, bytes);
    }

    private static String chunk(int index) {
        return "model.%05d".formatted(index);
    }

    private static void assertWhole(DownloadWorld world, Outcome outcome) {
        assertNull(outcome.error, outcome::message);
        assertArrayEquals(world.content(), outcome.bytes);
        world.requireSoundDisk();
    }

    private static List<String> chunks(DownloadWorld world) {
        return world.entries().keySet().stream()
                .filter(name -> name.matches("model\\.[0-9]+"))
                .toList();
    }

    @Property(tries = 200)
    void flippedByteIsFetchedAgain(@ForAll long seed, @ForAll @IntRange(max = BYTES - 1) int position) {
        DownloadWorld world = stored(seed, false);
        flip(world, chunk(position / CHUNK), position % CHUNK);
        long before = world.server.sent();
        Outcome outcome = world.load();
        assertWhole(world, outcome);
        assertEquals(List.of("model.gguf, chunk " + (position / CHUNK + 1) + " of 20"), outcome.repaired);
        assertEquals(CHUNK, world.server.sent() - before);
    }

    @Property(tries = 40)
    void flippedByteOfAShardIsFetchedAgain(@ForAll long seed, @ForAll @IntRange(max = 2 * MIB + 4) int position) {
        DownloadWorld world = stored(seed, true);
        flip(world, chunk(position / MIB), position % MIB);
        long before = world.server.sent();
        Outcome outcome = world.load();
        assertWhole(world, outcome);
        assertEquals(List.of("shard" + position / MIB * MIB), outcome.repaired);
        assertTrue(world.server.sent() - before <= MIB);
    }

    @Property(tries = 100)
    void manyFlippedBytesAreFetchedAgain(
            @ForAll long seed, @ForAll @Size(min = 1, max = 500) List<@IntRange(max = BYTES - 1) Integer> positions) {
        DownloadWorld world = stored(seed, false);
        positions.forEach(position -> flip(world, chunk(position / CHUNK), position % CHUNK));
        assertWhole(world, world.load());
        assertEquals(List.of(), world.load().repaired);
    }

    /** A server without ranges sends the whole file. */
    @Test
    void flippedByteOfAServerWithoutRanges() {
        world.server.ranges = false;
        world.load();
        flip(world, chunk(7), 3);
        assertWhole(world, world.load());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, CHUNK - 1, CHUNK + 1})
    void chunkOfAnotherLengthIsFetchedAgain(int length) {
        world.load();
        world.entries().compute(chunk(3), (name, bytes) -> Arrays.copyOf(bytes, length));
        long before = world.server.sent();
        assertWhole(world, world.load());
        assertEquals(CHUNK, world.server.sent() - before);
    }

    @Test
    void damageIsNamedWithoutAServer() {
        world.load();
        flip(world, chunk(12), 50);
        flip(world, chunk(14), 50);
        world.server.readable = false;
        world.server.reachable = false;
        for (int visit = 0; visit < 2; visit++) {
            Outcome outcome = world.load();
            assertInstanceOf(StoreException.class, outcome.error);
            assertTrue(
                    outcome.message()
                            .startsWith(
                                    "model.gguf, chunk 13 of 20 is damaged in the browser's storage, and can't be fetched"
                                            + " again: can't fetch https://example.org/model.gguf: Failed to fetch: there is no connection"),
                    outcome::message);
        }
        assertEquals(20, chunks(world).size());
        world.server.readable = true;
        world.server.reachable = true;
        long before = world.server.sent();
        assertWhole(world, world.load());
        assertEquals(2 * CHUNK, world.server.sent() - before);
    }

    @Test
    void damagedChunkOfAReplacedFile() {
        world.load();
        flip(world, chunk(12), 50);
        byte[] other = new byte[BYTES];
        new Random(7).nextBytes(other);
        world.publish(other);
        world.server.etags = List.of("\"2\"");
        Outcome outcome = world.load();
        assertInstanceOf(UnusableBytesException.class, outcome.error);
        assertTrue(
                outcome.message()
                        .startsWith(
                                "model.gguf, chunk 13 of 20 is damaged in the browser's storage, and its server has"),
                outcome::message);
        assertWhole(world, world.load());
    }

    @Test
    void chunkThatStaysDamagedIsNamed() {
        world.load();
        flip(world, chunk(2), 0);
        world.disk.onComplete = name -> flip(world, name, 0);
        Outcome outcome = world.load();
        assertTrue(
                outcome.message().startsWith("model.gguf, chunk 3 of 20 is damaged in the browser's storage, although"),
                outcome::message);
    }

    /** Each entry of the directory may be damaged: chunks, hashes, notes and the manifest. */
    @Property(tries = 300)
    void anyFlippedByteOfTheDirectoryIsRepaired(
            @ForAll boolean isSharded, @ForAll int entry, @ForAll int position, @ForAll @IntRange(max = 50) int seed) {
        DownloadWorld world = stored(seed, isSharded);
        List<String> names = new ArrayList<>(world.entries().keySet());
        flip(world, names.get(Math.floorMod(entry, names.size())), position);
        long before = world.server.sent();
        List<Object> listed = world.list();
        assertEquals(1, listed.size());
        assertEquals(world.address(), ((Map<?, ?>) listed.get(0)).get("url"));
        assertWhole(world, world.load());
        assertEquals(true, ((Map<?, ?>) world.list().get(0)).get("complete"));
        assertTrue(world.server.sent() - before <= (isSharded ? 2 * MIB : 2 * CHUNK));
        world.server.readable = false;
        assertWhole(world, world.load());
    }

    /** Both texts of a record are damaged. */
    @ParameterizedTest
    @ValueSource(strings = {"about", "model.meta"})
    void damagedRecordIsRebuilt(String record) {
        world.load();
        flip(world, record, 3);
        flip(world, record + ".copy", 3);
        assertEquals(DownloadWorld.URL, ((Map<?, ?>) world.list().get(0)).get("url"));
        long before = world.server.sent();
        assertWhole(world, world.load());
        assertTrue(world.server.sent() - before <= CHUNK, world.server.sent() - before + " bytes were sent");
        assertEquals(true, ((Map<?, ?>) world.list().get(0)).get("complete"));
        world.server.readable = false;
        assertWhole(world, world.load());
    }

    @Test
    void damagedNoteIsNamedWithoutAServer() {
        world.load();
        flip(world, "model.meta", 3);
        flip(world, "model.meta.copy", 3);
        world.server.readable = false;
        world.server.reachable = false;
        Outcome outcome = world.load();
        assertTrue(
                outcome.message()
                        .startsWith(
                                "the browser's record of the stored file https://example.org/model.gguf is damaged."),
                outcome::message);
        assertEquals(20, chunks(world).size());
    }

    @Test
    void damagedManifestIsFetchedAgain() {
        DownloadWorld sharded = stored(3, true);
        flip(sharded, "manifest", 200);
        flip(sharded, "manifest.copy", 200);
        sharded.server.readable = false;
        assertTrue(sharded.load()
                .message()
                .startsWith("the browser's record of the stored file https://example.org/model.gguf.json is"));
        sharded.server.readable = true;
        long before = sharded.server.sent();
        assertWhole(sharded, sharded.load());
        assertTrue(sharded.server.sent() - before < 2000, sharded.server.sent() - before + " bytes were sent");
    }

    /** Turns the directory into what the version before stored: no hashes, and one text for each record. */
    private static void makeOld(DownloadWorld world) {
        Map<String, byte[]> entries = world.entries();
        entries.keySet().removeIf(name -> name.endsWith(".sums") || name.endsWith(".copy"));
        for (String name : List.of("about", "model.meta", "manifest")) {
            entries.computeIfPresent(name, (key, text) -> new String(text, java.nio.charset.StandardCharsets.UTF_8)
                    .replaceAll("\\nxxh64:.*", "")
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void modelOfTheVersionBeforeGetsHashes(boolean isSharded) {
        DownloadWorld old = stored(5, isSharded);
        makeOld(old);
        old.server.readable = false;
        assertEquals(true, ((Map<?, ?>) old.list().get(0)).get("complete"));
        assertWhole(old, old.load());
        old.server.readable = true;
        flip(old, chunk(1), 17);
        Outcome outcome = old.load();
        assertWhole(old, outcome);
        assertEquals(1, outcome.repaired.size());
    }

    @Test
    void damagedShardOfTheVersionBeforeIsFetchedAgain() {
        DownloadWorld old = stored(6, true);
        makeOld(old);
        flip(old, chunk(1), 1234);
        Outcome outcome = old.load();
        assertWhole(old, outcome);
        assertEquals(List.of("shard" + MIB), outcome.repaired);
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 330})
    void damagedManifestOfTheVersionBeforeHeals(int position) {
        DownloadWorld old = stored(6, true);
        makeOld(old);
        flip(old, "manifest", position); // in the name, and in a hash
        if (old.load().error != null) {
            assertWhole(old, old.load());
        }
        assertArrayEquals(old.content(), old.load().bytes);
        old.server.readable = false;
        assertWhole(old, old.load());
    }

    @Test
    void leftoversAreDeleted() {
        world.load();
        world.disk.entries("1234").put("model.00003", new byte[CHUNK]);
        world.disk.entries("5678");
        assertEquals(1, world.list().size());
        long bytes = world.disk.bytes();
        assertEquals(
                world.entries().values().stream()
                        .mapToInt(entry -> entry.length)
                        .sum(),
                bytes);
        assertWhole(world, world.load());
    }

    /** The browser deletes the site's data during a load, completely or chunk by chunk. */
    @Property(tries = 200)
    void evictedDirectory(@ForAll long seed, @ForAll @IntRange(max = BYTES) int atBytes, @ForAll boolean isStored) {
        DownloadWorld world = isStored ? stored(seed, false) : new DownloadWorld(seed, BYTES, CHUNK, 7, false);
        String id = world.disk.storage(world.tab()).id(world.address());
        if (isStored) {
            FakeTab tab = world.tab();
            tab.start(() -> {
                tab.sleep(atBytes / 20);
                world.disk.evict(id);
            });
        } else {
            world.server.at(atBytes, () -> world.disk.evict(id));
        }
        Outcome outcome = world.load();
        assertTrue(outcome.error == null || outcome.error instanceof LostException, outcome::message);
        world.server.repair();
        assertWhole(world, world.load());
    }

    @Property(tries = 100)
    void twoTabsRepairOneModel(@ForAll long seed, @ForAll @IntRange(max = BYTES - 1) int position) {
        DownloadWorld world = stored(seed, false);
        flip(world, chunk(position / CHUNK), position % CHUNK);
        long before = world.server.sent();
        Outcome one = world.begin(world.tab(), true, download -> {});
        Outcome two = world.begin(world.tab(), true, download -> {});
        world.simulation.run();
        assertWhole(world, one);
        assertWhole(world, two);
        assertTrue(world.server.sent() - before <= 2 * CHUNK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"9000000000000000000", "1099511627777"})
    void hugeLengthIsRefused(String length) {
        world.server.claimedLength = length;
        for (boolean ranges : new boolean[] {true, false}) {
            world.server.ranges = ranges;
            Outcome outcome = world.load();
            assertTrue(
                    outcome.message()
                            .startsWith("can't fetch https://example.org/model.gguf: the server states a length of "
                                    + length),
                    outcome::message);
            assertEquals(List.of(), world.list());
        }
        world.server.claimedLength = null;
        assertWhole(world, world.load());
    }

    /** Lengths that are no numbers, or contradict the range, are not believed: the file is read to its end. */
    @ParameterizedTest
    @ValueSource(strings = {"-5", "NaN", "1e3", "99999999999999999999", "10", "*", ""})
    void wrongLengthIsNotBelieved(String length) {
        world.server.claimedLength = length;
        assertWhole(world, world.load());
    }
}
