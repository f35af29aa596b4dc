package dev.demitasse.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.store.DownloadWorld.Outcome;
import dev.demitasse.store.FakeServer.Fault;
import dev.demitasse.store.FakeServer.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Downloads from servers that send other validators, other contents, or something else than the file. */
class DownloadTest {
    private static final int CHUNK = 100;
    private static final int BYTES = 20 * CHUNK;

    private final DownloadWorld world = DownloadWorld.plain(BYTES, CHUNK);

    private void assertWhole(Outcome outcome) {
        assertNull(outcome.error, outcome::message);
        assertArrayEquals(world.content(), outcome.bytes);
        world.requireSoundDisk();
    }

    private void assertFails(String expected) {
        Outcome outcome = world.load();
        assertInstanceOf(StoreException.class, outcome.error);
        assertTrue(outcome.message().startsWith("can't fetch https://example.org/model.gguf: "), outcome::message);
        assertTrue(outcome.message().contains(expected), outcome::message);
        assertEquals(List.of(), world.list(), "nothing is stored");
    }

    /** Four requests wait for half a minute each. */
    @Test
    void serverThatNeverAnswersIsGivenUp() {
        world.server.answers = false;
        assertFails("it sent nothing for 30 s");
        assertTrue(world.simulation.now() < 140_000, () -> world.simulation.now() + " ms");
    }

    @Test
    void noteOfTooManyChunksIsDamaged() {
        String note =
                "{\"url\":\"https://example.org/model.gguf\",\"bytes\":1000000000000,\"pieceBytes\":%d,\"ranges\":true}";
        assertNull(ModelFile.parse("model", note.formatted(1)));
        assertNotNull(ModelFile.parse("model", note.formatted(ModelFile.CHUNK_BYTES)));
    }

    /** Loads until a tab is killed, then publishes another content. */
    private void loadPartly(int bytes) {
        FakeTab tab = world.tab();
        world.server.at(bytes, tab::kill);
        world.begin(tab, true, download -> {});
        world.simulation.run();
        world.server.repair();
    }

