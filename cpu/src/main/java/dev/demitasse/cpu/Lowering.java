package dev.demitasse.cpu;

import dev.demitasse.cpu.Program.Line;
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
import org.jspecify.annotations.Nullable;

/** Gives everything that a plan needs an address, and turns its operations into commands. */
final class Lowering {
    /** Angles of the batch's positions, {@code [token, pairs]} each. */
    record RotaryTable(Rotary rotary, @Nullable Weight frequencyFactors, long cosines, long sines) {}

    private static final int CHUNKS_PER_THREAD = 4;
    /** More would take memory that nobody needs. */
    private static final int MOST_LOGIT_ROWS = 16;

    private final Plan plan;
    private final int batchSize;
    private final int logitRows;
    private final KvCache cache;
    private final Weights weights;
    private final MemoryPlan buffers;
    private final long arena;
    private final long tokens;
    private final long quantized;
    private final long results;
    private final List<RotaryTable> rotaryTables = new ArrayList<>();
    private final int threads;
    private final int headSize;

    Lowering(Plan plan, KvCache cache, int batchSize, int threads, Weights weights, MemoryLayout memory) {
        this.plan = plan;
        this.batchSize = batchSize;
        logitRows = Math.min(batchSize, MOST_LOGIT_ROWS);
        this.weights = weights;
        this.threads = threads;
        this.cache = cache;
        buffers = MemoryPlan.of(plan, batchSize, logitRows);
        arena = memory.allocate(4L * buffers.size());
        tokens = memory.allocate(4L * batchSize);
        int widest = 0;
        int largestHead = 0;
        int mostResults = 0;
        for (Op op : plan.body()) {
            if (op instanceof Op.Rope rope) {
                addRotaryTable(rope, memory);
            } else if (op instanceof Op.Attention attention) {
                largestHead = Math.max(largestHead, attention.headSize());
                int resultBytes = attention.heads() * Scratch.resultBytes(attention.headSize());
                mostResults = Math.max(mostResults, logitRows * shares(attention) * resultBytes);
            }
        }
        for (Weight weight : plan.weights()) {
            widest = Math.max(widest, weight.columns());
        }
        headSize = largestHead;
        long tiles = (batchSize + ActivationBlock.TILE_ROWS - 1) / ActivationBlock.TILE_ROWS;
        long quantizedBytes =
                tiles * ActivationBlock.TILE_ROWS * (widest / Packing.BLOCK_COLUMNS) * ActivationBlock.BYTES;
        quantized = memory.allocate(quantizedBytes);
        results = memory.allocate(mostResults);
    }

    private void addRotaryTable(Op.Rope rope, MemoryLayout memory) {
        for (RotaryTable table : rotaryTables) {
            if (table.rotary == rope.rotary() && table.frequencyFactors == rope.frequencyFactors()) {
                return;
            }
        }
        long bytes = 4L * batchSize * (rope.rotary().dimensions() / 2);
        rotaryTables.add(new RotaryTable(
                rope.rotary(), rope.frequencyFactors(), memory.allocate(bytes), memory.allocate(bytes)));
    }

    private RotaryTable rotaryTable(Op.Rope rope) {
        for (RotaryTable table : rotaryTables) {
            if (table.rotary == rope.rotary() && table.frequencyFactors == rope.frequencyFactors()) {
                return table;
            }
        }
        throw new IllegalStateException("every rotary embedding has a table");
    }

    List<RotaryTable> rotaryTables() {
        return rotaryTables;
    }

    /** Where the batch's ids go, as 32-bit integers. */
    long tokens() {
        return tokens;
    }

    /** Where the first row of logits is; the others follow. */
    long logits() {
        return address(plan.logits());
    }

    /** Where the first of the batch's hidden states is; the others follow. */
    long hidden() {
        return address(plan.hidden());
    }

    int maxOutputs() {
        return logitRows;
    }

    /** Bytes that each thread needs for itself. */
    int scratchBytes() {
        return Scratch.bytes(headSize);
    }

    /** Chunks of an operation that is worth sharing: so many that threads end together, though one may be slower. */
    private int chunks() {
        return threads == 1 ? 1 : CHUNKS_PER_THREAD * threads;
    }

    /** Shares of the positions in one token's attention, where there are fewer KV heads than chunks wanted. */
    private int shares(Op.Attention op) {
        return (chunks() + op.kvHeads() - 1) / op.kvHeads();
    }

