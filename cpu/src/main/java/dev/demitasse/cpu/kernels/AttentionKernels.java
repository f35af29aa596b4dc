package dev.demitasse.cpu.kernels;

import dev.demitasse.backend.KvType;
import dev.demitasse.cpu.layout.Command;
import dev.demitasse.cpu.layout.Control;
import dev.demitasse.cpu.layout.KvLayout;
import dev.demitasse.cpu.layout.Scratch;
import dev.demitasse.cpu.wasm.F32;
import dev.demitasse.cpu.wasm.F32Var;
import dev.demitasse.cpu.wasm.Function;
import dev.demitasse.cpu.wasm.I32;
import dev.demitasse.cpu.wasm.I32Var;
import dev.demitasse.cpu.wasm.Module;
import dev.demitasse.cpu.wasm.Ptr;
import dev.demitasse.cpu.wasm.PtrVar;
import dev.demitasse.cpu.wasm.V128;
import dev.demitasse.cpu.wasm.V128Var;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Attention over the KV cache, a tile of positions at a time with a running maximum (Dao et al. 2022, "FlashAttention"). Up to four queries
 * that read the same KV head go together, so that each key and value is unpacked once for all of them: heads of a group, and in a
 * batch the tokens, too. Chunks of one or few tokens' attention are heads and, where these are few, shares of the positions
 * (flash decoding); those of a batch's are queries.
 */
final class AttentionKernels {
    private static final int MOST_QUERIES = 4;
    private static final float LEAST = -3e38f;
    /** Elements of a head in one turn of the loop over keys: as many as any size is a multiple of. */
    private static final int ELEMENTS_UNROLLED = 8;
    /** Pairs of quantized elements in one turn; divides half of {@link KvLayout#QUANTS}. */
    private static final int PAIRS_UNROLLED = 8;
    /** Positions in one turn of the loop over values; divides {@link KvLayout#BLOCK}. */
    private static final int VALUES_UNROLLED = 4;
    /** Bytes of a cache line, and how many lines of keys are fetched in one turn; all tiles' bytes are a multiple. */
    private static final int LINE = 64;

    private static final int LINES_UNROLLED = 4;
    /** Bytes of eight elements of a tile's values, as float16 and quantized. */
    private static final int VALUES_BYTES = 16 * KvLayout.TILE;

    private static final int QUANTIZED_VALUES_BYTES = 8 * KvLayout.TILE;

    /**
     * A float16's bits moved to a float32's place read as the number times 2⁻¹¹². Queries and weights have half of what is missing as a
     * factor, so that all products stay far from the ends of the range; the other half is made good at the end.
     */
    private static final float HALF_BIAS = 0x1p56f;
    /** The greatest element of a block that is taken as zeros. */
    private static final float LEAST_QUANTIZED = 1e-30f;

    private final Module module;
    private final Simd simd;
    /** By the type of keys and values, and then by the number of queries. */
    private final List<Function> attend = new ArrayList<>();

    AttentionKernels(Module module, Simd simd) {
        this.module = module;
        this.simd = simd;
        for (KvType type : KvType.values()) {
            for (int queries = 1; queries <= MOST_QUERIES; queries++) {
                attend.add(attend(type, queries));
            }
        }
    }

    /** The factor that weights have, so that the results of all types lack the same. */
    private static float weightFactor(KvType type) {
        return type == KvType.F16 ? HALF_BIAS : 1 / HALF_BIAS;
    }

    /** Eight float16 as float32, but for the bias. (From a half-word at a word's upper end: loads that widen cost more.) */
    private static V128Var[] float16Unscaled(Function f, V128 eight) {
        V128Var both = f.v128(eight);
        V128 zero = f.constant(V128.zero());
        V128 mask = f.constant(V128.i32x4(0x8fffe000));
        return new V128Var[] {
            f.v128(Simd.unpackLow16(zero, both).i32x4ShrS(3).and(mask)),
            f.v128(Simd.unpackHigh16(zero, both).i32x4ShrS(3).and(mask))
        };
    }

    /** Stores each of four lanes in a vector of its own. */
    private static void storeSplat(Function f, V128Var four, Ptr target, int offset, int step) {
        for (int lane = 0; lane < 4; lane++) {
            f.store(target, offset + lane * step, Simd.splatLane(four, lane));
        }
    }

