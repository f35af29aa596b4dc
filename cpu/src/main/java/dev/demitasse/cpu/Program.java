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

        /** An address from which so many bytes are read. */
        Line reads(int field, long address, long bytes) {
            reads.add(new Range(address, bytes));
            return address(field, address);
        }

        Line writes(int field, long address, long bytes) {
            writes.add(new Range(address, bytes));
            return address(field, address);
        }
    }

    private final List<Line> lines = new ArrayList<>();
    private final List<Range> read = new ArrayList<>();
    private final List<Range> written = new ArrayList<>();

    void add(Line line) {
        if (meet(line.reads, written) || meet(line.writes, written) || meet(line.writes, read)) {
            lines.add(new Line(Opcode.BARRIER));
            read.clear();
            written.clear();
        }
        read.addAll(line.reads);
        written.addAll(line.writes);
        lines.add(line);
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

    /** Bytes of the program, with its end. */
    int bytes() {
        return (lines.size() + 2) * Command.BYTES;
    }

    List<Opcode> opcodes() {
        return lines.stream().map(line -> line.opcode).toList();
    }

    /** The commands; the last but one is a barrier, so that all is done when a thread is. */
    ByteBuffer encode() {
        ByteBuffer all = ByteBuffer.allocateDirect(bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (Line line : lines) {
            for (int i = 0; i < Command.BYTES; i += Long.BYTES) {
                all.putLong(line.fields.getLong(i));
            }
        }
        all.putLong(all.position(), Opcode.BARRIER.ordinal());
        all.putLong(all.position() + Command.BYTES, Opcode.END.ordinal());
        all.rewind();
        return all;
    }
}
