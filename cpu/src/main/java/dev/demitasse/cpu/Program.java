package dev.demitasse.cpu;

import dev.demitasse.cpu.layout.Command;
import dev.demitasse.cpu.layout.Opcode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands in the making. A barrier comes before a command that touches what one since the last barrier wrote, or writes what
 * one read: threads run apart from each other in between.
 */
final class Program {
    private record Range(long address, long bytes) {
        boolean meets(Range other) {
            return address < other.address + other.bytes && other.address < address + bytes;
        }
    }

    /** One command: its fields, and the memory it reads and writes. */
    static final class Line {
        private final Opcode opcode;
        /** Not direct: TeaVM's direct buffers don't begin as zeros. */
        private final ByteBuffer fields = ByteBuffer.allocate(Command.BYTES).order(ByteOrder.LITTLE_ENDIAN);

        private final List<Range> reads = new ArrayList<>();
        private final List<Range> writes = new ArrayList<>();

        Line(Opcode opcode) {
            this.opcode = opcode;
            fields.putInt(Command.OPCODE, opcode.ordinal());
            chunks(1);
        }

        /** @param count pieces that threads may do side by side; no more than there can be are made */
        Line chunks(int count) {
            return with(Command.CHUNKS, Math.max(1, Math.min(count, Command.MOST_CHUNKS)));
        }

        Line with(int field, int value) {
            fields.putInt(field, value);
            return this;
        }

        Line with(int field, float value) {
            fields.putFloat(field, value);
            return this;
        }

        Line address(int field, long address) {
            fields.putLong(field, address);
            return this;
        }

        boolean isWork() {
            return opcode != Opcode.BARRIER && opcode != Opcode.END;
        }

        /** An address from which so many bytes are read. */
        Line reads(int field, long address, long bytes) {
            reads.add(new Range(address, bytes));
            return address(field, address);
        }

        Line writes(int field, long address, long bytes) {
            writes.add(new Range(address, bytes));
            return address(field, address);
        }

        /** Reads a layer's keys and values, which lie apart from all that has an address. */
        Line readsCache(int layer) {
            reads.add(cache(layer));
            return this;
        }

        Line writesCache(int layer) {
            writes.add(cache(layer));
            return this;
        }

        private static Range cache(int layer) {
            return new Range(Long.MIN_VALUE + layer, 1);
        }
    }

    private final List<Line> lines = new ArrayList<>();
    private final List<Integer> starts = new ArrayList<>(List.of(0));
    private final List<Range> read = new ArrayList<>();
    private final List<Range> written = new ArrayList<>();

    void add(Line line) {
        if (meet(line.reads, written) || meet(line.writes, written) || meet(line.writes, read)) {
            lines.add(barrier());
            read.clear();
            written.clear();
        }
        read.addAll(line.reads);
        written.addAll(line.writes);
        lines.add(line);
    }

    private Line barrier() {
        int since = 0;
        while (since < lines.size() && lines.get(lines.size() - 1 - since).isWork()) {
            since++;
        }
        return new Line(Opcode.BARRIER).with(Command.CHUNKS, since);
    }

    private static boolean meet(List<Range> some, List<Range> others) {
        for (Range one : some) {
            for (Range other : others) {
                if (one.meets(other)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Ends the program, or a part of it: all is done when a thread is. */
    void end() {
        lines.add(barrier());
        lines.add(new Line(Opcode.END));
    }

    /** What comes next is a part of its own, to be started when the one before has ended. */
    void cut() {
        end();
        starts.add(bytes());
        read.clear();
        written.clear();
    }

    /** Where the parts begin. */
    List<Integer> starts() {
        return starts;
    }

    int bytes() {
        return lines.size() * Command.BYTES;
    }

    ByteBuffer encode() {
        ByteBuffer all = ByteBuffer.allocateDirect(bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (Line line : lines) {
            for (int i = 0; i < Command.BYTES; i += Long.BYTES) {
                all.putLong(line.fields.getLong(i));
            }
        }
        all.rewind();
        return all;
    }
}