    Function storeKv() {
        Kernel kernel = new Kernel(module, "store_kv");
        Function f = kernel.f;
        I32Var kvHeads = kernel.number(Command.KV_HEADS);
        I32Var headSize = kernel.number(Command.HEAD_SIZE);
        PtrVar key = kernel.pointer(Command.IN);
        PtrVar value = kernel.pointer(Command.OTHER);
        PtrVar keys = cache(f, kernel.command, Command.KEYS);
        PtrVar values = cache(f, kernel.command, Command.VALUES);
        I32Var kvType = kernel.number(Command.KV_TYPE);
        I32Var[] share = kernel.range(kernel.rows().times(kvHeads));
        I32Var i = f.i32();
        f.count(i, share[0], share[1], 1, () -> {
            I32Var position = f.i32(kernel.control().i32(Control.POSITION).plus(i.dividedBy(kvHeads)));
            I32Var head = f.i32(i.modulo(kvHeads));
            I32Var row = f.i32(position.modulo(I32.of(KvLayout.TILE)));
            I32Var block = f.i32(row.dividedBy(KvLayout.BLOCK));
            I32Var lane = f.i32(row.modulo(I32.of(KvLayout.BLOCK)));
            PtrVar keyIn = f.ptr(key.plus(i, headSize.times(4)));
            PtrVar valueIn = f.ptr(value.plus(i, headSize.times(4)));
            PtrVar keyOut = f.ptr();
            PtrVar valueOut = f.ptr();
            for (KvType type : KvType.values()) {
                f.ifTrue(kvType.eq(I32.of(type.ordinal())), () -> {
                    I32Var rowBytes = f.i32(rowBytes(type, headSize));
                    I32Var headBytes = f.i32(rowBytes.times(KvLayout.TILE));
                    I32Var slot = slot(f, kernel.command, position);
                    keyOut.set(tile(keys, kernel.command, slot)
                            .plus(head, headBytes)
                            .plus(block, rowBytes.times(KvLayout.BLOCK)));
                    valueOut.set(tile(values, kernel.command, slot).plus(head, headBytes));
                    switch (type) {
                        case F16 -> {
                            storeFloat16(
                                    f,
                                    keyIn,
                                    f.ptr(keyOut.plus(lane.times(2))),
                                    2 * KvLayout.BLOCK,
                                    16 * KvLayout.BLOCK,
                                    headSize);
                            storeFloat16(f, valueIn, f.ptr(valueOut.plus(row.times(16))), 2, VALUES_BYTES, headSize);
                        }
                        case Q8_0 -> {
                            storeQuantized(
                                    f,
                                    keyIn,
                                    f.ptr(keyOut.plus(lane.times(4))),
                                    f.ptr(keyOut.plus(lane.times(2)).plus(4 * KvLayout.BLOCK)),
                                    KvLayout.BLOCK * KvLayout.QUANTS_BYTES,
                                    element -> element / 2 * 2 * KvLayout.BLOCK + element % 2,
                                    headSize);
                            storeQuantized(
                                    f,
                                    valueIn,
                                    f.ptr(valueOut.plus(row.times(4))),
                                    f.ptr(valueOut.plus(row.times(8)).plus(4 * KvLayout.TILE)),
                                    KvLayout.TILE * KvLayout.QUANTS_BYTES,
                                    element -> element / 8 * QUANTIZED_VALUES_BYTES + element % 8,
                                    headSize);
                        }
                    }
                });
            }
        });
        return f;
    }

    /** Where a layer's keys, or values, begin. */
    private static PtrVar cache(Function f, PtrVar command, int field) {
        return f.ptr(f.address(0).ptr(Control.KV).plus(command.ptr(field)));
    }

    /** Number of the tile that holds a position. */
    private static I32Var slot(Function f, PtrVar command, I32 position) {
        return f.i32(position.dividedBy(KvLayout.TILE).modulo(command.i32(Command.RING)));
    }

    private static Ptr tile(PtrVar cache, PtrVar command, I32 slot) {
        return cache.plus(slot, command.i32(Command.TILE_STRIDE));
    }

    private static I32 rowBytes(KvType type, I32 headSize) {
        return switch (type) {
            case F16 -> headSize.times(2);
            case Q8_0 -> headSize.dividedBy(KvLayout.QUANTS).times(KvLayout.QUANTS_BYTES);
        };
    }

    /**
     * @param step bytes from an element's place to the next one's, of eight
     * @param nextEight bytes from the place of the first of these to that of the eighth after it
     */
    private static void storeFloat16(
            Function f, PtrVar source, PtrVar target, int step, int nextEight, I32Var headSize) {
        I32Var d = f.i32();
        f.count(d, I32.of(0), headSize, 8, () -> {
            for (int i = 0; i < 8; i++) {
                f.store16(target, i * step, toFloat16(f, source.f32(4 * i)));
            }
            source.advance(32);
            target.advance(nextEight);
        });
    }

