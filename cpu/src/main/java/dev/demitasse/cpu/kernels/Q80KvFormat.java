package dev.demitasse.cpu.kernels;

import dev.demitasse.backend.KvType;
import dev.demitasse.cpu.layout.KvLayout;
import dev.demitasse.cpu.wasm.F32;
import dev.demitasse.cpu.wasm.F32Var;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.PtrVar;
import dev.demitasse.cpu.wasm.V128;
import dev.demitasse.cpu.wasm.V128Var;
import java.util.function.IntUnaryOperator;

/**
 * Keys and values as 8-bit integers with a float32 scale for each {@link KvLayout#QUANT_BLOCK} elements. Queries are quantized in the same
 * blocks, to 16 bits, so that scores are sums of integer products. The elements of a pair are adjacent in both.
 */
final class Q80KvFormat extends KvFormat {
    /** Blocks whose largest magnitude is not above this become zeros: the inverse of their scale would not be finite. */
    private static final float MIN_QUANTIZED = 1e-30f;
    /** Pairs of elements in one iteration over keys; divides half of {@link KvLayout#QUANT_BLOCK}. */
    private static final int PAIRS_UNROLLED = 8;
    /** Bytes of eight elements of a tile's values. */
    private static final int VALUES_BYTES = 8 * KvLayout.TILE;

    private final Simd simd;

    Q80KvFormat(Simd simd) {
        super(KvType.Q8_0);
        this.simd = simd;
    }

    @Override
    I32 rowBytes(I32 headSize) {
        return headSize.dividedBy(KvLayout.QUANT_BLOCK).times(KvLayout.QUANT_BLOCK_BYTES);
    }

    @Override
    void storeKey(Function f, PtrVar source, PtrVar block, I32Var lane, I32Var headSize) {
        store(
                f,
                source,
                f.ptr(block.plus(lane.times(4))),
                f.ptr(block.plus(lane.times(2)).plus(4 * KvLayout.POSITION_BLOCK)),
                KvLayout.POSITION_BLOCK * KvLayout.QUANT_BLOCK_BYTES,
                element -> element / 2 * 2 * KvLayout.POSITION_BLOCK + element % 2,
                headSize);
    }

    @Override
    void storeValue(Function f, PtrVar source, PtrVar tile, I32Var row, I32Var headSize) {
        store(
                f,
                source,
                f.ptr(tile.plus(row.times(4))),
                f.ptr(tile.plus(row.times(8)).plus(4 * KvLayout.TILE)),
                KvLayout.TILE * KvLayout.QUANT_BLOCK_BYTES,
                element -> element / 8 * VALUES_BYTES + element % 8,
                headSize);
    }

    /**
     * Rounds to the nearest of 255 multiples of a scale.
     *
     * @param scales where the first scale goes; moved on
     * @param quants where the first element goes; moved on
     * @param blockBytes bytes from a scale to the next one
     * @param place bytes from the first element of a block to each of its elements
     */
    private static void store(
            Function f,
            PtrVar source,
            PtrVar scales,
            PtrVar quants,
            int blockBytes,
            IntUnaryOperator place,
            I32Var headSize) {
        I32Var d = f.i32();
        f.count(d, I32.of(0), headSize, KvLayout.QUANT_BLOCK, () -> {
            F32Var max = maxMagnitude(f, source);
            f.store(scales, 0, max.times(F32.of(1f / Byte.MAX_VALUE)));
            V128Var factor = f.v128(V128.f32x4Splat(inverse(f, Byte.MAX_VALUE, max)));
            for (int i = 0; i < KvLayout.QUANT_BLOCK; i += 4) {
                V128Var four = f.v128(rounded(source.v128(4 * i), factor));
                for (int lane = 0; lane < 4; lane++) {
                    f.store8(quants, place.applyAsInt(i + lane), four.i32x4ExtractLane(lane));
                }
            }
            source.advance(4 * KvLayout.QUANT_BLOCK);
            scales.advance(blockBytes);
            quants.advance(blockBytes);
        });
    }

    private static V128 rounded(V128 four, V128 factor) {
        return four.f32x4Mul(factor).f32x4Nearest().i32x4TruncSatF32x4S();
    }

    /** Returns the largest magnitude of the elements that share a scale. */
    private static F32Var maxMagnitude(Function f, PtrVar source) {
        V128Var max = f.v128(V128.zero());
        for (int i = 0; i < KvLayout.QUANT_BLOCK; i += 4) {
            max.set(max.f32x4Max(source.v128(4 * i).f32x4Abs()));
        }
        return f.f32(Simd.horizontal(f, max, V128::f32x4Max, F32::max));
    }

    /** Returns {@code dividend / divisor}, or 0 if that might not be finite. */
    private static F32Var inverse(Function f, float dividend, F32Var divisor) {
        F32Var quotient = f.f32(F32.of(0));
        f.ifTrue(
                divisor.gt(F32.of(MIN_QUANTIZED)),
                () -> quotient.set(F32.of(dividend).dividedBy(divisor)));
        return quotient;
    }

