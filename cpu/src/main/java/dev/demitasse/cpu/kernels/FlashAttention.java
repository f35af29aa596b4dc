package dev.demitasse.cpu.kernels;

import dev.demitasse.cpu.layout.CacheLine;
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
import dev.demitasse.cpu.wasm.PtrVar;
import dev.demitasse.cpu.wasm.V128;
import dev.demitasse.cpu.wasm.V128Var;

/**
 * Attention of some queries of one KV head over a range of positions: a tile of positions at a time, with a running maximum (Dao et al.
 * 2022, "FlashAttention"). Each key and value is unpacked once for all queries. The function's parameters are
 *
 * <ul>
 *   <li>{@code command}, {@code scratch}: addresses of the command and of the thread's scratch memory
 *   <li>{@code result}: where the queries' results go, each in the form that {@link Scratch} describes
 *   <li>{@code firstQuery}: index of the first query among those that read the KV head, {@code [token][head of the group]}
 *   <li>{@code kvHead}
 *   <li>{@code from}, {@code to}: the positions; {@code from} is a multiple of {@link KvLayout#TILE}
 *   <li>{@code prefetch}: 1 if keys and values are likely not in the processor's caches, else 0
 * </ul>
 */
final class FlashAttention {
    /** Maximum number of queries of a function. */
    static final int MAX_QUERIES = 4;
    /** The score of a position that a query doesn't see: its weight is about 1e-38. */
    static final float MASKED_SCORE = -3e38f;

    /** Positions in one iteration over values; divides {@link KvLayout#POSITION_BLOCK}. */
    private static final int VALUES_UNROLLED = 4;
    /** Cache lines that are prefetched in one iteration; the bytes of every tile are a multiple. */
    private static final int LINES_UNROLLED = 4;

    private final Simd simd;
    private final KvFormat format;
    private final int queries;
    private final Function f;
    private final StructPtr command;
    private final PtrVar scratch;
    private final PtrVar result;
    private final I32Var firstQuery;
    private final I32Var kvHead;
    private final I32Var from;
    private final I32Var to;
    private final I32Var prefetch;

    private final I32Var headSize;
    private final I32Var resultBytes;
    private final I32Var rowBytes;
    /** Bytes from the start of a tile to the KV head. */
    private final I32Var headOffset;

    private final CacheLayer layer;
    private final PtrVar storedQueries;
    private final I32Var i;
    private final PtrVar[] results;

    private FlashAttention(Module module, Simd simd, KvFormat format, int queries) {
        this.simd = simd;
        this.format = format;
        this.queries = queries;
        f = module.function("attention_" + format.type + "_" + queries);
        command = new StructPtr(f.ptrParameter());
        scratch = f.ptrParameter();
        result = f.ptrParameter();
        firstQuery = f.i32Parameter();
        kvHead = f.i32Parameter();
        from = f.i32Parameter();
        to = f.i32Parameter();
        prefetch = f.i32Parameter();

        headSize = f.i32(command.i32(Command.HEAD_SIZE));
        I32Var headBytes = f.i32(headSize.times(4));
        resultBytes = f.i32(headBytes.plus(Scratch.RESULT_HEADER));
        rowBytes = f.i32(format.rowBytes(headSize));
        headOffset = f.i32(kvHead.times(rowBytes).times(KvLayout.TILE));
        layer = new CacheLayer(f, command);
        storedQueries = f.ptr(scratch.plus(Scratch.QUERIES));
        i = f.i32();
        results = new PtrVar[queries];
    }

    /**
     * Builds the function for a KV format.
     *
     * @param queries number of queries, up to {@link #MAX_QUERIES}
     */
    static Function build(Module module, Simd simd, KvFormat format, int queries) {
        return new FlashAttention(module, simd, format, queries).build();
    }

