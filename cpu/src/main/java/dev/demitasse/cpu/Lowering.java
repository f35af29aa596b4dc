package dev.demitasse.cpu;

import dev.demitasse.cpu.layout.ActivationBlock;
import dev.demitasse.cpu.layout.Command;
import dev.demitasse.cpu.layout.Opcode;
import dev.demitasse.cpu.layout.Packing;
import dev.demitasse.cpu.layout.Scratch;
import dev.demitasse.plan.Buffer;
import dev.demitasse.plan.MemoryPlan;
import dev.demitasse.plan.Op;
import dev.demitasse.plan.Plan;
import dev.demitasse.plan.Rotary;
import dev.demitasse.plan.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Places a plan's activations in memory, and translates its operations to commands. */
final class Lowering {
    /** Addresses of the cosines and sines of the batch's angles, {@code [token][pair]} each. */
    record RotaryTable(Rotary rotary, @Nullable Weight frequencyFactors, long cosines, long sines) {}

    /** The batches that a program is for. */
    enum BatchKind {
        /** One token: matrix–vector products. */
        ONE,
        /** Up to {@link #maxOutputs} tokens, with the attention of single tokens: results equal those of {@link #ONE} bit for bit. */
        FEW,
        /** Up to a whole batch. */
        MANY
    }

    /** Enough that threads end at nearly the same time, even if one is slower. */
    private static final int CHUNKS_PER_THREAD = 4;
    /** Limits the memory for logits; callers ask for a few rows at most. */
    private static final int MAX_OUTPUTS = 16;

    private final Plan plan;
    private final int batchSize;
    private final int maxOutputs;
    private final KvCache cache;
    private final Weights weights;
    private final int threads;
    private final MemoryPlan buffers;
    private final long arena;
    private final long tokens;
    /** Address of the {@link ActivationBlock}s of one buffer. */
    private final long quantized;
    /** Address of the results of attention's splits. */
    private final long splitResults;

    private final List<RotaryTable> rotaryTables = new ArrayList<>();
    private final int maxHeadSize;

    Lowering(Plan plan, KvCache cache, int batchSize, int threads, Weights weights, MemoryLayout memory) {
        this.plan = plan;
        this.batchSize = batchSize;
        maxOutputs = Math.min(batchSize, MAX_OUTPUTS);
        this.weights = weights;
        this.threads = threads;
        this.cache = cache;
        buffers = MemoryPlan.of(plan, batchSize, maxOutputs);
        arena = memory.allocate(4L * buffers.size());
        tokens = memory.allocate(4L * batchSize);
        for (Op op : plan.body()) {
            if (op instanceof Op.Rope rope && findRotaryTable(rope) == null) {
                long bytes = 4L * batchSize * (rope.rotary().dimensions() / 2);
                rotaryTables.add(new RotaryTable(
                        rope.rotary(), rope.frequencyFactors(), memory.allocate(bytes), memory.allocate(bytes)));
            }
        }
        int headSize = 0;
        int resultsBytes = 0;
        for (Op.Attention op : plan.attention()) {
            headSize = Math.max(headSize, op.headSize());
            int tokenBytes = splits(op) * op.heads() * Scratch.resultBytes(op.headSize());
            resultsBytes = Math.max(resultsBytes, maxOutputs * tokenBytes);
        }
        maxHeadSize = headSize;
        int maxColumns = plan.weights().stream().mapToInt(Weight::columns).max().orElse(0);
        long tiles = (batchSize + ActivationBlock.TILE_ROWS - 1L) / ActivationBlock.TILE_ROWS;
        long blocks = tiles * ActivationBlock.TILE_ROWS * (maxColumns / Packing.BLOCK_COLUMNS);
        quantized = memory.allocate(blocks * ActivationBlock.BYTES);
        splitResults = memory.allocate(resultsBytes);
    }

    private @Nullable RotaryTable findRotaryTable(Op.Rope rope) {
        for (RotaryTable table : rotaryTables) {
            if (table.rotary.equals(rope.rotary()) && Objects.equals(table.frequencyFactors, rope.frequencyFactors())) {
                return table;
            }
        }
        return null;
    }

    List<RotaryTable> rotaryTables() {
        return rotaryTables;
    }

    /** Returns the address of the batch's ids, as 32-bit integers. */
    long tokens() {
        return tokens;
    }

    /** Returns the address of the first row of logits; the others follow. */
    long logits() {
        return address(plan.logits());
    }

    /** Returns the address of the first hidden state of the batch; the others follow. */
    long hidden() {
        return address(plan.hidden());
    }

    /** Returns the maximum number of tokens of a batch whose logits are computed. */
    int maxOutputs() {
        return maxOutputs;
    }