    /**
     * Rounds to the nearest of 255 multiples of a scale.
     *
     * @param scales of the first scale
     * @param quants of the first element
     * @param blockBytes to the next scale
     * @param place bytes from the first element of a block to each
     */
    private static void storeQuantized(
            Function f,
            PtrVar source,
            PtrVar scales,
            PtrVar quants,
            int blockBytes,
            IntUnaryOperator place,
            I32Var headSize) {
        I32Var d = f.i32();
        f.count(d, I32.of(0), headSize, KvLayout.QUANTS, () -> {
            F32Var most = greatestOfBlock(f, source);
            f.store(scales, 0, most.times(F32.of(1f / Byte.MAX_VALUE)));
            V128Var factor = f.v128(V128.f32x4Splat(dividedBy(f, Byte.MAX_VALUE, most)));
            for (int i = 0; i < KvLayout.QUANTS; i += 4) {
                V128Var four = f.v128(
                        source.v128(4 * i).f32x4Mul(factor).f32x4Nearest().i32x4TruncSatF32x4S());
                for (int lane = 0; lane < 4; lane++) {
                    f.store8(quants, place.applyAsInt(i + lane), four.i32x4ExtractLane(lane));
                }
            }
            source.advance(4 * KvLayout.QUANTS);
            scales.advance(blockBytes);
            quants.advance(blockBytes);
        });
    }

    /** The greatest magnitude of the elements that share a scale. */
    private static F32Var greatestOfBlock(Function f, PtrVar source) {
        V128Var greatest = f.v128(V128.zero());
        for (int i = 0; i < KvLayout.QUANTS; i += 4) {
            greatest.set(greatest.f32x4Max(source.v128(4 * i).f32x4Abs()));
        }
        return f.f32(RowKernels.horizontal(f, greatest, V128::f32x4Max, F32::max));
    }

    /** 0 where the divisor is 0, or as good as: the quotient would not be finite. */
    private static F32Var dividedBy(Function f, float dividend, F32Var divisor) {
        F32Var quotient = f.f32(F32.of(0));
        f.ifTrue(
                divisor.gt(F32.of(LEAST_QUANTIZED)),
                () -> quotient.set(F32.of(dividend).dividedBy(divisor)));
        return quotient;
    }

    /** Rounded to nearest, ties to even; less than a normal float16 becomes 0, more than the greatest that. */
    private static I32 toFloat16(Function f, F32 value) {
        I32Var bits = f.i32(value.bits());
        I32Var magnitude = f.i32(bits.and(0x7fffffff));
        I32 rounded = magnitude.plus(0xfff).plus(magnitude.shrU(13).and(1)).shrU(13);
        I32Var half = f.i32(rounded.minus((127 - 15) << 10));
        half.set(I32.select(half.lt(I32.of(0x400)), I32.of(0), half.min(I32.of(0x7bff))));
        return half.or(bits.shrU(16).and(0x8000));
    }

