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
import dev.demitasse.cpu.wasm.PtrVar;
import dev.demitasse.cpu.wasm.V128;
import dev.demitasse.cpu.wasm.V128Var;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention over the KV cache. Up to four queries that read the same KV head are computed together: the heads of a group and, in prefill,
 * the tokens, too. In decode, chunks are KV heads and, if these are few, splits of the positions (Dao et al. 2023, "Flash-Decoding"); in
 * prefill, chunks are groups of queries.
 */
final class AttentionKernels {
    private final Module module;
    private final Simd simd;
    private final List<KvFormat> formats = new ArrayList<>();
    /** The {@link FlashAttention} of each {@link KvType} and, within a type, of each number of queries. */
    private final List<Function> attention = new ArrayList<>();

    AttentionKernels(Module module, Simd simd) {
        this.module = module;
        this.simd = simd;
        for (KvType type : KvType.values()) {
            KvFormat format = KvFormat.of(type, simd);
            formats.add(format);
            for (int queries = 1; queries <= FlashAttention.MAX_QUERIES; queries++) {
                attention.add(FlashAttention.build(module, simd, format, queries));
            }
        }
    }

    /** Builds the storing of keys and values. A chunk is a range of tokens and heads. */
    Function storeKv() {
        Kernel kernel = new Kernel(module, "store_kv");
        Function f = kernel.f;
        I32Var kvHeads = kernel.number(Command.KV_HEADS);
        I32Var headSize = kernel.number(Command.HEAD_SIZE);
        PtrVar key = kernel.pointer(Command.IN);
        PtrVar value = kernel.pointer(Command.SECOND_IN);
        CacheLayer layer = new CacheLayer(f, kernel.command);
        I32Var kvType = f.i32(kernel.command.i32(Command.KV_TYPE));
        I32Var[] range = kernel.range(kernel.rows().times(kvHeads));
        I32Var i = f.i32();
        f.count(i, range[0], range[1], 1, () -> {
            I32Var position = f.i32(kernel.control().i32(Control.POSITION).plus(i.dividedBy(kvHeads)));
            I32Var head = f.i32(i.modulo(kvHeads));
            I32Var row = f.i32(position.modulo(I32.of(KvLayout.TILE)));
            I32Var block = f.i32(row.dividedBy(KvLayout.POSITION_BLOCK));
            I32Var lane = f.i32(row.modulo(I32.of(KvLayout.POSITION_BLOCK)));
            PtrVar keyIn = f.ptr(key.plus(i, headSize.times(4)));
            PtrVar valueIn = f.ptr(value.plus(i, headSize.times(4)));
            PtrVar blockKeys = f.ptr();
            PtrVar tileValues = f.ptr();
            for (KvFormat format : formats) {
                f.ifTrue(kvType.eq(I32.of(Command.KV_TYPE.code(format.type))), () -> {
                    I32Var rowBytes = f.i32(format.rowBytes(headSize));
                    I32Var headBytes = f.i32(rowBytes.times(KvLayout.TILE));
                    I32Var slot = layer.slot(position);
                    blockKeys.set(layer.keys(slot)
                            .plus(head, headBytes)
                            .plus(block, rowBytes.times(KvLayout.POSITION_BLOCK)));
                    tileValues.set(layer.values(slot).plus(head, headBytes));
                    format.storeKey(f, keyIn, blockKeys, lane, headSize);
                    format.storeValue(f, valueIn, tileValues, row, headSize);
                });
            }
        });
        return f;
    }