    private Function build() {
        I32Var[] positions = new I32Var[queries];
        for (int q = 0; q < queries; q++) {
            results[q] = f.ptr(q == 0 ? result : results[q - 1].plus(resultBytes));
            positions[q] = prepareQuery(q);
        }
        I32Var window = f.i32(command.i32(Command.WINDOW));
        F32Var softCap = f.f32(command.f32(Command.SOFT_CAP));
        I32Var sink = f.i32(I32.of(0));
        I32Var tile = f.i32();
        f.count(tile, from, to, KvLayout.TILE, () -> {
            I32Var end = f.i32(tile.plus(KvLayout.TILE).min(to));
            I32Var slot = layer.slot(tile);
            PtrVar keys = f.ptr(layer.keys(slot).plus(headOffset));
            f.ifTrue(I32.select(end.lt(to), prefetch, I32.of(0)), () -> prefetch(layer.slot(end), sink));
            I32Var position = f.i32();
            f.count(position, tile, end, KvLayout.POSITION_BLOCK, () -> {
                I32 row = position.minus(tile);
                V128Var[][] scores = format.scores(f, keys.plus(row, rowBytes), storedQueries, headSize, queries);
                PtrVar target = f.ptr(scratch.plus(position.minus(tile).times(4)));
                for (int half = 0; half < 2; half++) {
                    storeScores(scores, half, position, positions, window, softCap, target);
                }
            });
            I32Var scoresBytes = f.i32(end.minus(tile)
                    .plus(KvLayout.POSITION_BLOCK - 1)
                    .and(-KvLayout.POSITION_BLOCK)
                    .times(4));
            F32Var[] decay = new F32Var[queries];
            for (int q = 0; q < queries; q++) {
                decay[q] = storeWeights(q, scoresBytes);
            }
            accumulate(f.ptr(layer.values(slot).plus(headOffset)), scoresBytes, decay);
        });
        f.store(result, Scratch.PREFETCH_SINK, sink);
        return f;
    }

    /** Stores one query in scratch memory, clears its result, and returns its position. */
    private I32Var prepareQuery(int q) {
        PtrVar target = f.ptr(storedQueries.plus(16 * q));
        I32Var query = f.i32(firstQuery.plus(q));
        I32Var heads = f.i32(command.i32(Command.HEADS));
        I32Var group = f.i32(heads.dividedBy(command.i32(Command.KV_HEADS)));
        I32Var token = f.i32(query.dividedBy(group));
        I32Var queryHeadSize = f.i32(command.i32(Command.HEAD_SIZE));
        I32 head = kvHead.times(group).plus(query.modulo(group));
        PtrVar source = f.ptr(command.ptr(Command.IN).plus(token.times(heads).plus(head), queryHeadSize.times(4)));
        F32Var scale = f.f32(command.f32(Command.SCALE));
        f.store(results[q], Scratch.MAXIMUM, F32.of(MASKED_SCORE));
        f.store(results[q], Scratch.SUM, F32.of(0));
        PtrVar out = f.ptr(results[q].plus(Scratch.RESULT_HEADER));
        I32Var d = f.i32();
        f.count(d, I32.of(0), queryHeadSize, 4, () -> {
            f.store(out, 0, V128.zero());
            out.advance(16);
        });
        format.storeQuery(f, source, target, 16 * queries, scale, queryHeadSize, d);
        return f.i32(Kernel.control(f).i32(Control.POSITION).plus(token));
    }

    /**
     * Reads a word of each cache line of a tile. WebAssembly has no prefetch instruction; loads in a row overlap on their way from memory,
     * which loads between computations don't.
     *
     * @param sink receives the sum of all words, so that V8 doesn't eliminate the loads
     */
    private void prefetch(I32Var slot, I32Var sink) {
        PtrVar keys = f.ptr(layer.keys(slot).plus(headOffset));
        PtrVar values = f.ptr(layer.values(slot).plus(headOffset));
        PtrVar end = f.ptr(keys.plus(rowBytes.times(KvLayout.TILE)));
        f.doWhile(
                () -> {
                    for (int line = 0; line < LINES_UNROLLED; line++) {
                        sink.set(sink.plus(keys.i32(CacheLine.BYTES * line)).plus(values.i32(CacheLine.BYTES * line)));
                    }
                    keys.advance(CacheLine.BYTES * LINES_UNROLLED);
                    values.advance(CacheLine.BYTES * LINES_UNROLLED);
                },
                () -> keys.lt(end));
    }

    /**
     * Caps the scores of four positions, masks those that a query doesn't see, and stores them.
     *
     * @param scores {@code [query][half]}
     * @param position the first of the block's eight
     * @param queryPositions the position of each query
     */
    private void storeScores(
            V128Var[][] scores,
            int half,
            I32Var position,
            I32Var[] queryPositions,
            I32Var window,
            F32Var softCap,
            PtrVar target) {
        V128Var four = f.v128(V128.i32x4Splat(position)
                .i32x4Add(f.constant(V128.i32x4(4 * half, 4 * half + 1, 4 * half + 2, 4 * half + 3))));
        for (int q = 0; q < queries; q++) {
            V128Var score = scores[q][half];
            if (format.scoreFactor() != 1) {
                score.set(score.f32x4Mul(f.constant(V128.f32x4(format.scoreFactor()))));
            }
            f.ifTrue(softCap.ne(F32.of(0)), () -> score.set(simd.softCap(f, score, V128.f32x4Splat(softCap))));
            V128 seen = four.i32x4LeS(V128.i32x4Splat(queryPositions[q]))
                    .and(four.i32x4GtS(V128.i32x4Splat(queryPositions[q].minus(window))));
            V128 masked = seen.select(score, f.constant(V128.f32x4(MASKED_SCORE)));
            f.store(target, 4 * KvLayout.TILE * q + 16 * half, masked);
        }
    }

