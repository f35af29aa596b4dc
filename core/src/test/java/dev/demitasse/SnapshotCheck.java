package dev.demitasse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.demitasse.backend.Backend;
import dev.demitasse.backend.Batch;
import dev.demitasse.backend.Outputs;
import dev.demitasse.backend.Pass;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntFunction;

/** Checks that a snapshot of a backend's KV cache can be restored. */
public final class SnapshotCheck {
    private static final int POSITIONS = 1_100;
    private static final int CONTEXT = 1_200;
    private static final int OTHER_CONTEXT = 1_150;

    private SnapshotCheck() {}

    /**
     * Restores a snapshot of one backend, in parts, in another backend with another context length and another sequence. The next logits must
     * be equal to the last bit.
     *
     * @param backends creates the backend of a tiny model with at least 288 ids for a context length; each is used before the next is created
     */
    public static void check(IntFunction<Backend> backends) {
        Random random = new Random(5);
        int[] tokens = random.ints(POSITIONS + 1, 0, 288).toArray();
        Backend one = backends.apply(CONTEXT);
        run(one, tokens, 0, POSITIONS);
        float[] expected = next(one, tokens[POSITIONS]);
        ByteBuffer snapshot = ByteBuffer.allocateDirect((int) one.kvBytes(POSITIONS));
        inParts(snapshot, (at, part) -> {
            one.readKv(POSITIONS, at, part, () -> {});
            assertEquals(0, part.remaining());
        });
        assertEquals(0, one.kvBytes(0));
        assertThrows(IndexOutOfBoundsException.class, () -> one.kvBytes(CONTEXT + 1));
        ByteBuffer four = ByteBuffer.allocateDirect(4);
        assertThrows(
                IndexOutOfBoundsException.class, () -> one.readKv(POSITIONS, one.kvBytes(POSITIONS), four, () -> {}));
        assertThrows(IllegalArgumentException.class, () -> one.readKv(POSITIONS, 2, four, () -> {}));
        String layout = one.kvLayout();

        Backend other = backends.apply(OTHER_CONTEXT);
        assertEquals(layout, other.kvLayout());
        run(other, random.ints(50, 0, 288).toArray(), 0, 50);
        assertFalse(Arrays.equals(expected, next(other, tokens[POSITIONS])), "the other sequence should give others");
        inParts(snapshot, (at, part) -> other.writeKv(POSITIONS, at, part));
        assertArrayEquals(expected, next(other, tokens[POSITIONS]));
        assertThrows(IndexOutOfBoundsException.class, () -> other.writeKv(OTHER_CONTEXT + 1, 0, four));
    }

    private static void run(Backend backend, int[] tokens, int from, int to) {
        for (int at = from; at < to; at += backend.batchSize()) {
            backend.forward(new Batch(tokens, at, Math.min(to, at + backend.batchSize()), at), Outputs.NONE);
        }
    }

    private static float[] next(Backend backend, int token) {
        Pass pass = backend.forward(new Batch(new int[] {token}, 0, 1, POSITIONS), Outputs.LOGITS);
        return pass.logits(0).clone();
    }

    private interface Part {
        void at(long offset, ByteBuffer bytes);
    }

    private static void inParts(ByteBuffer snapshot, Part part) {
        int size = 20_004; // not a multiple of any piece
        for (int at = 0; at < snapshot.capacity(); at += size) {
            ByteBuffer bytes = snapshot.duplicate();
            bytes.limit(Math.min(snapshot.capacity(), at + size)).position(at);
            part.at(at, bytes);
        }
    }
}