    /** Returns the bytes of scratch memory that each thread needs. */
    int scratchBytes() {
        return Scratch.bytes(maxHeadSize);
    }

    /** Returns the number of chunks of an operation that is worth dividing among threads. */
    private int chunks() {
        return threads == 1 ? 1 : CHUNKS_PER_THREAD * threads;
    }

    /** Returns the number of splits in the attention of a single token: more than 1 if there are fewer KV heads than chunks. */
    private int splits(Op.Attention op) {
        return (chunks() + op.kvHeads() - 1) / op.kvHeads();
    }

    private long address(Buffer buffer) {
        return arena + 4L * buffers.offset(buffer);
    }

    /** Translates operations, one list after the other. */
    Program program(BatchKind batch, List<List<Op>> parts) {
        Writer writer = new Writer(batch);
        for (List<Op> part : parts) {
            part.forEach(op -> op.accept(writer));
        }
        writer.program.end();
        return writer.program;
    }

    /** Adds the commands of the operations that it visits to a program. */
    private final class Writer implements Op.Visitor {
        private final Program program = new Program();
        private final BatchKind batch;
        /** The buffer that was quantized last. */
        private @Nullable Buffer quantizedBuffer;

        Writer(BatchKind batch) {
            this.batch = batch;
        }

        /** Returns the value of {@link Command#ROWS} for a buffer. */
        private int rows(Buffer buffer) {
            if (batch == BatchKind.ONE) {
                return 1;
            }
            return buffer.rows() == Buffer.Rows.LAST ? Command.AS_OUTPUTS : Command.AS_TOKENS;
        }

        private long bytes(Buffer buffer) {
            int maxRows =
                    switch (batch) {
                        case ONE -> 1;
                        case FEW -> maxOutputs;
                        case MANY -> buffer.rows() == Buffer.Rows.LAST ? maxOutputs : batchSize;
                    };
            return 4L * buffer.width() * maxRows;
        }

        /** Returns the chunks of an operation on elements, rows or heads: not worth dividing for a single token. */
        private int smallChunks() {
            return batch == BatchKind.ONE ? 1 : chunks();
        }

        private CommandBuilder command(Opcode opcode, Buffer in, Buffer out) {
            return writing(opcode, out).reads(Command.IN, address(in), bytes(in));
        }

        private CommandBuilder command(Opcode opcode, Buffer in, Buffer secondIn, Buffer out) {
            return command(opcode, in, out).reads(Command.SECOND_IN, address(secondIn), bytes(secondIn));
        }

        private CommandBuilder writing(Opcode opcode, Buffer out) {
            return new CommandBuilder(opcode)
                    .chunks(smallChunks())
                    .set(Command.ROWS, rows(out))
                    .set(Command.OUT_COLUMNS, out.width())
                    .writes(Command.OUT, address(out), bytes(out));
        }

        @Override
        public void visit(Op.Embed op) {
            Matrix table = weights.matrix(op.table(), 0, op.table().rows());
            program.add(writing(Opcode.EMBED, op.out())
                    .set(Command.IN, tokens)
                    .set(Command.WEIGHTS, table.address())
                    .set(Command.PACKING, table.packing())
                    .set(Command.COLUMNS, table.columns())
                    .set(Command.SCALE, op.scale()));
        }

        @Override
        public void visit(Op.RmsNorm op) {
            program.add(command(Opcode.RMS_NORM, op.in(), op.out())
                    .set(Command.WEIGHTS, weights.vector(op.weight()))
                    .set(Command.COLUMNS, op.weight().columns())
                    .set(Command.EPSILON, op.epsilon()));
        }

        @Override
        public void visit(Op.MatMul op) {
            Matrix matrix = weights.matrix(op.weight(), op.firstRow(), op.out().width());
            CommandBuilder command = writing(batch == BatchKind.ONE ? Opcode.MAT_VEC : Opcode.MAT_MUL, op.out())
                    .chunks(Math.min(chunks(), Packing.panels(matrix.rows())))
                    .set(Command.PACKING, matrix.packing())
                    .set(Command.COLUMNS, matrix.columns())
                    .set(Command.WEIGHTS, matrix.address());
            if (op.bias() != null) {
                command.set(Command.BIAS, weights.vector(op.bias()));
            }
            if (op.addend() != null) {
                command.reads(Command.ADDEND, address(op.addend()), bytes(op.addend()));
            }
            if (matrix.packing().isFloat()) {
                command.reads(Command.IN, address(op.in()), bytes(op.in()));
            } else {
                quantize(op.in());
                command.reads(Command.IN, quantized, quantizedBytes(op.in()));
            }
            program.add(command);
        }

        private long quantizedBytes(Buffer buffer) {
            return bytes(buffer) / 4 / Packing.BLOCK_COLUMNS * ActivationBlock.BYTES;
        }

