package dev.demitasse.cpu;

import dev.demitasse.cpu.layout.Command;
import dev.demitasse.cpu.layout.Opcode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A sequence of commands, in one or more parts. Threads execute the commands between two barriers in any order. {@link #add} inserts a
 * barrier if a command conflicts with one since the last barrier: if either writes memory that the other reads or writes.
 */
final class Program {
    private final List<CommandBuilder> commands = new ArrayList<>();
    private final List<Integer> starts = new ArrayList<>(List.of(0));
    private final List<MemoryRange> read = new ArrayList<>();
    private final List<MemoryRange> written = new ArrayList<>();

    void add(CommandBuilder command) {
        if (overlap(command.reads(), written)
                || overlap(command.writes(), written)
                || overlap(command.writes(), read)) {
            addBarrier();
        }
        read.addAll(command.reads());
        written.addAll(command.writes());
        commands.add(command);
    }

    private void addBarrier() {
        int since = 0;
        while (since < commands.size() && isWork(commands.get(commands.size() - 1 - since))) {
            since++;
        }
        commands.add(new CommandBuilder(Opcode.BARRIER).set(Command.CHUNKS, since));
        read.clear();
        written.clear();
    }

    private static boolean isWork(CommandBuilder command) {
        return command.opcode() != Opcode.BARRIER && command.opcode() != Opcode.END;
    }

    private static boolean overlap(List<MemoryRange> some, List<MemoryRange> others) {
        for (MemoryRange one : some) {
            for (MemoryRange other : others) {
                if (one.overlaps(other)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Ends the program, or a part of it: a thread that reaches the end finds all commands done. */
    void end() {
        addBarrier();
        commands.add(new CommandBuilder(Opcode.END));
    }

    /** Ends the current part; the commands added next are a part of their own, which is started separately. */
    void cut() {
        end();
        starts.add(bytes());
    }

    /** Returns the offset of each part in bytes. */
    List<Integer> starts() {
        return starts;
    }

    int bytes() {
        return commands.size() * Command.BYTES;
    }

    /** Returns the program in a direct buffer. */
    ByteBuffer encode() {
        ByteBuffer all = ByteBuffer.allocateDirect(bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (CommandBuilder command : commands) {
            command.encode(all);
        }
        all.rewind();
        return all;
    }
}