    @Override
    void storeQuery(Function f, PtrVar source, PtrVar target, int step, F32 scale, I32Var headSize, I32Var d) {
        f.count(d, I32.of(0), headSize, KvLayout.QUANT_BLOCK, () -> {
            F32Var max = maxMagnitude(f, source);
            V128Var factor = f.v128(V128.f32x4Splat(inverse(f, Short.MAX_VALUE, max)));
            for (int i = 0; i < KvLayout.QUANT_BLOCK; i += 4) {
                V128Var four = f.v128(rounded(source.v128(4 * i), factor));
                V128Var pairs = f.v128(four.i16x8NarrowI32x4S(four));
                f.store(target, 0, V128.i32x4Splat(pairs.i32x4ExtractLane(0)));
                f.store(target, step, V128.i32x4Splat(pairs.i32x4ExtractLane(1)));
                target.advance(2 * step);
            }
            f.store(target, 0, V128.f32x4Splat(max.times(scale).times(F32.of(1f / Short.MAX_VALUE))));
            source.advance(4 * KvLayout.QUANT_BLOCK);
            target.advance(step);
        });
    }

    @Override
    V128Var[][] scores(Function f, Ptr keys, PtrVar queries, I32Var headSize, int count) {
        V128Var[][] scores = new V128Var[count][2];
        V128Var[][] sums = new V128Var[count][2];
        for (int q = 0; q < count; q++) {
            for (int half = 0; half < 2; half++) {
                scores[q][half] = f.v128(V128.zero());
                sums[q][half] = f.v128();
            }
        }
        PtrVar key = f.ptr(keys);
        PtrVar scales = f.ptr();
        PtrVar blockEnd = f.ptr();
        PtrVar query = f.ptr(queries);
        I32Var blocks = f.i32(headSize.dividedBy(KvLayout.QUANT_BLOCK));
        f.doWhile(
                () -> {
                    for (V128Var[] halves : sums) {
                        halves[0].set(V128.zero());
                        halves[1].set(V128.zero());
                    }
                    scales.set(key);
                    key.advance(4 * KvLayout.POSITION_BLOCK);
                    blockEnd.set(key.plus(KvLayout.POSITION_BLOCK * KvLayout.QUANT_BLOCK));
                    f.doWhile(() -> addPairs(f, key, query, sums), () -> key.lt(blockEnd));
                    for (int half = 0; half < 2; half++) {
                        V128Var scale = f.v128(scales.v128(16 * half));
                        for (int q = 0; q < count; q++) {
                            V128 sum = sums[q][half].f32x4ConvertI32x4S().f32x4Mul(query.v128(16 * q));
                            scores[q][half].set(simd.multiplyAdd(sum, scale, scores[q][half]));
                        }
                    }
                    query.advance(16 * count);
                    blocks.set(blocks.minus(1));
                },
                () -> blocks);
        return scores;
    }

    /** Adds the products of some pairs of elements of eight keys and all queries. */
    private static void addPairs(Function f, PtrVar key, PtrVar query, V128Var[][] sums) {
        int count = sums.length;
        for (int pair = 0; pair < PAIRS_UNROLLED; pair++) {
            V128Var low = f.v128(key.load8x8S(2 * KvLayout.POSITION_BLOCK * pair));
            V128Var high = f.v128(key.load8x8S(2 * KvLayout.POSITION_BLOCK * pair + 8));
            for (int q = 0; q < count; q++) {
                V128Var x = f.v128(query.v128(16 * (count * pair + q)));
                sums[q][0].set(sums[q][0].i32x4Add(low.i32x4DotI16x8S(x)));
                sums[q][1].set(sums[q][1].i32x4Add(high.i32x4DotI16x8S(x)));
            }
        }
        key.advance(2 * KvLayout.POSITION_BLOCK * PAIRS_UNROLLED);
        query.advance(16 * count * PAIRS_UNROLLED);
    }

    @Override
    float scoreFactor() {
        return 1;
    }

    @Override
    float weightFactor() {
        return 1 / RESULT_FACTOR;
    }

    @Override
    ValueReader values(Function f, PtrVar tile) {
        PtrVar scale = f.ptr();
        PtrVar value = f.ptr();
        return new ValueReader() {
            @Override
            public void seek(I32Var d) {
                scale.set(tile.plus(d.dividedBy(KvLayout.QUANT_BLOCK), KvLayout.TILE * KvLayout.QUANT_BLOCK_BYTES));
                value.set(scale.plus(d.and(KvLayout.QUANT_BLOCK - 1).times(VALUES_BYTES / 8))
                        .plus(4 * KvLayout.TILE));
            }

            @Override
            public V128Var[] load(int p) {
                V128 quants = value.load8x8S(8 * p);
                V128Var factor = f.v128(scale.splat32(4 * p));
                V128Var eight = f.v128(quants);
                return new V128Var[] {
                    f.v128(eight.i32x4ExtendLowI16x8S().f32x4ConvertI32x4S().f32x4Mul(factor)),
                    f.v128(eight.i32x4ExtendHighI16x8S().f32x4ConvertI32x4S().f32x4Mul(factor))
                };
            }

            @Override
            public void advance(int positions) {
                value.advance(8 * positions);
                scale.advance(4 * positions);
            }
        };
    }
}