        private void quantize(Buffer buffer) {
            if (!buffer.equals(quantizedBuffer)) {
                quantizedBuffer = buffer;
                program.add(new CommandBuilder(Opcode.QUANTIZE)
                        .chunks(smallChunks())
                        .set(Command.ROWS, rows(buffer))
                        .set(Command.COLUMNS, buffer.width())
                        .reads(Command.IN, address(buffer), bytes(buffer))
                        .writes(Command.OUT, quantized, quantizedBytes(buffer)));
            }
        }

        @Override
        public void visit(Op.Rope op) {
            RotaryTable table = findRotaryTable(op);
            if (table == null) {
                throw new IllegalArgumentException("a rotary embedding outside the plan's body");
            }
            int pairs = op.rotary().dimensions() / 2;
            boolean isNeox = op.rotary().pairing() == Rotary.Pairing.NEOX;
            program.add(command(Opcode.ROPE, op.in(), op.out())
                    .set(Command.COSINES, table.cosines)
                    .set(Command.SINES, table.sines)
                    .set(Command.COLUMNS, op.in().width())
                    .set(Command.HEAD_SIZE, op.headSize())
                    .set(Command.PAIRS, pairs)
                    .set(Command.PAIR_DISTANCE, isNeox ? pairs : 1)
                    .set(Command.PAIR_STRIDE, isNeox ? 1 : 2));
        }

        @Override
        public void visit(Op.Attention op) {
            if (batch == BatchKind.MANY) {
                program.cut(); // so that a part takes no longer than a layer
            }
            program.add(attention(new CommandBuilder(Opcode.STORE_KV), op)
                    .chunks(smallChunks())
                    .set(Command.ROWS, rows(op.key()))
                    .reads(Command.IN, address(op.key()), bytes(op.key()))
                    .reads(Command.SECOND_IN, address(op.value()), bytes(op.value()))
                    .writesCache(op.layer()));
            if (batch == BatchKind.MANY) {
                program.add(attention(command(Opcode.ATTENTION_PREFILL, op.query(), op.out()), op)
                        .readsCache(op.layer()));
            } else {
                addSplitAttention(op);
            }
        }

        private void addSplitAttention(Op.Attention op) {
            int splits = splits(op);
            int maxTokens = batch == BatchKind.ONE ? 1 : maxOutputs;
            long resultsBytes = (long) maxTokens * splits * op.heads() * Scratch.resultBytes(op.headSize());
            program.add(attention(new CommandBuilder(Opcode.ATTENTION_DECODE), op)
                    .chunks(op.kvHeads() * splits)
                    .set(Command.ROWS, rows(op.query()))
                    .reads(Command.IN, address(op.query()), bytes(op.query()))
                    .readsCache(op.layer())
                    .writes(Command.SPLIT_RESULTS, splitResults, resultsBytes));
            program.add(attention(writing(Opcode.COMBINE_SPLITS, op.out()), op)
                    .set(Command.SPLITS, splits)
                    .reads(Command.SPLIT_RESULTS, splitResults, resultsBytes));
        }

        private CommandBuilder attention(CommandBuilder command, Op.Attention op) {
            KvCache.Layer layer = cache.layer(op.layer());
            return command.set(Command.HEADS, op.heads())
                    .set(Command.KV_HEADS, op.kvHeads())
                    .set(Command.HEAD_SIZE, op.headSize())
                    .set(Command.KV_TYPE, layer.layout().type())
                    .set(Command.KEYS, layer.keys())
                    .set(Command.VALUES, layer.values())
                    .set(Command.RING_TILES, layer.ring())
                    .set(Command.TILE_STRIDE, layer.stride())
                    .set(Command.WINDOW, op.window())
                    .set(Command.SCALE, op.scale())
                    .set(Command.SOFT_CAP, op.softCap());
        }

        @Override
        public void visit(Op.GatedActivation op) {
            Opcode opcode =
                    switch (op.activation()) {
                        case SILU -> Opcode.SWIGLU;
                        case GELU_TANH -> Opcode.GEGLU;
                    };
            program.add(command(opcode, op.gate(), op.up(), op.out()).chunks(chunks()));
        }

        @Override
        public void visit(Op.SoftCap op) {
            program.add(command(Opcode.SOFT_CAP, op.in(), op.out()).set(Command.SOFT_CAP, op.cap()));
        }

        @Override
        public void visit(Op.Add op) {
            program.add(command(Opcode.ADD, op.a(), op.b(), op.out()));
        }

        @Override
        public void visit(Op.LastRows op) {
            program.add(command(Opcode.LAST_ROWS, op.in(), op.out())
                    .set(Command.COLUMNS, op.in().width()));
        }
    }
}
