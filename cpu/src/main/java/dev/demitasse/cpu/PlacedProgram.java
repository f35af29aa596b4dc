package dev.demitasse.cpu;

/**
 * A program with its place in the kernels' memory.
 *
 * @param parts addresses of its parts
 */
record PlacedProgram(Program program, long[] parts) {
    /** Allocates memory for a program. */
    static PlacedProgram in(MemoryLayout memory, Program program) {
        long address = memory.allocate(program.bytes());
        long[] parts =
                program.starts().stream().mapToLong(start -> address + start).toArray();
        return new PlacedProgram(program, parts);
    }

    void write(KernelRuntime runtime) {
        runtime.write(parts[0], program.encode());
    }
}