    /**
     * Turns one query's scores of a tile into weights, and stores these.
     *
     * @param scoresBytes bytes of the tile's scores
     * @return the factor for all that was accumulated before
     */
    private F32Var storeWeights(int q, I32Var scoresBytes) {
        PtrVar scores = f.ptr(scratch.plus(4 * KvLayout.TILE * q));
        V128Var maxima = f.v128(V128.f32x4Splat(results[q].f32(Scratch.MAXIMUM)));
        f.count(
                i,
                I32.of(0),
                scoresBytes,
                16,
                () -> maxima.set(maxima.f32x4Max(scores.plus(i).v128(0))));
        F32Var maximum = f.f32(Simd.horizontal(f, maxima, V128::f32x4Max, F32::max));
        V128Var subtrahend = f.v128(V128.f32x4Splat(maximum));
        V128Var sums = f.v128(V128.zero());
        f.count(i, I32.of(0), scoresBytes, 16, () -> {
            V128Var weight = f.v128(simd.exp(f, scores.plus(i).v128(0).f32x4Sub(subtrahend)));
            sums.set(sums.f32x4Add(weight));
            V128Var scaled = f.v128(weight.f32x4Mul(f.constant(V128.f32x4(format.weightFactor()))));
            Simd.storeLanes(f, scaled, scratch.plus(i, 4 * queries), Scratch.WEIGHTS + 16 * q, 16 * queries);
        });
        V128 change =
                simd.exp(f, V128.f32x4Splat(results[q].f32(Scratch.MAXIMUM)).f32x4Sub(subtrahend));
        F32Var decay = f.f32(change.f32x4ExtractLane(0));
        F32 sum = Simd.horizontal(f, sums, V128::f32x4Add, F32::plus);
        f.store(
                results[q],
                Scratch.SUM,
                results[q].f32(Scratch.SUM).times(decay).plus(sum));
        f.store(results[q], Scratch.MAXIMUM, maximum);
        return decay;
    }

    /**
     * Adds a tile's weighted values to the results. Positions past the last one, up to a whole block, were masked: their weights are about
     * 1e-38.
     */
    private void accumulate(PtrVar values, I32 scoresBytes, F32Var[] decay) {
        KvFormat.ValueReader value = format.values(f, values);
        PtrVar weights = f.ptr(scratch.plus(Scratch.WEIGHTS));
        PtrVar weightsEnd = f.ptr(weights.plus(scoresBytes, 4 * queries));
        PtrVar weight = f.ptr();
        I32Var d = f.i32();
        f.count(d, I32.of(0), headSize, 8, () -> {
            V128Var[][] sums = new V128Var[queries][2];
            for (int q = 0; q < queries; q++) {
                PtrVar sum = f.ptr(results[q].plus(d.times(4)));
                for (int half = 0; half < 2; half++) {
                    sums[q][half] =
                            f.v128(sum.v128(Scratch.RESULT_HEADER + 16 * half).f32x4Mul(V128.f32x4Splat(decay[q])));
                }
            }
            value.seek(d);
            weight.set(weights);
            f.doWhile(
                    () -> {
                        for (int p = 0; p < VALUES_UNROLLED; p++) {
                            V128Var[] halves = value.load(p);
                            for (int q = 0; q < queries; q++) {
                                V128Var w = f.v128(weight.v128(16 * (queries * p + q)));
                                sums[q][0].set(simd.multiplyAdd(halves[0], w, sums[q][0]));
                                sums[q][1].set(simd.multiplyAdd(halves[1], w, sums[q][1]));
                            }
                        }
                        value.advance(VALUES_UNROLLED);
                        weight.advance(16 * queries * VALUES_UNROLLED);
                    },
                    () -> weight.lt(weightsEnd));
            for (int q = 0; q < queries; q++) {
                PtrVar sum = f.ptr(results[q].plus(d.times(4)));
                for (int half = 0; half < 2; half++) {
                    f.store(sum, Scratch.RESULT_HEADER + 16 * half, sums[q][half]);
                }
            }
        });
    }
}