    /**
     * Some queries of one KV head against positions {@code from} (a multiple of {@link KvLayout#TILE}) to {@code to}: leaves in
     * {@code result} for each the greatest score, the sum of weights and the weighted values, see {@link Scratch}. The last parameter says
     * whether keys and values come from beyond the caches.
     */
    private Function attend(KvType type, int queries) {
        Function f = module.function("attend_" + type + "_" + queries);
        PtrVar command = f.ptrParameter();
        PtrVar scratch = f.ptrParameter();
        PtrVar result = f.ptrParameter();
        I32Var firstQuery = f.i32Parameter();
        I32Var kvHead = f.i32Parameter();
        I32Var from = f.i32Parameter();
        I32Var to = f.i32Parameter();
        I32Var fetched = f.i32Parameter();

        I32Var headSize = f.i32(command.i32(Command.HEAD_SIZE));
        I32Var headBytes = f.i32(headSize.times(4));
        I32Var resultBytes = f.i32(headBytes.plus(Scratch.RESULT_HEADER));
        I32Var rowBytes = f.i32(rowBytes(type, headSize));
        I32Var cachedHead = f.i32(kvHead.times(rowBytes).times(KvLayout.TILE));
        PtrVar keys = cache(f, command, Command.KEYS);
        PtrVar values = cache(f, command, Command.VALUES);
        PtrVar scaledQueries = f.ptr(scratch.plus(Scratch.QUERIES));
        I32Var i = f.i32();

        PtrVar[] results = new PtrVar[queries];
        I32Var[] last = new I32Var[queries];
        for (int q = 0; q < queries; q++) {
            results[q] = f.ptr(q == 0 ? result : results[q - 1].plus(resultBytes));
            last[q] = prepare(
                    f,
                    command,
                    results[q],
                    f.ptr(scaledQueries.plus(16 * q)),
                    16 * queries,
                    firstQuery.plus(q),
                    kvHead,
                    type);
        }
        I32Var window = f.i32(command.i32(Command.WINDOW));
        F32Var softCap = f.f32(command.f32(Command.SOFT_CAP));
        I32Var read = f.i32(I32.of(0));
        I32Var tile = f.i32();
        f.count(tile, from, to, KvLayout.TILE, () -> {
            I32Var end = f.i32(tile.plus(KvLayout.TILE).min(to));
            I32Var slot = slot(f, command, tile);
            PtrVar tileKeys = f.ptr(tile(keys, command, slot).plus(cachedHead));
            f.ifTrue(I32.select(end.lt(to), fetched, I32.of(0)), () -> {
                I32Var next = slot(f, command, end);
                PtrVar nextKeys = f.ptr(tile(keys, command, next).plus(cachedHead));
                PtrVar nextValues = f.ptr(tile(values, command, next).plus(cachedHead));
                fetch(f, nextKeys, nextValues, rowBytes, read);
            });
            I32Var p = f.i32();
            f.count(p, tile, end, KvLayout.BLOCK, () -> {
                Ptr blockKeys = tileKeys.plus(p.minus(tile), rowBytes);
                V128Var[][] scores =
                        switch (type) {
                            case F16 -> scores(f, blockKeys, scaledQueries, headSize, queries);
                            case Q8_0 -> quantizedScores(f, blockKeys, scaledQueries, headSize, queries);
                        };
                PtrVar target = f.ptr(scratch.plus(p.minus(tile).times(4)));
                for (int half = 0; half < 2; half++) {
                    V128Var positions = f.v128(V128.i32x4Splat(p)
                            .i32x4Add(f.constant(V128.i32x4(4 * half, 4 * half + 1, 4 * half + 2, 4 * half + 3))));
                    for (int q = 0; q < queries; q++) {
                        V128Var score = scores[q][half];
                        if (type == KvType.F16) {
                            score.set(score.f32x4Mul(f.constant(V128.f32x4(HALF_BIAS))));
                        }
                        f.ifTrue(
                                softCap.ne(F32.of(0)),
                                () -> score.set(simd.softCap(f, score, V128.f32x4Splat(softCap))));
                        V128 seen = positions
                                .i32x4LeS(V128.i32x4Splat(last[q]))
                                .and(positions.i32x4GtS(V128.i32x4Splat(last[q].minus(window))));
                        f.store(
                                target,
                                4 * KvLayout.TILE * q + 16 * half,
                                seen.select(score, f.constant(V128.f32x4(LEAST))));
                    }
                }
            });
            I32Var scoresBytes = f.i32(end.minus(tile)
                    .plus(KvLayout.BLOCK - 1)
                    .and(-KvLayout.BLOCK)
                    .times(4));
            F32Var[] decay = new F32Var[queries];
            for (int q = 0; q < queries; q++) {
                decay[q] = weights(f, scratch, q, queries, scoresBytes, results[q], weightFactor(type), i);
            }
            PtrVar tileValues = f.ptr(tile(values, command, slot).plus(cachedHead));
            accumulate(f, type, tileValues, scoresBytes, headSize, scratch, results, decay);
        });
        f.store(result, Scratch.READ, read);
        return f;
    }

    /**
     * Reads a word of each cache line of the next tile, all at once: their ways from memory overlap, which those of loads between computations
     * do not, as there is no instruction that fetches without waiting.
     */
    private static void fetch(Function f, PtrVar keys, PtrVar values, I32Var rowBytes, I32Var read) {
        PtrVar end = f.ptr(keys.plus(rowBytes.times(KvLayout.TILE)));
        f.doWhile(
                () -> {
                    for (int line = 0; line < LINES_UNROLLED; line++) {
                        read.set(read.plus(keys.i32(LINE * line)).plus(values.i32(LINE * line)));
                    }
                    keys.advance(LINE * LINES_UNROLLED);
                    values.advance(LINE * LINES_UNROLLED);
                },
                () -> keys.lt(end));
    }