    private long address(Buffer buffer) {
        return arena + 4L * buffers.offset(buffer);
    }

    /**
     * Parts of the plan as commands.
     *
     * @param parts one after the other
     */
    Program program(Batch batch, List<List<Op>> parts) {
        Writer writer = new Writer(batch);
        for (List<Op> part : parts) {
            part.forEach(writer::add);
        }
        writer.program.end();
        return writer.program;
    }

    /** Tokens that a program is for. */
    enum Batch {
        /** One: matrix–vector products, and attention shared out by positions. */
        ONE,
        /** Up to {@link #logitRows}: attention of each as if it were alone. So results are those of single tokens, to the last bit. */
        FEW,
        /** Up to all of a batch. */
        MANY
    }

    private final class Writer {
        private final Program program = new Program();
        private final Batch batch;
        /** The buffer of which the quantized copy is. */
        private @Nullable Buffer inCopy;

        Writer(Batch batch) {
            this.batch = batch;
        }

        /** For the commands' field. */
        private int rows(Buffer buffer) {
            if (batch == Batch.ONE) {
                return 1;
            }
            return buffer.rows() == Buffer.Rows.LAST ? Command.AS_LOGITS : Command.AS_TOKENS;
        }

        private long bytes(Buffer buffer) {
            int most =
                    switch (batch) {
                        case ONE -> 1;
                        case FEW -> logitRows;
                        case MANY -> buffer.rows() == Buffer.Rows.LAST ? logitRows : batchSize;
                    };
            return 4L * buffer.width() * most;
        }

        /** Chunks of an operation on single elements, rows or heads: not worth sharing for one token. */
        private int smallChunks() {
            return batch == Batch.ONE ? 1 : chunks();
        }

        private Line line(Opcode opcode, Buffer out) {
            return new Line(opcode)
                    .chunks(smallChunks())
                    .with(Command.ROWS, rows(out))
                    .with(Command.OUT_COLUMNS, out.width())
                    .writes(Command.OUT, address(out), bytes(out));
        }

        private Line reading(Line line, int field, Buffer buffer) {
            return line.reads(field, address(buffer), bytes(buffer));
        }

        void add(Op op) {
            if (op instanceof Op.Embed embed) {
                Matrix table = weights.matrix(embed.table(), 0, embed.table().rows());
                program.add(line(Opcode.EMBED, op.out())
                        .address(Command.IN, tokens)
                        .address(Command.WEIGHTS, table.address())
                        .with(Command.PACKING, table.packing().ordinal())
                        .with(Command.COLUMNS, table.columns())
                        .with(Command.SCALE, embed.scale()));
            } else if (op instanceof Op.RmsNorm norm) {
                program.add(reading(line(Opcode.RMS_NORM, op.out()), Command.IN, norm.in())
                        .address(Command.WEIGHTS, weights.vector(norm.weight()))
                        .with(Command.COLUMNS, norm.weight().columns())
                        .with(Command.SCALE, norm.epsilon()));
            } else if (op instanceof Op.MatMul matMul) {
                addMatMul(matMul);
            } else if (op instanceof Op.Rope rope) {
                addRope(rope);
            } else if (op instanceof Op.Attention attention) {
                if (batch == Batch.MANY) {
                    program.cut(); // a layer is as much as others should have to wait for
                }
                addAttention(attention);
            } else if (op instanceof Op.GatedActivation gated) {
                Opcode opcode =
                        switch (gated.activation()) {
                            case SILU -> Opcode.GATED_SILU;
                            case GELU_TANH -> Opcode.GATED_GELU;
                        };
                Line line = reading(line(opcode, op.out()).chunks(chunks()), Command.IN, gated.gate());
                program.add(reading(line, Command.OTHER, gated.up()));
            } else if (op instanceof Op.SoftCap softCap) {
                Line line = reading(line(Opcode.SOFT_CAP, op.out()), Command.IN, softCap.in());
                program.add(line.with(Command.SCALE, softCap.cap()));
            } else if (op instanceof Op.Add add) {
                Line line = reading(line(Opcode.ADD, op.out()), Command.IN, add.a());
                program.add(reading(line, Command.OTHER, add.b()));
            } else if (op instanceof Op.LastRows lastRows) {
                program.add(reading(line(Opcode.LAST_ROWS, op.out()), Command.IN, lastRows.in())
                        .with(Command.COLUMNS, lastRows.in().width()));
            } else {
                throw new IllegalArgumentException("unknown operation " + op);
            }
        }