    private void publishOther() {
        byte[] other = new byte[BYTES];
        new Random(7).nextBytes(other);
        world.publish(other);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "W/\"a\"; \"a\"; one date; one date",
                "\"a\"; W/\"a\"; one date; a second later",
                "W/\"a\"; W/\"b\"; one date; a second later",
                "W/\"a\"; \"b\"; one date; one date",
                "''; ''; one date; a second later",
            })
    void serversWithOtherValidatorsSendOneFile(String etag, String otherEtag, String date, String otherDate) {
        world.server.etags = List.of(etag, otherEtag);
        world.server.dates = List.of(date, otherDate, otherDate);
        loadPartly(BYTES / 2);
        assertWhole(world.load());
        // The samples are 1 byte of a chunk of 100.
        assertTrue(
                world.server.sent() <= BYTES + 12 * WrongAnswer.START_BYTES, world.server.sent() + " bytes were sent");
    }

    @Test
    void anotherStrongEtagEndsTheDownload() {
        world.server.at(BYTES / 2, () -> {
            publishOther();
            world.server.etags = List.of("\"2\"");
        });
        Outcome outcome = world.load();
        assertInstanceOf(UnusableBytesException.class, outcome.error);
        assertTrue(outcome.message().contains("model.gguf has changed while it was downloaded"), outcome::message);
        assertWhole(world.load());
    }

    /** A strong ETag that comes after a weak one is remembered, also for the next visit. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void strongEtagIsRemembered(boolean isSameVisit) {
        world.server.etags = List.of("W/\"1\"", "\"1\"", "\"1\"", "\"1\"");
        Runnable change = () -> {
            publishOther();
            world.server.etags = List.of("\"2\"");
        };
        if (isSameVisit) {
            world.server.at(BYTES / 2, change);
            assertInstanceOf(UnusableBytesException.class, world.load().error);
        } else {
            loadPartly(BYTES / 2);
            change.run();
        }
        assertWhole(world.load());
    }

    @Test
    void anotherLengthEndsTheDownload() {
        world.server.etags = List.of("W/\"1\"");
        world.server.at(BYTES / 2, () -> world.publish(Arrays.copyOf(world.content(), BYTES + 1)));
        assertInstanceOf(UnusableBytesException.class, world.load().error);
        assertWhole(world.load());
    }

    @ParameterizedTest
    @ValueSource(ints = {BYTES - CHUNK, CHUNK, 1})
    void shorterFileIsFetchedOnTheNextVisit(int bytes) {
        loadPartly(BYTES / 2);
        world.publish(Arrays.copyOf(world.content(), bytes));
        assertWhole(world.load());
    }

    /** Only the date, or a weak ETag, says that another model of the same length has replaced the file. */
    @ParameterizedTest
    @CsvSource({"''", "W/"})
    void replacedFileIsFoundByItsBytes(String weak) {
        world.server.etags = List.of(weak.isEmpty() ? "" : "W/\"1\"");
        loadPartly(BYTES / 2);
        publishOther();
        world.server.etags = List.of(weak.isEmpty() ? "" : "W/\"2\"");
        world.server.dates = List.of("Tue, 1 Dec 2026 10:00:00 GMT");
        assertWhole(world.load());
    }

    @Test
    void lfsPointer() {
        world.publish(("version https://git-lfs.github.com/spec/v1\noid sha256:" + "0".repeat(64) + "\nsize 98362432\n")
                .getBytes(StandardCharsets.US_ASCII));
        assertFails("Git LFS pointer instead of the file: use the address of the file itself");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE html>\n<html lang=en>",
                "\n\n  <HTML><head>",
                "\u00EF\u00BB\u00BF<!doctype HTML>",
                "<!-- a comment --><html>"
            })
    void htmlPage(String page) {
        world.publish(page.getBytes(StandardCharsets.ISO_8859_1));
        assertFails("HTML page instead of the file: use the address of the file itself");
        world.server.ranges = false;
        assertFails("HTML page instead of the file: use the address of the file itself");
    }

    @Test
    void htmlPageInTheMiddleIsRepeated() {
        world.server.at(BYTES / 2, () -> world.server.spoil(List.of(new Fault(Kind.PAGE, 0), new Fault(Kind.PAGE, 0))));
        assertWhole(world.load());
    }

    @Test
    void htmlPagesInTheMiddleKeepTheReceivedBytes() {
        Fault[] pages = new Fault[60];
        Arrays.fill(pages, new Fault(Kind.PAGE, 0));
        world.server.at(BYTES / 2, () -> world.server.spoil(List.of(pages)));
        Outcome outcome = world.load();
        assertTrue(outcome.message().contains("HTML page instead of the file"), outcome::message);
        world.server.repair();
        long before = world.server.sent();
        assertWhole(world.load());
        assertTrue(world.server.sent() - before <= BYTES / 2 + WrongAnswer.START_BYTES);
    }

    @ParameterizedTest
    @CsvSource({
        "401, status 401: the file is private or needs a login",
        "403, status 403: the server refuses access; or the address has a signature that has expired",
        "410, it answered with status 410",
        "404, it answered with status 404"
    })
    void refusals(int status, String message) {
        world.server.status = status;
        assertFails(message.replace(';', ','));
    }

    @Test
    void signatureThatExpiresInTheMiddleKeepsTheReceivedBytes() {
        world.server.at(BYTES / 2, () -> world.server.status = 403);
        Outcome outcome = world.load();
        assertTrue(outcome.message().contains("a signature that has expired"), outcome::message);
        world.server.status = 0;
        assertWhole(world.load());
        assertTrue(world.server.sent() <= BYTES + WrongAnswer.START_BYTES, world.server.sent() + " bytes were sent");
    }

    @Test
    void missingCors() {
        world.server.readable = false;
        assertFails("Failed to fetch: the server answers, but does not allow this page to read the answer");
        world.server.reachable = false;
        assertFails("Failed to fetch: there is no connection to the server, or it does not allow this page");
    }

    /** The Content-Encoding is hidden, so the Content-Length seems to be the file's. */
    @ParameterizedTest
    @ValueSource(ints = {-700, -1, 1, 25})
    void compressedFileOfHiddenEncodingEndsWhole(int compressedBy) {
        world.server.ranges = false;
        world.server.exposed = List.of("Content-Length", "Last-Modified");
        world.server.compressedBy = compressedBy;
        Outcome outcome = world.load();
        assertWhole(outcome);
        assertEquals(BYTES + compressedBy, outcome.total, "the stated length is used for progress");
    }

    @Test
    void compressedFileOfHiddenEncodingSurvivesCuts() {
        world.server.ranges = false;
        world.server.exposed = List.of("Content-Length", "Last-Modified");
        world.server.compressedBy = -300;
        world.server.spoil(
                List.of(new Fault(Kind.CUT, 1), new Fault(Kind.CUT, BYTES - 10), new Fault(Kind.CUT, BYTES)));
        assertWhole(world.load());
    }

    /** Chromium fails where a range is compressed; a request without a range works. */
    @Test
    void serverThatFailsRangesIsReadWhole() {
        world.server.failsRanges = true;
        assertWhole(world.load());
    }

    /** A range of a compressed file can't be decoded; its surplus bytes show it. */
    @Test
    void compressedRangesAreNamed() {
        world.server.exposed = List.of("Content-Length", "Content-Range", "ETag");
        world.server.compressedBy = 0;
        world.server.inflates = true;
        Outcome outcome = world.load();
        assertTrue(
                outcome.message()
                        .contains("as servers do that compress a file; it must send the file without Content-Encoding"),
                outcome::message);
        world.server.inflates = false;
        world.server.compressedBy = null;
        assertWhole(world.load());
    }

    @Test
    void silentConnectionIsNamed() {
        Fault[] silent = new Fault[20];
        Arrays.fill(silent, new Fault(Kind.SILENT, 0));
        world.server.spoil(List.of(silent));
        assertFails("it sent nothing for 30 s");
    }

    @Test
    void emptyFileIsNamed() {
        world.publish(new byte[0]);
        assertFails("the file is empty");
    }
}
