package dev.demitasse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.KvTiles;
import java.nio.ByteBuffer;
import java.util.Random;

/** Checks a layer that keeps only its sliding window. */
public final class RingCheck {
    /** Context length of the comparison. */
    public static final int CONTEXT = 3_000;

    private RingCheck() {}

    /**
     * Runs a sequence that fills its ring of tiles several times, goes back, and is restored.
     *
     * @param comparison of a plan with one layer, which has a window
     * @param rowBytes maximum number of bytes of keys and values for a position
     * @param turns number of passes, of one token up to a batch
     */
    public static void check(
            Comparison comparison, int window, int rowBytes, double tolerance, int turns, Random random) {
        Backend backend = comparison.tested();
        int batch = backend.batchSize();
        int ringPositions = KvTiles.TILE * (1 + KvTiles.tiles(window + batch + 512));
        int position = 0;
        int end = 0; // of all written positions
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
                end = position + ringPositions; // the snapshot may have been taken at any end up to this one
            }
        }
        assertTrue(wentBack > 1 && overwritten > 1, wentBack + " times back, at " + position);
    }
}