    /**
     * Scales one query, empties its result, and gives its position.
     *
     * @param target its first place among the queries'
     * @param step bytes from one place to the next
     */
    private I32Var prepare(
            Function f, PtrVar command, PtrVar result, PtrVar target, int step, I32 index, I32Var kvHead, KvType type) {
        I32Var query = f.i32(index);
        I32Var heads = f.i32(command.i32(Command.HEADS));
        I32Var group = f.i32(heads.dividedBy(command.i32(Command.KV_HEADS)));
        I32Var token = f.i32(query.dividedBy(group));
        I32Var headSize = f.i32(command.i32(Command.HEAD_SIZE));
        I32 head = kvHead.times(group).plus(query.modulo(group));
        PtrVar source = f.ptr(command.ptr(Command.IN).plus(token.times(heads).plus(head), headSize.times(4)));
        F32Var scale = f.f32(command.f32(Command.SCALE));
        f.store(result, Scratch.MAXIMUM, F32.of(LEAST));
        f.store(result, Scratch.SUM, F32.of(0));
        PtrVar out = f.ptr(result.plus(Scratch.RESULT_HEADER));
        I32Var d = f.i32();
        f.count(d, I32.of(0), headSize, 4, () -> {
            f.store(out, 0, V128.zero());
            out.advance(16);
        });
        switch (type) {
            case F16 -> {
                V128Var factor = f.v128(V128.f32x4Splat(scale.times(F32.of(HALF_BIAS))));
                f.count(d, I32.of(0), headSize, 4, () -> {
                    storeSplat(f, f.v128(source.v128(0).f32x4Mul(factor)), target, 0, step);
                    source.advance(16);
                    target.advance(4 * step);
                });
            }
            case Q8_0 ->
                f.count(d, I32.of(0), headSize, KvLayout.QUANTS, () -> {
                    F32Var most = greatestOfBlock(f, source);
                    V128Var factor = f.v128(V128.f32x4Splat(dividedBy(f, Short.MAX_VALUE, most)));
                    for (int i = 0; i < KvLayout.QUANTS; i += 4) {
                        V128Var four = f.v128(source.v128(4 * i)
                                .f32x4Mul(factor)
                                .f32x4Nearest()
                                .i32x4TruncSatF32x4S());
                        V128Var pairs = f.v128(four.i16x8NarrowI32x4S(four));
                        f.store(target, 0, V128.i32x4Splat(pairs.i32x4ExtractLane(0)));
                        f.store(target, step, V128.i32x4Splat(pairs.i32x4ExtractLane(1)));
                        target.advance(2 * step);
                    }
                    f.store(target, 0, V128.f32x4Splat(most.times(scale).times(F32.of(1f / Short.MAX_VALUE))));
                    source.advance(4 * KvLayout.QUANTS);
                    target.advance(step);
                });
        }
        return f.i32(f.address(0).i32(Control.POSITION).plus(token));
    }

    /** Scores of eight positions, without the second half of the bias. */
    private V128Var[][] scores(Function f, Ptr keys, PtrVar scaledQueries, I32Var headSize, int queries) {
        V128Var[][] scores = new V128Var[queries][2];
        for (V128Var[] halves : scores) {
            halves[0] = f.v128(V128.zero());
            halves[1] = f.v128(V128.zero());
        }
        PtrVar key = f.ptr(keys);
        PtrVar query = f.ptr(scaledQueries);
        PtrVar end = f.ptr(query.plus(headSize.times(16 * queries)));
        f.doWhile(
                () -> {
                    for (int d = 0; d < ELEMENTS_UNROLLED; d++) {
                        V128Var[] halves = float16Unscaled(f, key.v128(16 * d));
                        for (int q = 0; q < queries; q++) {
                            V128Var x = f.v128(query.v128(16 * (queries * d + q)));
                            scores[q][0].set(simd.multiplyAdd(halves[0], x, scores[q][0]));
                            scores[q][1].set(simd.multiplyAdd(halves[1], x, scores[q][1]));
                        }
                    }
                    key.advance(16 * ELEMENTS_UNROLLED);
                    query.advance(16 * queries * ELEMENTS_UNROLLED);
                },
                () -> query.lt(end));
        return scores;
    }

    /**
     * The same for quantized keys: sums of products of integers, as queries have 16 bits with a scale for each block, too. Pairs of elements lie
     * together in both.
     */
    private V128Var[][] quantizedScores(Function f, Ptr keys, PtrVar scaledQueries, I32Var headSize, int queries) {
        V128Var[][] scores = new V128Var[queries][2];
        V128Var[][] sums = new V128Var[queries][2];
        for (int q = 0; q < queries; q++) {
            for (int half = 0; half < 2; half++) {
                scores[q][half] = f.v128(V128.zero());
                sums[q][half] = f.v128();
            }
        }
        PtrVar key = f.ptr(keys);
        PtrVar scales = f.ptr();
        PtrVar blockEnd = f.ptr();
        PtrVar query = f.ptr(scaledQueries);
        I32Var blocks = f.i32(headSize.dividedBy(KvLayout.QUANTS));
        f.doWhile(
                () -> {
                    for (V128Var[] halves : sums) {
                        halves[0].set(V128.zero());
                        halves[1].set(V128.zero());
                    }
                    scales.set(key);
                    key.advance(4 * KvLayout.BLOCK);
                    blockEnd.set(key.plus(KvLayout.BLOCK * KvLayout.QUANTS));
                    f.doWhile(
                            () -> {
                                for (int pair = 0; pair < PAIRS_UNROLLED; pair++) {
                                    V128Var low = f.v128(key.load8x8S(2 * KvLayout.BLOCK * pair));
                                    V128Var high = f.v128(key.load8x8S(2 * KvLayout.BLOCK * pair + 8));
                                    for (int q = 0; q < queries; q++) {
                                        V128Var x = f.v128(query.v128(16 * (queries * pair + q)));
                                        sums[q][0].set(sums[q][0].i32x4Add(low.i32x4DotI16x8S(x)));
                                        sums[q][1].set(sums[q][1].i32x4Add(high.i32x4DotI16x8S(x)));
                                    }
                                }
                                key.advance(2 * KvLayout.BLOCK * PAIRS_UNROLLED);
                                query.advance(16 * queries * PAIRS_UNROLLED);
                            },
                            () -> key.lt(blockEnd));
                    for (int half = 0; half < 2; half++) {
                        V128Var scale = f.v128(scales.v128(16 * half));
                        for (int q = 0; q < queries; q++) {
                            V128 sum = sums[q][half].f32x4ConvertI32x4S().f32x4Mul(query.v128(16 * q));
                            scores[q][half].set(simd.multiplyAdd(sum, scale, scores[q][half]));
                        }
                    }
                    query.advance(16 * queries);
                    blocks.set(blocks.minus(1));
                },
                () -> blocks);
        return scores;
    }

