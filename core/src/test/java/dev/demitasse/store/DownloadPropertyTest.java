package dev.demitasse.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.store.DownloadWorld.Outcome;
import dev.demitasse.store.FakeServer.Fault;
import dev.demitasse.store.FakeServer.Kind;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/**
 * Downloads under any sequence of faults: the model is whole, or there is a typed error and nothing corrupt is stored. A later load
 * without faults succeeds, and few bytes are sent twice.
 */
class DownloadPropertyTest {
    private static final int CONNECTIONS = 4;
    private static final int MIB = 1 << 20;

    /** The end of a visit before the model is complete. */
    enum End {
        COMPLETE,
        KILLED,
        STOPPED,
        DISK_FULL
    }

    /** A visit of the page: the faults of its responses, and how it ends after a number of bytes. */
    record Visit(List<Fault> faults, End end, int atBytes) {}

    /** The sizes of a model, its chunks, and the pieces that are read at once. */
    record Sizes(int bytes, int chunkBytes, int maxPiece) {}

    @Provide
    Arbitrary<Sizes> sizes() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 2000),
                        Arbitraries.integers().between(16, 300),
                        Arbitraries.integers().between(1, 100))
                .as(Sizes::new);
    }

    private static Arbitrary<Visit> visits(Set<Kind> kinds, int maxValue) {
        Arbitrary<Fault> faults = Combinators.combine(
                        Arbitraries.of(kinds), Arbitraries.integers().between(0, maxValue))
                .as(Fault::new);
        return Combinators.combine(
                        faults.list().ofMaxSize(20),
                        Arbitraries.of(End.class),
                        Arbitraries.integers().between(0, 2 * maxValue))
                .as(Visit::new);
    }

    @Provide
    Arbitrary<List<Visit>> rangeVisits() {
        return visits(EnumSet.complementOf(EnumSet.of(Kind.FLIPPED)), 500)
                .list()
                .ofMaxSize(4);
    }

    @Provide
    Arbitrary<List<Visit>> wholeVisits() {
        return visits(EnumSet.of(Kind.CUT, Kind.REFUSED, Kind.STATUS, Kind.SILENT, Kind.WEAK, Kind.DATED), 2000)
                .list()
                .ofMaxSize(4);
    }

    @Provide
    Arbitrary<List<Visit>> shardVisits() {
        return visits(EnumSet.complementOf(EnumSet.of(Kind.PAGE)), MIB).list().ofMaxSize(3);
    }

    /** Loads the model once. Returns the bytes that may be sent twice because of this visit. */
    private static long visit(DownloadWorld world, Visit visit, int maxPiece) {
        world.server.repair();
        world.disk.quota(Long.MAX_VALUE);
        world.server.spoil(visit.faults);
        FakeTab tab = world.tab();
        if (visit.end == End.DISK_FULL) {
            world.disk.quota(world.disk.bytes() + visit.atBytes);
        }
        Outcome outcome = world.begin(tab, true, download -> {
            if (visit.end == End.KILLED) {
                world.server.at(visit.atBytes, tab::kill);
            } else if (visit.end == End.STOPPED) {
                world.server.at(visit.atBytes, download::close);
            }
        });
        world.simulation.run();
        assertFalse(outcome.error instanceof UnusableBytesException, outcome::message);
        world.requireSoundDisk();
        return (long) (WrongAnswer.START_BYTES + maxPiece) * (CONNECTIONS + visit.faults.size());
    }

    private static void loadWithoutFaults(DownloadWorld world) {
        world.server.repair();
        world.disk.quota(Long.MAX_VALUE);
        Outcome outcome = world.load();
        assertNull(outcome.error, outcome::message);
        assertArrayEquals(world.content(), outcome.bytes);
        world.requireSoundDisk();
        long before = world.server.sent();
        assertArrayEquals(world.content(), world.load().bytes);
        assertTrue(world.server.sent() == before, "a whole model was fetched again");
    }

    @Property(tries = 500)
    void ranges(@ForAll("sizes") Sizes sizes, @ForAll("rangeVisits") List<Visit> visits, @ForAll long seed) {
        DownloadWorld world = new DownloadWorld(seed, sizes.bytes, sizes.chunkBytes, sizes.maxPiece, false);
        long most = sizes.bytes;
        for (Visit visit : visits) {
            most += visit(world, visit, sizes.maxPiece);
            // Each response with another weak version is compared with the first bytes of two chunks.
            most += 4L * sizes.maxPiece * visit.faults.size();
        }
        loadWithoutFaults(world);
        assertTrue(world.server.sent() <= most + sizes.maxPiece, world.server.sent() + " bytes were sent");
    }

    @Property(tries = 200)
    void withoutRanges(
            @ForAll("sizes") Sizes sizes,
            @ForAll("wholeVisits") List<Visit> visits,
            @ForAll boolean hasLength,
            @ForAll boolean isHidden,
            @ForAll @IntRange(min = -40, max = 40) int compressedBy,
            @ForAll long seed) {
        DownloadWorld world = new DownloadWorld(seed, sizes.bytes, sizes.chunkBytes, sizes.maxPiece, false);
        world.server.ranges = false;
        world.server.hasLength = hasLength;
        world.server.exposed = isHidden ? List.of("Content-Length", "Last-Modified") : null;
        world.server.compressedBy = isHidden && sizes.bytes > 40 ? compressedBy : null;
        int passes = 3;
        for (Visit visit : visits) {
            visit(world, visit, sizes.maxPiece);
            passes += 1 + visit.faults.size();
        }
        loadWithoutFaults(world);
        assertTrue(world.server.sent() <= (long) passes * sizes.bytes, world.server.sent() + " bytes were sent");
    }

    @Property(tries = 60)
    void shards(
            @ForAll @IntRange(min = 1, max = 3 * MIB) int bytes,
            @ForAll("shardVisits") List<Visit> visits,
            @ForAll long seed) {
        int maxPiece = 200_000;
        DownloadWorld world = new DownloadWorld(seed, bytes, MIB, maxPiece, true);
        long most = bytes + 2000L;
        for (Visit visit : visits) {
            most += visit(world, visit, maxPiece) + 2000L * (1 + visit.faults.size());
            most += visit.faults.stream()
                            .filter(fault -> fault.kind() == Kind.FLIPPED)
                            .count()
                    * MIB;
        }
        loadWithoutFaults(world);
        assertTrue(world.server.sent() <= most, world.server.sent() + " bytes were sent");
    }

    @Property(tries = 200)
    void inMemory(
            @ForAll("sizes") Sizes sizes,
            @ForAll("rangeVisits") List<Visit> visits,
            @ForAll boolean ranges,
            @ForAll long seed) {
        DownloadWorld world = new DownloadWorld(seed, sizes.bytes, sizes.chunkBytes, sizes.maxPiece, false);
        world.server.ranges = ranges;
        for (Visit visit : visits) {
            world.server.repair();
            world.server.spoil(visit.faults.stream()
                    .filter(fault -> ranges || fault.kind() == Kind.CUT)
                    .toList());
            Outcome outcome = world.load(false);
            assertFalse(outcome.error instanceof UnusableBytesException, outcome::message);
        }
        world.server.repair();
        long before = world.server.sent();
        assertArrayEquals(world.content(), world.load(false).bytes);
        assertTrue(world.server.sent() - before == sizes.bytes);
    }

    /** The file is replaced while it is downloaded: with a new strong ETag or with another length, and so with other bytes. */
    @Property(tries = 300)
    void changes(
            @ForAll("sizes") Sizes sizes,
            @ForAll("rangeVisits") List<Visit> visits,
            @ForAll @IntRange(min = 1, max = 2000) int newBytes,
            @ForAll boolean isSameLength,
            @ForAll @IntRange(min = 0, max = 2500) int atBytes,
            @ForAll boolean ranges,
            @ForAll long seed) {
        DownloadWorld world = new DownloadWorld(seed, sizes.bytes, sizes.chunkBytes, sizes.maxPiece, false);
        world.server.ranges = ranges;
        for (int i = 0; i <= visits.size(); i++) {
            world.server.repair();
            if (i == visits.size() / 2) {
                world.server.at(atBytes, () -> {
                    byte[] content = new byte[isSameLength ? sizes.bytes : newBytes];
                    new Random(seed + 2).nextBytes(content);
                    world.publish(content);
                    world.server.etags = List.of("\"2\"");
                });
            }
            if (i < visits.size()) {
                world.server.spoil(visits.get(i).faults.stream()
                        .filter(DownloadPropertyTest::keepsVersion)
                        .toList());
            }
            world.load();
            world.requireSoundDisk();
        }
        world.server.repair();
        Outcome last = world.load();
        if (last.error instanceof UnusableBytesException) {
            last = world.load();
        }
        assertNull(last.error, last::message);
        world.requireSoundDisk();
    }

    private static boolean keepsVersion(Fault fault) {
        return fault.kind() == Kind.CUT || fault.kind() == Kind.REFUSED || fault.kind() == Kind.STATUS;
    }

    /** Chunks disappear from the disk. */
    @Property(tries = 300)
    void losses(
            @ForAll("sizes") Sizes sizes,
            @ForAll List<@IntRange(min = 0, max = 2000) Integer> losses,
            @ForAll boolean ranges,
            @ForAll long seed) {
        DownloadWorld world = new DownloadWorld(seed, sizes.bytes, sizes.chunkBytes, sizes.maxPiece, false);
        world.server.ranges = ranges;
        for (int atBytes : losses) {
            world.server.at(atBytes, () -> lose(world));
        }
        Outcome outcome = world.load();
        assertTrue(outcome.error == null || outcome.error instanceof LostException, outcome::message);
        lose(world);
        world.server.repair();
        loadWithoutFaults(world);
    }

    private static void lose(DownloadWorld world) {
        Map<String, byte[]> entries =
                world.disk.entries(world.disk.storage(world.tab()).id(world.address()));
        List<String> chunks = entries.keySet().stream()
                .filter(name -> name.matches("model\\.[0-9]+"))
                .toList();
        if (!chunks.isEmpty()) {
            entries.remove(chunks.get(world.simulation.random().nextInt(chunks.size())));
        }
    }

    @Property(tries = 200)
    void twoTabs(
            @ForAll("sizes") Sizes sizes,
            @ForAll("rangeVisits") List<Visit> visits,
            @ForAll boolean isFirstKilled,
            @ForAll @IntRange(min = 0, max = 2000) int atBytes,
            @ForAll long seed) {
        DownloadWorld world = new DownloadWorld(seed, sizes.bytes, sizes.chunkBytes, sizes.maxPiece, false);
        FakeTab first = world.tab();
        if (isFirstKilled) {
            world.server.at(atBytes, first::kill);
        }
        long most = sizes.bytes + (long) (WrongAnswer.START_BYTES + sizes.maxPiece) * (CONNECTIONS + 1);
        for (Visit visit : visits) {
            world.server.spoil(visit.faults.stream()
                    .filter(DownloadPropertyTest::keepsVersion)
                    .toList());
            most += (long) (WrongAnswer.START_BYTES + sizes.maxPiece) * visit.faults.size();
        }
        Outcome one = world.begin(first, true, download -> {});
        Outcome two = world.begin(world.tab(), true, download -> {});
        world.simulation.run();
        world.requireSoundDisk();
        if (visits.isEmpty()) {
            assertTrue(isFirstKilled || one.error == null, one::message);
            assertNull(two.error, two::message);
            assertArrayEquals(world.content(), two.bytes);
        }
        loadWithoutFaults(world);
        assertTrue(world.server.sent() <= most, world.server.sent() + " bytes were sent");
    }
}
