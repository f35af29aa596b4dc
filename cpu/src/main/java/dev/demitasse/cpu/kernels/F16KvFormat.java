package dev.demitasse.cpu.kernels;

import dev.demitasse.backend.KvType;
import dev.demitasse.cpu.layout.KvLayout;
import dev.demitasse.cpu.wasm.F32;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.PtrVar;
import dev.demitasse.cpu.wasm.V128;
import dev.demitasse.cpu.wasm.V128Var;

/**
 * Keys and values as float16.
 *
 * <p>The bits of a float16, moved to their place in a float32, are the number times 2⁻¹¹² (the difference of the exponents' biases). Queries
 * and weights have the factor 2⁵⁶, so that all products stay far from the ends of float32's range; the other 2⁵⁶ is applied to scores and
 * results.
 */
final class F16KvFormat extends KvFormat {
    /** Half of the difference of the biases. */
    private static final float HALF_BIAS = 0x1p56f;
    /** Elements of a head in one iteration over keys; every head size is a multiple. */
    private static final int ELEMENTS_UNROLLED = 8;
    /** Bytes of eight elements of a tile's values. */
    private static final int VALUES_BYTES = 16 * KvLayout.TILE;

    private final Simd simd;

    F16KvFormat(Simd simd) {
        super(KvType.F16);
        this.simd = simd;
    }

    @Override
    I32 rowBytes(I32 headSize) {
        return headSize.times(2);
    }

    @Override
    void storeKey(Function f, PtrVar source, PtrVar block, I32Var lane, I32Var headSize) {
        PtrVar target = f.ptr(block.plus(lane.times(2)));
        store(f, source, target, 2 * KvLayout.POSITION_BLOCK, 16 * KvLayout.POSITION_BLOCK, headSize);
    }

    @Override
    void storeValue(Function f, PtrVar source, PtrVar tile, I32Var row, I32Var headSize) {
        store(f, source, f.ptr(tile.plus(row.times(16))), 2, VALUES_BYTES, headSize);
    }

    /**
     * Stores the elements of a row as float16.
     *
     * @param step bytes from an element to the next one, of eight
     * @param nextEight bytes from the first of eight elements to the first of the next eight
     */
    private static void store(Function f, PtrVar source, PtrVar target, int step, int nextEight, I32Var headSize) {
        I32Var d = f.i32();
        f.count(d, I32.of(0), headSize, 8, () -> {
            for (int i = 0; i < 8; i++) {
                f.store16(target, i * step, toFloat16(f, source.f32(4 * i)));
            }
            source.advance(32);
            target.advance(nextEight);
        });
    }

    /** Rounds to nearest, ties to even. Results below the smallest normal float16 become 0, those above the largest float16 become that. */
    private static I32 toFloat16(Function f, F32 value) {
        I32Var bits = f.i32(value.bits());
        I32Var magnitude = f.i32(bits.and(0x7fffffff));
        I32 rounded = magnitude.plus(0xfff).plus(magnitude.shrU(13).and(1)).shrU(13);
        I32Var half = f.i32(rounded.minus((127 - 15) << 10));
        half.set(I32.select(half.lt(I32.of(0x400)), I32.of(0), half.min(I32.of(0x7bff))));
        return half.or(bits.shrU(16).and(0x8000));
    }

    @Override
    void storeQuery(Function f, PtrVar source, PtrVar target, int step, F32 scale, I32Var headSize, I32Var d) {
        V128Var factor = f.v128(V128.f32x4Splat(scale.times(F32.of(HALF_BIAS))));
        f.count(d, I32.of(0), headSize, 4, () -> {
            Simd.storeLanes(f, f.v128(source.v128(0).f32x4Mul(factor)), target, 0, step);
            source.advance(16);
            target.advance(4 * step);
        });
    }

    @Override
    V128Var[][] scores(Function f, Ptr keys, PtrVar queries, I32Var headSize, int count) {
        V128Var[][] scores = new V128Var[count][2];
        for (V128Var[] halves : scores) {
            halves[0] = f.v128(V128.zero());
            halves[1] = f.v128(V128.zero());
        }
        PtrVar key = f.ptr(keys);
        PtrVar query = f.ptr(queries);
        PtrVar end = f.ptr(query.plus(headSize.times(16 * count)));
        f.doWhile(
                () -> {
                    for (int d = 0; d < ELEMENTS_UNROLLED; d++) {
                        V128Var[] halves = unscaled(f, key.v128(16 * d));
                        for (int q = 0; q < count; q++) {
                            V128Var x = f.v128(query.v128(16 * (count * d + q)));
                            scores[q][0].set(simd.multiplyAdd(halves[0], x, scores[q][0]));
                            scores[q][1].set(simd.multiplyAdd(halves[1], x, scores[q][1]));
                        }
                    }
                    key.advance(16 * ELEMENTS_UNROLLED);
                    query.advance(16 * count * ELEMENTS_UNROLLED);
                },
                () -> query.lt(end));
        return scores;
    }

    /** Expands eight float16 to float32, times 2⁻¹¹². (From the upper half of each word: widening loads cost more.) */
    private static V128Var[] unscaled(Function f, V128 eight) {
        V128Var both = f.v128(eight);
        V128 zero = f.constant(V128.zero());
        V128 mask = f.constant(V128.i32x4(0x8fffe000));
        return new V128Var[] {
            f.v128(Simd.unpackLow16(zero, both).i32x4ShrS(3).and(mask)),
            f.v128(Simd.unpackHigh16(zero, both).i32x4ShrS(3).and(mask))
        };
    }

    @Override
    float scoreFactor() {
        return HALF_BIAS;
    }

    @Override
    float weightFactor() {
        return HALF_BIAS * HALF_BIAS / RESULT_FACTOR;
    }

    @Override
    ValueReader values(Function f, PtrVar tile) {
        PtrVar value = f.ptr();
        return new ValueReader() {
            @Override
            public void seek(I32Var d) {
                value.set(tile.plus(d.times(VALUES_BYTES / 8)));
            }

            @Override
            public V128Var[] load(int p) {
                return unscaled(f, value.v128(16 * p));
            }

            @Override
            public void advance(int positions) {
                value.advance(16 * positions);
            }
        };
    }
}