    /** Turns a tile's scores into weights, and gives the factor for what was weighted before. */
    private F32Var weights(
            Function f, PtrVar scratch, int query, int queries, I32Var bytes, PtrVar result, float factor, I32Var i) {
        PtrVar scores = f.ptr(scratch.plus(4 * KvLayout.TILE * query));
        V128Var greatest = f.v128(V128.f32x4Splat(result.f32(Scratch.MAXIMUM)));
        f.count(
                i,
                I32.of(0),
                bytes,
                16,
                () -> greatest.set(greatest.f32x4Max(scores.plus(i).v128(0))));
        F32Var maximum = f.f32(RowKernels.horizontal(f, greatest, V128::f32x4Max, F32::max));
        V128Var maxima = f.v128(V128.f32x4Splat(maximum));
        V128Var sums = f.v128(V128.zero());
        f.count(i, I32.of(0), bytes, 16, () -> {
            V128Var weight = f.v128(simd.exp(f, scores.plus(i).v128(0).f32x4Sub(maxima)));
            sums.set(sums.f32x4Add(weight));
            V128Var scaled = f.v128(weight.f32x4Mul(f.constant(V128.f32x4(factor))));
            storeSplat(f, scaled, scratch.plus(i, 4 * queries), Scratch.WEIGHTS + 16 * query, 16 * queries);
        });
        V128 change = simd.exp(f, V128.f32x4Splat(result.f32(Scratch.MAXIMUM)).f32x4Sub(maxima));
        F32Var decay = f.f32(change.f32x4ExtractLane(0));
        F32 sum = RowKernels.horizontal(f, sums, V128::f32x4Add, F32::plus);
        f.store(result, Scratch.SUM, result.f32(Scratch.SUM).times(decay).plus(sum));
        f.store(result, Scratch.MAXIMUM, maximum);
        return decay;
    }

    /** Adds a tile's weighted values to the results; those past the last position up to a whole block have weights next to nothing. */
    private void accumulate(
            Function f,
            KvType type,
            PtrVar values,
            I32 weightBytes,
            I32Var headSize,
            PtrVar scratch,
            PtrVar[] results,
            F32Var[] decay) {
        PtrVar scale = f.ptr();
        PtrVar weights = f.ptr(scratch.plus(Scratch.WEIGHTS));
        PtrVar weightsEnd = f.ptr(weights.plus(weightBytes, 4 * results.length));
        PtrVar weight = f.ptr();
        PtrVar value = f.ptr();
        I32Var d = f.i32();
        f.count(d, I32.of(0), headSize, 8, () -> {
            V128Var[][] sums = new V128Var[results.length][2];
            for (int q = 0; q < results.length; q++) {
                PtrVar sum = f.ptr(results[q].plus(d.times(4)));
                for (int half = 0; half < 2; half++) {
                    sums[q][half] =
                            f.v128(sum.v128(Scratch.RESULT_HEADER + 16 * half).f32x4Mul(V128.f32x4Splat(decay[q])));
                }
            }
            if (type == KvType.F16) {
                value.set(values.plus(d.times(VALUES_BYTES / 8)));
            } else {
                scale.set(values.plus(d.dividedBy(KvLayout.QUANTS), KvLayout.TILE * KvLayout.QUANTS_BYTES));
                value.set(scale.plus(d.and(KvLayout.QUANTS - 1).times(QUANTIZED_VALUES_BYTES / 8))
                        .plus(4 * KvLayout.TILE));
            }
            weight.set(weights);
            f.doWhile(
                    () -> {
                        for (int p = 0; p < VALUES_UNROLLED; p++) {
                            V128Var[] halves = type == KvType.F16
                                    ? float16Unscaled(f, value.v128(16 * p))
                                    : quantizedHalves(f, value.load8x8S(8 * p), scale.splat32(4 * p));
                            V128Var low = halves[0];
                            V128Var high = halves[1];
                            for (int q = 0; q < results.length; q++) {
                                V128Var w = f.v128(weight.v128(16 * (results.length * p + q)));
                                sums[q][0].set(simd.multiplyAdd(low, w, sums[q][0]));
                                sums[q][1].set(simd.multiplyAdd(high, w, sums[q][1]));
                            }
                        }
                        value.advance((type == KvType.F16 ? 16 : 8) * VALUES_UNROLLED);
                        if (type == KvType.Q8_0) {
                            scale.advance(4 * VALUES_UNROLLED);
                        }
                        weight.advance(16 * results.length * VALUES_UNROLLED);
                    },
                    () -> weight.lt(weightsEnd));
            for (int q = 0; q < results.length; q++) {
                PtrVar sum = f.ptr(results[q].plus(d.times(4)));
                for (int half = 0; half < 2; half++) {
                    f.store(sum, Scratch.RESULT_HEADER + 16 * half, sums[q][half]);
                }
            }
        });
    }

