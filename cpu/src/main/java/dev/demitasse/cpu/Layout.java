package dev.demitasse.cpu;

import dev.demitasse.backend.KvType;
import dev.demitasse.cpu.Lowering.BatchKind;
import dev.demitasse.cpu.layout.CacheLine;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import java.util.List;

/** Places everything that a plan needs in the kernels' memory. */
final class Layout {
    final Weights weights;
    final KvCache cache;
    final Lowering lowering;
    /** Body and head for a single token. */
    final PlacedProgram decode;
    /** Body and head for a few tokens, all of which are outputs. */
    final PlacedProgram few;
    /** The body for many tokens. */
    final PlacedProgram prefill;
    /** Body and head for many tokens, the last of which are outputs. */
    final PlacedProgram prefillWithHead;

    final PlacedProgram finalNorm;
    /** Address of the threads' scratch memory. */
    final long scratch;
    /** Bytes of each thread's scratch memory. */
    final int scratchBytes;
    /** Address of the KV cache: at the end of the memory, where it grows. */
    final long cacheAddress;

    Layout(Plan plan, int contextLength, int batchSize, KvType kvType, int threads) {
        MemoryLayout memory = new MemoryLayout();
        weights = new Weights(plan, memory);
        cache = new KvCache(plan, contextLength, batchSize, kvType);
        lowering = new Lowering(plan, cache, batchSize, threads, weights, memory);
        List<List<Op>> all = List.of(plan.body(), plan.head());
        decode = new PlacedProgram(memory, lowering.program(BatchKind.ONE, all));
        few = new PlacedProgram(memory, lowering.program(BatchKind.FEW, all));
        prefill = new PlacedProgram(memory, lowering.program(BatchKind.MANY, List.of(plan.body())));
        prefillWithHead = new PlacedProgram(memory, lowering.program(BatchKind.MANY, all));
        finalNorm = new PlacedProgram(memory, lowering.program(BatchKind.MANY, List.of(plan.finalNorm())));
        scratchBytes = (int) CacheLine.align(lowering.scratchBytes());
        scratch = memory.allocate((long) scratchBytes * threads);
        cacheAddress = memory.size();
    }

    /** Returns the bytes of memory with room for {@code positions} positions. */
    long bytes(int positions) {
        return cacheAddress + cache.bytes(positions);
    }
}
