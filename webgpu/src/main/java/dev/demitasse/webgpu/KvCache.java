package dev.demitasse.webgpu;

import dev.demitasse.backend.KvTiles;
import dev.demitasse.backend.KvType;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import java.util.List;

/**
 * Keys and values: of each layer a buffer for keys and one for values, {@code [tile][KV head][position in the tile][element]}. Buffers are replaced
 * by larger ones as a sequence grows.
 */
final class KvCache {
    /** Tiles that layers grow by: what is there is copied each time. */
    private static final int STEP = 16;
    /** Bindings of the kernels. */
    private static final int KEYS = 6;

    private static final int VALUES = 7;

    private final KvType type;
    private final List<Op.Attention> layers;
    private final KvTiles tiles;
    /** Of layer i keys at 2i, values at 2i + 1. */
    private final Device.Buffer[] buffers;
    /** Tiles that there is room for. */
    private int room;

    /** @param batchSize most tokens that are written before they are read */
    KvCache(Plan plan, int contextLength, int batchSize, KvType type) {
        this.type = type;
        layers = plan.attention();
        tiles = new KvTiles(plan, contextLength, batchSize);
        buffers = new Device.Buffer[2 * layers.size()];
    }

    /** @throws IllegalArgumentException if the kernels can't take the heads' size */
    void requireHeads() {
        int multiple = type == KvType.Q8_0 ? KvType.BLOCK : 4;
        for (Op.Attention layer : layers) {
            if (layer.headSize() % multiple != 0) {
                throw new IllegalArgumentException("heads of " + layer.headSize()
                        + " elements; the GPU kernels need a multiple of " + multiple + " for keys and values as "
                        + type);
            }
        }
    }

    KvType type() {
        return type;
    }

    KvTiles tiles() {
        return tiles;
    }

    int layers() {
        return layers.size();
    }

    /** Bytes of the keys, or the values, of a layer in a tile. */
    private long tileBytes(int layer) {
        Op.Attention op = layers.get(layer);
        long rowBytes =
                switch (type) {
                    case F16 -> 2L * op.headSize();
                    case Q8_0 -> op.headSize() + 4L * (op.headSize() / KvType.BLOCK);
                };
        return KvTiles.TILE * op.kvHeads() * rowBytes;
    }

    /** Bytes of the keys, or the values, of a layer with room for so many tiles. */
    private long bytes(int layer, int room) {
        return Math.min(room, tiles.ring(layer)) * tileBytes(layer);
    }

    /** Tiles that are allotted for so many positions. */
    private int room(int positions) {
        return Math.min((KvTiles.tiles(positions) + STEP - 1) / STEP * STEP, tiles.tiles());
    }

    /** Bytes of all with room for so many positions. */
    long bytes(int positions) {
        long sum = 0;
        for (int layer = 0; layer < layers.size(); layer++) {
            sum += 2 * bytes(layer, room(positions));
        }
        return sum;
    }

    /** What a position more takes, on average. */
    long bytesPerPosition() {
        long sum = 0;
        for (int layer = 0; layer < layers.size(); layer++) {
            sum += tiles.isRing(layer) ? 0 : 2 * tileBytes(layer);
        }
        return sum / KvTiles.TILE;
    }

    /** The largest buffer of the whole context. */
    long largestBuffer() {
        long largest = 0;
        for (int layer = 0; layer < layers.size(); layer++) {
            largest = Math.max(largest, bytes(layer, tiles.tiles()));
        }
        return largest;
    }

    /** Whether there is room for so many positions. */
    boolean hasRoom(int positions) {
        return KvTiles.tiles(positions) <= room;
    }

    /** Makes room for so many positions, and forgets what was there. */
    void replace(int positions, Device device) {
        int wanted = room(positions);
        for (int i = 0; i < buffers.length; i++) {
            if (bytes(i / 2, wanted) > bytes(i / 2, room)) {
                if (room > 0) {
                    device.destroy(buffers[i]);
                }
                buffers[i] = create(i, wanted, device);
            }
        }
        room = wanted;
    }

    /**
     * Makes room in one layer for so many positions, and begins to copy what was there. The room counts when the last layer has it.
     *
     * @return bytes that are there twice until that is done
     */
    long enlarge(int layer, int positions, Device device) {
        int wanted = room(positions);
        long before = bytes(layer, room);
        if (bytes(layer, wanted) > before) {
            for (int i = 2 * layer; i <= 2 * layer + 1; i++) {
                Device.Buffer larger = create(i, wanted, device);
                device.copy(buffers[i], larger, before);
                device.destroy(buffers[i]);
                buffers[i] = larger;
            }
        } else {
            before = 0;
        }
        if (layer == layers.size() - 1) {
            room = wanted;
        }
        return 2 * before;
    }

    private Device.Buffer create(int number, int tiles, Device device) {
        return device.createStorage((number % 2 == 0 ? "keys " : "values ") + number / 2, bytes(number / 2, tiles));
    }

    Device.Binding bindKeys(int layer) {
        return new Device.Binding(KEYS, buffers[2 * layer], 0, bytes(layer, room));
    }

    Device.Binding bindValues(int layer) {
        return new Device.Binding(VALUES, buffers[2 * layer + 1], 0, bytes(layer, room));
    }

    /** For {@link dev.demitasse.backend.Backend#kvLayout}. */
    String name() {
        return "webgpu " + type + ", " + tiles.name();
    }

    /** Sizes of the pieces of a snapshot: each buffer's tiles that were written. */
    long[] pieces(int positions) {
        long[] pieces = new long[buffers.length];
        for (int i = 0; i < pieces.length; i++) {
            pieces[i] = bytes(i / 2, KvTiles.tiles(positions));
        }
        return pieces;
    }

    /** The buffer that has such a piece at its beginning. */
    Device.Buffer piece(int number) {
        return buffers[number];
    }
}