    private static V128Var[] quantizedHalves(Function f, V128 quants, V128 scale) {
        V128Var factor = f.v128(scale);
        V128Var eight = f.v128(quants);
        return new V128Var[] {
            f.v128(eight.i32x4ExtendLowI16x8S().f32x4ConvertI32x4S().f32x4Mul(factor)),
            f.v128(eight.i32x4ExtendHighI16x8S().f32x4ConvertI32x4S().f32x4Mul(factor))
        };
    }

    /**
     * Results lie at {@link Command#OTHER}, for each token, each share of its positions and each head. Chunks are KV heads, or shares of one
     * where there are more chunks than these.
     */
    Function attendEach() {
        Kernel kernel = new Kernel(module, "attend_each");
        Function f = kernel.f;
        I32Var heads = kernel.number(Command.HEADS);
        I32Var kvHeads = kernel.number(Command.KV_HEADS);
        I32Var group = f.i32(heads.dividedBy(kvHeads));
        I32Var shares = f.i32(kernel.chunks().dividedBy(kvHeads));
        I32Var kvHead = f.i32(kernel.chunk.dividedBy(shares));
        I32Var shareOfPositions = f.i32(kernel.chunk.modulo(shares));
        I32Var window = kernel.number(Command.WINDOW);
        I32Var rows = kernel.rows();
        PtrVar scratch = kernel.scratch();
        I32Var resultBytes =
                f.i32(kernel.command.i32(Command.HEAD_SIZE).times(4).plus(Scratch.RESULT_HEADER));
        I32Var token = f.i32();
        I32Var query = f.i32();
        f.count(token, I32.of(0), rows, 1, () -> {
            I32Var end =
                    f.i32(kernel.control().i32(Control.POSITION).plus(token).plus(1));
            I32Var first = f.i32(end.minus(window).max(I32.of(0)).and(-KvLayout.TILE));
            I32Var tiles = f.i32(end.minus(first).plus(KvLayout.TILE - 1).dividedBy(KvLayout.TILE));
            I32Var[] share = Kernel.range(f, tiles, shareOfPositions, shares);
            I32Var from = f.i32(first.plus(share[0].times(KvLayout.TILE)));
            I32Var to = f.i32(first.plus(share[1].times(KvLayout.TILE)).min(end));
            I32 part = token.times(shares).plus(shareOfPositions).times(heads);
            PtrVar results = f.ptr(kernel.pointer(Command.OTHER).plus(part, resultBytes));
            f.count(query, I32.of(0), group, MOST_QUERIES, () -> {
                I32Var count = f.i32(group.minus(query).min(I32.of(MOST_QUERIES)));
                PtrVar result = f.ptr(results.plus(kvHead.times(group).plus(query), resultBytes));
                I32 index = token.times(group).plus(query);
                dispatch(f, count, kernel.command, scratch, result, index, kvHead, from, to, true);
            });
        });
        return f;
    }

    private void dispatch(
            Function f,
            I32Var count,
            PtrVar command,
            PtrVar scratch,
            PtrVar result,
            I32 firstQuery,
            I32Var kvHead,
            I32Var from,
            I32Var to,
            boolean fetched) {
        List<Runnable> cases = new ArrayList<>();
        for (Function queries : attend) {
            cases.add(() ->
                    f.call(queries, command, scratch, result, firstQuery, kvHead, from, to, I32.of(fetched ? 1 : 0)));
        }
        f.dispatch(command.i32(Command.KV_TYPE).times(MOST_QUERIES).plus(count).minus(1), cases);
    }