        private void addMatMul(Op.MatMul op) {
            Matrix matrix = weights.matrix(op.weight(), op.firstRow(), op.out().width());
            Line line = line(batch == Batch.ONE ? Opcode.MAT_VEC : Opcode.MAT_MUL, op.out())
                    .chunks(Math.min(chunks(), Packing.panels(matrix.rows())))
                    .with(Command.PACKING, matrix.packing().ordinal())
                    .with(Command.COLUMNS, matrix.columns())
                    .address(Command.WEIGHTS, matrix.address());
            if (op.bias() != null) {
                line.address(Command.BIAS, weights.vector(op.bias()));
            }
            if (op.addend() != null) {
                reading(line, Command.ADDEND, op.addend());
            }
            if (matrix.packing().isFloat()) {
                reading(line, Command.IN, op.in());
            } else {
                quantize(op.in());
                line.reads(Command.IN, quantized, quantizedBytes(op.in()));
            }
            program.add(line);
        }

        private long quantizedBytes(Buffer buffer) {
            return bytes(buffer) / 4 / Packing.BLOCK_COLUMNS * ActivationBlock.BYTES;
        }

        private void quantize(Buffer buffer) {
            if (!buffer.equals(inCopy)) {
                inCopy = buffer;
                program.add(reading(new Line(Opcode.QUANTIZE).chunks(smallChunks()), Command.IN, buffer)
                        .with(Command.ROWS, rows(buffer))
                        .with(Command.COLUMNS, buffer.width())
                        .writes(Command.OUT, quantized, quantizedBytes(buffer)));
            }
        }

        private void addRope(Op.Rope op) {
            RotaryTable table = rotaryTable(op);
            int pairs = op.rotary().dimensions() / 2;
            boolean halves = op.rotary().pairing() == Rotary.Pairing.NEOX;
            program.add(reading(line(Opcode.ROPE, op.out()), Command.IN, op.in())
                    .address(Command.WEIGHTS, table.cosines)
                    .address(Command.OTHER, table.sines)
                    .with(Command.COLUMNS, op.in().width())
                    .with(Command.HEAD_SIZE, op.headSize())
                    .with(Command.PAIRS, pairs)
                    .with(Command.PARTNER, halves ? pairs : 1)
                    .with(Command.STEP, halves ? 1 : 2));
        }

        private void addAttention(Op.Attention op) {
            Line store = new Line(Opcode.STORE_KV).chunks(smallChunks()).with(Command.ROWS, rows(op.key()));
            reading(store, Command.IN, op.key());
            reading(store, Command.OTHER, op.value());
            program.add(heads(store, op).writesCache(op.layer()));
            if (batch != Batch.MANY) {
                int shares = shares(op);
                int tokens = batch == Batch.ONE ? 1 : logitRows;
                long resultBytes = (long) tokens * shares * op.heads() * Scratch.resultBytes(op.headSize());
                Line attend =
                        reading(new Line(Opcode.ATTEND_EACH).chunks(op.kvHeads() * shares), Command.IN, op.query());
                program.add(heads(attend, op)
                        .with(Command.ROWS, rows(op.query()))
                        .readsCache(op.layer())
                        .writes(Command.OTHER, results, resultBytes));
                program.add(heads(line(Opcode.COMBINE, op.out()), op)
                        .with(Command.SHARES, shares)
                        .reads(Command.OTHER, results, resultBytes));
            } else {
                Line attend = reading(line(Opcode.ATTEND_BATCH, op.out()), Command.IN, op.query());
                program.add(heads(attend, op).readsCache(op.layer()));
            }
        }

        private Line heads(Line line, Op.Attention op) {
            KvCache.Layer layer = cache.layer(op.layer());
            return line.with(Command.HEADS, op.heads())
                    .with(Command.KV_HEADS, op.kvHeads())
                    .with(Command.HEAD_SIZE, op.headSize())
                    .with(Command.KV_TYPE, layer.layout().type().ordinal())
                    .address(Command.KEYS, layer.keys())
                    .address(Command.VALUES, layer.values())
                    .with(Command.RING, layer.ring())
                    .with(Command.TILE_STRIDE, layer.stride())
                    .with(Command.WINDOW, op.window())
                    .with(Command.SCALE, op.scale())
                    .with(Command.SOFT_CAP, op.softCap());
        }
    }
}
