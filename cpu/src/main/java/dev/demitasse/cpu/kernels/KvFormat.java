package dev.demitasse.cpu.kernels;

import dev.demitasse.backend.KvType;
import dev.demitasse.cpu.layout.KvLayout;
import dev.demitasse.cpu.wasm.F32;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.PtrVar;
import dev.demitasse.cpu.wasm.V128Var;

/**
 * Writes the code that stores keys and values of one {@link KvType}, and that attention computes with them. For the order of the
 * elements see {@link KvLayout}.
 *
 * <p>Factors that are the same for all elements stay out of the inner loops: scores lack {@link #scoreFactor}, weights have
 * {@link #weightFactor}, and results lack {@link #RESULT_FACTOR}.
 */
abstract class KvFormat {
    /** The factor that sums of weighted values lack, in all formats. */
    static final float RESULT_FACTOR = 0x1p56f;

    final KvType type;

    KvFormat(KvType type) {
        this.type = type;
    }

    static KvFormat of(KvType type, Simd simd) {
        return switch (type) {
            case F16 -> new F16KvFormat(simd);
            case Q8_0 -> new Q80KvFormat(simd);
        };
    }

    /** Returns the bytes of a head's key, or value, at one position. */
    abstract I32 rowBytes(I32 headSize);

    /**
     * Stores a head's key.
     *
     * @param source {@code [headSize]} float32; moved on
     * @param block start of the {@link KvLayout#POSITION_BLOCK} positions' keys
     * @param lane index of the position in the block
     */
    abstract void storeKey(Function f, PtrVar source, PtrVar block, I32Var lane, I32Var headSize);

    /**
     * Stores a head's value.
     *
     * @param source {@code [headSize]} float32; moved on
     * @param tile start of the tile's values
     * @param row index of the position in the tile
     */
    abstract void storeValue(Function f, PtrVar source, PtrVar tile, I32Var row, I32Var headSize);

    /**
     * Scales a query, and stores it as {@link #scores} reads it.
     *
     * @param source {@code [headSize]} float32; moved on
     * @param target where its first element goes; moved on
     * @param step bytes from an element to the next one, in all lanes of a vector each
     * @param d a variable for a loop
     */
    abstract void storeQuery(Function f, PtrVar source, PtrVar target, int step, F32 scale, I32Var headSize, I32Var d);

    /**
     * Computes the products of the keys of {@link KvLayout#POSITION_BLOCK} positions by stored queries.
     *
     * @param queries {@code [element][query]}
     * @param count number of queries
     * @return {@code [query][half]}: lanes are positions
     */
    abstract V128Var[][] scores(Function f, Ptr keys, PtrVar queries, I32Var headSize, int count);

    /** Returns the factor that the results of {@link #scores} lack. */
    abstract float scoreFactor();

    /** Returns the factor for the weights by which values are multiplied. */
    abstract float weightFactor();

    /** Returns a reader of the values of a head in a tile. */
    abstract ValueReader values(Function f, PtrVar tile);

    /** Reads eight elements of one position after the other. */
    interface ValueReader {
        /** Goes to the eight elements from {@code d} on of the tile's first position. */
        void seek(I32Var d);

        /** Loads the eight elements of the position {@code p} after the current one, as float32. */
        V128Var[] load(int p);

        /** Moves on by some positions. */
        void advance(int positions);
    }
}