    Function combine() {
        Kernel kernel = new Kernel(module, "combine");
        Function f = kernel.f;
        I32Var heads = kernel.number(Command.HEADS);
        I32Var headSize = kernel.number(Command.HEAD_SIZE);
        I32Var resultBytes = f.i32(headSize.times(4).plus(Scratch.RESULT_HEADER));
        PtrVar results = kernel.pointer(Command.OTHER);
        PtrVar out = kernel.pointer(Command.OUT);
        I32Var shares = kernel.number(Command.SHARES);
        I32Var[] share = kernel.range(kernel.rows().times(heads));
        I32Var i = f.i32();
        I32Var t = f.i32();
        I32Var d = f.i32();
        f.count(i, share[0], share[1], 1, () -> {
            I32Var token = f.i32(i.dividedBy(heads));
            I32 head = i.minus(token.times(heads));
            PtrVar first = f.ptr(results.plus(token.times(shares).times(heads).plus(head), resultBytes));
            PtrVar target = f.ptr(out.plus(i, headSize.times(4)));
            I32Var stride = f.i32(heads.times(resultBytes));
            F32Var maximum = f.f32(F32.of(LEAST));
            f.count(
                    t,
                    I32.of(0),
                    shares,
                    1,
                    () -> maximum.set(maximum.max(first.plus(t, stride).f32(Scratch.MAXIMUM))));
            F32Var sum = f.f32(F32.of(0));
            f.count(t, I32.of(0), shares, 1, () -> {
                PtrVar part = f.ptr(first.plus(t, stride));
                V128Var factor = f.v128(
                        simd.exp(f, V128.f32x4Splat(part.f32(Scratch.MAXIMUM).minus(maximum))));
                F32Var scalar = f.f32(factor.f32x4ExtractLane(0));
                sum.set(sum.plus(part.f32(Scratch.SUM).times(scalar)));
                f.count(d, I32.of(0), headSize, 4, () -> {
                    V128Var term = f.v128(
                            part.plus(d.times(4)).v128(Scratch.RESULT_HEADER).f32x4Mul(factor));
                    PtrVar at = f.ptr(target.plus(d.times(4)));
                    f.ifTrue(t.ne(I32.of(0)), () -> term.set(term.f32x4Add(at.v128(0))));
                    f.store(at, 0, term);
                });
            });
            normalize(f, target, target, sum, headSize, d);
        });
        return f;
    }

    /** {@code target = source / sum}, and the second half of the bias. */
    private static void normalize(Function f, PtrVar source, PtrVar target, F32 sum, I32Var headSize, I32Var d) {
        V128Var factor = f.v128(V128.f32x4Splat(F32.of(HALF_BIAS).dividedBy(sum)));
        f.count(
                d,
                I32.of(0),
                headSize,
                4,
                () -> f.store(
                        target.plus(d.times(4)),
                        0,
                        source.plus(d.times(4)).v128(0).f32x4Mul(factor)));
    }

    Function attendBatch() {
        Kernel kernel = new Kernel(module, "attend_batch");
        Function f = kernel.f;
        I32Var heads = kernel.number(Command.HEADS);
        I32Var kvHeads = kernel.number(Command.KV_HEADS);
        I32Var headSize = kernel.number(Command.HEAD_SIZE);
        I32Var window = kernel.number(Command.WINDOW);
        I32Var position = f.i32(kernel.control().i32(Control.POSITION));
        I32Var group = f.i32(heads.dividedBy(kvHeads));
        I32Var queries = f.i32(kernel.rows().times(group));
        I32Var tiles = f.i32(queries.plus(MOST_QUERIES - 1).dividedBy(MOST_QUERIES));
        I32Var items = f.i32(tiles.times(kvHeads));
        I32Var chunks = f.i32(kernel.chunks());
        I32Var resultBytes = f.i32(headSize.times(4).plus(Scratch.RESULT_HEADER));
        PtrVar scratch = kernel.scratch();
        PtrVar results = f.ptr(scratch.plus(Scratch.QUERIES).plus(headSize, Scratch.queriesBytes(1)));
        PtrVar out = kernel.pointer(Command.OUT);
        I32Var item = f.i32(kernel.chunk);
        I32Var i = f.i32();
        I32Var d = f.i32();
        f.whileTrue(item.lt(items), () -> {
            I32Var kvHead = f.i32(item.modulo(kvHeads));
            I32Var first = f.i32(item.dividedBy(kvHeads).times(MOST_QUERIES));
            I32Var count = f.i32(queries.minus(first).min(I32.of(MOST_QUERIES)));
            I32 oldest = position.plus(first.dividedBy(group)).plus(1).minus(window);
            I32Var from = f.i32(oldest.max(I32.of(0)).and(-KvLayout.TILE));
            I32Var to = f.i32(
                    position.plus(first.plus(count).minus(1).dividedBy(group)).plus(1));
            dispatch(f, count, kernel.command, scratch, results, first, kvHead, from, to, false);
            f.count(i, I32.of(0), count, 1, () -> {
                I32Var query = f.i32(first.plus(i));
                PtrVar result = f.ptr(results.plus(i, resultBytes));
                I32 head = query.dividedBy(group)
                        .times(heads)
                        .plus(kvHead.times(group))
                        .plus(query.modulo(group));
                PtrVar target = f.ptr(out.plus(head, headSize.times(4)));
                PtrVar source = f.ptr(result.plus(Scratch.RESULT_HEADER));
                normalize(f, source, target, result.f32(Scratch.SUM), headSize, d);
            });
            item.set(item.plus(chunks));
        });
        return f;
    }
}