    /** Builds attention of each token by itself, with results in {@link Command#SPLIT_RESULTS}. A chunk is a split of a KV head. */
    Function attentionDecode() {
        Kernel kernel = new Kernel(module, "attention_decode");
        Function f = kernel.f;
        I32Var heads = kernel.number(Command.HEADS);
        I32Var kvHeads = kernel.number(Command.KV_HEADS);
        I32Var group = f.i32(heads.dividedBy(kvHeads));
        I32Var splits = f.i32(kernel.chunks().dividedBy(kvHeads));
        I32Var kvHead = f.i32(kernel.chunk.dividedBy(splits));
        I32Var split = f.i32(kernel.chunk.modulo(splits));
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
            I32Var[] range = Kernel.range(f, tiles, split, splits);
            I32Var from = f.i32(first.plus(range[0].times(KvLayout.TILE)));
            I32Var to = f.i32(first.plus(range[1].times(KvLayout.TILE)).min(end));
            I32 splitOfToken = token.times(splits).plus(split).times(heads);
            PtrVar results = f.ptr(kernel.pointer(Command.SPLIT_RESULTS).plus(splitOfToken, resultBytes));
            f.count(query, I32.of(0), group, FlashAttention.MAX_QUERIES, () -> {
                I32Var count = f.i32(group.minus(query).min(I32.of(FlashAttention.MAX_QUERIES)));
                PtrVar result = f.ptr(results.plus(kvHead.times(group).plus(query), resultBytes));
                I32 index = token.times(group).plus(query);
                attend(kernel, count, scratch, result, index, kvHead, from, to, true);
            });
        });
        return f;
    }

    /** Calls the {@link FlashAttention} for the command's KV type and {@code count} queries. */
    private void attend(
            Kernel kernel,
            I32Var count,
            PtrVar scratch,
            PtrVar result,
            I32 firstQuery,
            I32Var kvHead,
            I32Var from,
            I32Var to,
            boolean prefetch) {
        StructPtr command = kernel.command;
        I32 prefetches = I32.of(prefetch ? 1 : 0);
        List<Runnable> cases = new ArrayList<>();
        for (Function function : attention) {
            cases.add(() -> kernel.f.call(
                    function, command.address(), scratch, result, firstQuery, kvHead, from, to, prefetches));
        }
        I32 first = command.i32(Command.KV_TYPE).times(FlashAttention.MAX_QUERIES);
        kernel.f.dispatch(first.plus(count).minus(1), cases);
    }

    /** Builds the combination of all splits' results. */
    Function combineSplits() {
        Kernel kernel = new Kernel(module, "combine_splits");
        Function f = kernel.f;
        I32Var heads = kernel.number(Command.HEADS);
        I32Var headSize = kernel.number(Command.HEAD_SIZE);
        I32Var resultBytes = f.i32(headSize.times(4).plus(Scratch.RESULT_HEADER));
        PtrVar results = kernel.pointer(Command.SPLIT_RESULTS);
        PtrVar out = kernel.pointer(Command.OUT);
        I32Var splits = kernel.number(Command.SPLITS);
        I32Var[] range = kernel.range(kernel.rows().times(heads));
        I32Var i = f.i32();
        I32Var s = f.i32();
        I32Var d = f.i32();
        f.count(i, range[0], range[1], 1, () -> {
            I32Var token = f.i32(i.dividedBy(heads));
            I32 head = i.minus(token.times(heads));
            PtrVar first = f.ptr(results.plus(token.times(splits).times(heads).plus(head), resultBytes));
            PtrVar target = f.ptr(out.plus(i, headSize.times(4)));
            I32Var stride = f.i32(heads.times(resultBytes));
            F32Var maximum = f.f32(F32.of(FlashAttention.MASKED_SCORE));
            f.count(
                    s,
                    I32.of(0),
                    splits,
                    1,
                    () -> maximum.set(maximum.max(first.plus(s, stride).f32(Scratch.MAXIMUM))));
            F32Var sum = f.f32(F32.of(0));
            f.count(s, I32.of(0), splits, 1, () -> {
                PtrVar result = f.ptr(first.plus(s, stride));
                V128Var factor = f.v128(
                        simd.exp(f, V128.f32x4Splat(result.f32(Scratch.MAXIMUM).minus(maximum))));
                F32Var scalar = f.f32(factor.f32x4ExtractLane(0));
                sum.set(sum.plus(result.f32(Scratch.SUM).times(scalar)));
                f.count(d, I32.of(0), headSize, 4, () -> {
                    V128Var term = f.v128(
                            result.plus(d.times(4)).v128(Scratch.RESULT_HEADER).f32x4Mul(factor));
                    PtrVar at = f.ptr(target.plus(d.times(4)));
                    f.ifTrue(s.ne(I32.of(0)), () -> term.set(term.f32x4Add(at.v128(0))));
                    f.store(at, 0, term);
                });
            });
            normalize(f, target, target, sum, headSize, d);
        });
        return f;
    }

    /** Computes {@code target = source / sum}, with the factor that results lack. */
    private static void normalize(Function f, PtrVar source, PtrVar target, F32 sum, I32Var headSize, I32Var d) {
        V128Var factor = f.v128(V128.f32x4Splat(F32.of(KvFormat.RESULT_FACTOR).dividedBy(sum)));
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

    /** Builds attention of a batch. A chunk takes every n-th group of up to four queries. */
    Function attentionPrefill() {
        Kernel kernel = new Kernel(module, "attention_prefill");
        Function f = kernel.f;
        I32Var heads = kernel.number(Command.HEADS);
        I32Var kvHeads = kernel.number(Command.KV_HEADS);
        I32Var headSize = kernel.number(Command.HEAD_SIZE);
        I32Var window = kernel.number(Command.WINDOW);
        I32Var position = f.i32(kernel.control().i32(Control.POSITION));
        I32Var group = f.i32(heads.dividedBy(kvHeads));
        I32Var queries = f.i32(kernel.rows().times(group));
        I32Var tiles = f.i32(queries.plus(FlashAttention.MAX_QUERIES - 1).dividedBy(FlashAttention.MAX_QUERIES));
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
            I32Var first = f.i32(item.dividedBy(kvHeads).times(FlashAttention.MAX_QUERIES));
            I32Var count = f.i32(queries.minus(first).min(I32.of(FlashAttention.MAX_QUERIES)));
            I32 oldest = position.plus(first.dividedBy(group)).plus(1).minus(window);
            I32Var from = f.i32(oldest.max(I32.of(0)).and(-KvLayout.TILE));
            I32Var to = f.i32(
                    position.plus(first.plus(count).minus(1).dividedBy(group)).plus(1));
            attend(kernel, count, scratch, results, first, kvHead, from, to, false);
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
