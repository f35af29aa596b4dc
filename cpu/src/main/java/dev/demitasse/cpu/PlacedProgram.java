package dev.demitasse.cpu;

/** A program with its place in the kernels' memory. */
final class PlacedProgram {
    private final Program program;
    private final long[] parts;

    /** Allocates memory for a program. */
    PlacedProgram(MemoryLayout memory, Program program) {
        this.program = program;
        long address = memory.allocate(program.bytes());
        parts = program.starts().stream().mapToLong(start -> address + start).toArray();
    }

    /** Returns the addresses of the program's parts, in order. */
    long[] parts() {
        return parts;
    }

    void write(KernelRuntime runtime) {
        runtime.write(parts[0], program.encode());
    }
}
