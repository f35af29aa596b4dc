package dev.demitasse.cpu;

/** A range of the kernels' memory. */
record MemoryRange(long address, long bytes) {
    boolean overlaps(MemoryRange other) {
        return address < other.address + other.bytes && other.address < address + bytes;
    }
}
