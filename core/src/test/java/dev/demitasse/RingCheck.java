package dev.demitasse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.KvTiles;
import java.nio.ByteBuffer;
import java.util.Random;

/** Whether a layer may keep only its window. */
public final class RingCheck {
    /** Of the comparison that is checked. */
    public static final int CONTEXT = 3_000;

    private RingCheck() {}

    /**
     * A sequence that passes its ring of tiles several times, goes back, and is restored.
     *
     * @param comparison of a plan with one layer, which has a window
     * @param rowBytes most bytes of a position's keys and values
     * @param turns passes, of one token to a batch
     */
    public static void check(
            Comparison comparison, int window, int rowBytes, double tolerance, int turns, Random random) {
        Backend backend = comparison.tested();
        int batch = backend.batchSize();
        int ringPositions = KvTiles.TILE * (1 + KvTiles.tiles(window + batch + 512));
        int position = 0;
        int end = 0; // of all that was written
        int wentBack = 0;
        int overwritten = 0;
        for (int turn = 1; position + batch < CONTEXT && turn <= turns; turn++) {
            int count = 1 + random.nextInt(turn % 20 == 0 ? batch : Math.min(batch, 12));
            comparison.run(Comparison.tokens(count, random), position, tolerance);
            position += count;
            end = Math.max(end, position);
            if (turn % 10 == 0) {
                int back = position - random.nextInt(Math.min(position, turn % 200 == 100 ? 500 : 30));
                if (backend.validPrefix(back) == back) {
                    wentBack++;
                    position = back;
                } else {
                    assertEquals(0, backend.validPrefix(back));
                    assertTrue(back < end - (ringPositions - window - KvTiles.TILE), back + " of " + end);
                }
            }
            if (turn % 200 == 0) {
                overwritten++;
                assertEquals(0, backend.validPrefix(position - ringPositions), "what the ring has overwritten");
            }
            if (turn == 150 || turn == 350) {
                int bytes = (int) backend.kvBytes(position);
                assertTrue(bytes <= ringPositions * rowBytes, "bytes: " + bytes);
                ByteBuffer snapshot = ByteBuffer.allocateDirect(bytes);
                backend.readKv(position, 0, snapshot, () -> {});
                backend.writeKv(position, 0, ByteBuffer.allocateDirect(bytes));
                backend.writeKv(position, 0, snapshot.flip());
                assertEquals(position, backend.validPrefix(position));
                end = position + ringPositions; // it may have been read at any such end
            }
        }
        assertTrue(wentBack > 1 && overwritten > 1, wentBack + " times back, at " + position);
    }
}
