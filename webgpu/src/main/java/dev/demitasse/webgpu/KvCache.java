package dev.demitasse.webgpu;

import dev.demitasse.backend.KvTiles;
import dev.demitasse.backend.KvType;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import java.util.List;

/**
 * The KV cache. Each layer has a buffer for keys and one for values, {@code [tile][KV head][position in the tile][element]}. As a sequence
 * grows, larger buffers replace them.
 */
final class KvCache {
    /** Tiles that layers grow by; each time, the contents are copied. */
    private static final int GROWTH_TILES = 16;

    /** Bytes of copies after which {@link #enlarge} stops. */
    private static final long MAX_COPIED = 64 << 20;

    private final KvType type;
    private final KvFormat format;
    private final List<Op.Attention> layers;
    private final KvTiles tiles;
    /** Buffers of all layers: the keys of layer i at 2i, its values at 2i + 1. */
    private final Device.Buffer[] buffers;
    /** Tiles that the buffers have room for. */
    private int capacity;

    /**
     * Creates a cache without positions.
     *
     * @param batchSize maximum number of tokens that are written before they are read
     */
    KvCache(Plan plan, int contextLength, int batchSize, KvType type) {
        this.type = type;
        format = KvFormat.of(type);
        layers = plan.attention();
        tiles = new KvTiles(plan, contextLength, batchSize);
        buffers = new Device.Buffer[2 * layers.size()];
    }

    /**
     * Checks that the kernels support the heads' sizes.
     *
     * @throws IllegalArgumentException if they don't
     */
    void requireHeads() {
        for (Op.Attention layer : layers) {
            if (layer.headSize() % format.blockElements() != 0) {
                throw new IllegalArgumentException(
                        "heads of " + layer.headSize() + " elements; the GPU kernels need a multiple of "
                                + format.blockElements() + " for keys and values as " + type);
            }
        }
    }

    KvFormat format() {
        return format;
    }

    KvTiles tiles() {
        return tiles;
    }

    int layers() {
        return layers.size();
    }

    /** Returns the bytes of a layer's keys, or of its values, in a tile. */
    private long tileBytes(int layer) {
        Op.Attention op = layers.get(layer);
        return (long) KvTiles.TILE * op.kvHeads() * format.rowBytes(op.headSize());
    }

    /** Returns the bytes of a layer's keys, or of its values, with room for {@code capacity} tiles. */
    private long bytes(int layer, int capacity) {
        return Math.min(capacity, tiles.ring(layer)) * tileBytes(layer);
    }

    /** Returns the tiles that are allocated for a sequence of {@code positions} positions. */
    private int capacity(int positions) {
        int tilesNeeded = KvTiles.tiles(positions);
        return Math.min((tilesNeeded + GROWTH_TILES - 1) / GROWTH_TILES * GROWTH_TILES, tiles.tiles());
    }

    /** Returns the bytes of all buffers for a sequence of {@code positions} positions. */
    long bytes(int positions) {
        long sum = 0;
        for (int layer = 0; layer < layers.size(); layer++) {
            sum += 2 * bytes(layer, capacity(positions));
        }
        return sum;
    }

    /** Returns the average bytes of one more position. */
    long bytesPerPosition() {
        long sum = 0;
        for (int layer = 0; layer < layers.size(); layer++) {
            sum += tiles.isRing(layer) ? 0 : 2 * tileBytes(layer);
        }
        return sum / KvTiles.TILE;
    }

    /** Returns the bytes of the largest buffer for the whole context. */
    long largestBuffer() {
        long largest = 0;
        for (int layer = 0; layer < layers.size(); layer++) {
            largest = Math.max(largest, bytes(layer, tiles.tiles()));
        }
        return largest;
    }

    /** Returns whether the buffers have room for a sequence of {@code positions} positions. */
    boolean hasRoom(int positions) {
        return KvTiles.tiles(positions) <= capacity;
    }

    /** Makes room for a sequence of {@code positions} positions, and discards the contents. */
    void replace(int positions, Device device) {
        int wanted = capacity(positions);
        for (int i = 0; i < buffers.length; i++) {
            if (bytes(i / 2, wanted) > bytes(i / 2, capacity)) {
                if (capacity > 0) {
                    device.destroy(buffers[i]);
                }
                buffers[i] = create(i, wanted, device);
            }
        }
        capacity = wanted;
    }

    /**
     * Enlarges some layers for a sequence of {@code positions} positions, and starts to copy their contents, which exist twice until the
     * copy is done. {@link #hasRoom} is true after the last layer.
     *
     * @param layer the first of these layers
     * @return the layer to continue with when the copy is done; {@link #layers} after the last
     */
    int enlarge(int layer, int positions, Device device) {
        int wanted = capacity(positions);
        long copied = 0;
        int next = layer;
        while (next < layers.size() && copied < MAX_COPIED) {
            copied += enlargeLayer(next, wanted, device);
            next++;
        }
        if (next == layers.size()) {
            capacity = wanted;
        }
        return next;
    }

    /** Enlarges the buffers of a layer, and returns the bytes that are copied. */
    private long enlargeLayer(int layer, int wanted, Device device) {
        long before = bytes(layer, capacity);
        if (bytes(layer, wanted) <= before) {
            return 0;
        }
        for (int i = 2 * layer; i <= 2 * layer + 1; i++) {
            Device.Buffer larger = create(i, wanted, device);
            device.copy(buffers[i], larger, before);
            device.destroy(buffers[i]);
            buffers[i] = larger;
        }
        return 2 * before;
    }

    private Device.Buffer create(int number, int capacity, Device device) {
        return device.createStorage((number % 2 == 0 ? "keys " : "values ") + number / 2, bytes(number / 2, capacity));
    }

    Device.Binding bindKeys(int layer) {
        return new Device.Binding(Slot.KEYS, buffers[2 * layer], 0, bytes(layer, capacity));
    }

    Device.Binding bindValues(int layer) {
        return new Device.Binding(Slot.VALUES, buffers[2 * layer + 1], 0, bytes(layer, capacity));
    }

    /** Returns the name of the layout for {@link dev.demitasse.backend.Backend#kvLayout}. */
    String name() {
        return "webgpu " + type + ", " + tiles.name();
    }

    /** Returns the sizes of a snapshot's pieces: the tiles of each buffer that were written. */
    long[] pieces(int positions) {
        long[] pieces = new long[buffers.length];
        for (int i = 0; i < pieces.length; i++) {
            pieces[i] = bytes(i / 2, KvTiles.tiles(positions));
        }
        return pieces;
    }

    /** Returns the buffer that begins with a piece of a snapshot. */
    Device.Buffer piece(int number) {
        return buffers[number];
    }
}
