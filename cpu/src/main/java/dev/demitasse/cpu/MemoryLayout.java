package dev.demitasse.cpu;

import dev.demitasse.cpu.layout.CacheLine;
import dev.demitasse.cpu.layout.Control;

/** Assigns addresses in the kernels' memory, one after the other, each at the start of a cache line. */
final class MemoryLayout {
    private long end = Control.BYTES;

    /** Returns the address of {@code bytes} bytes that were free. */
    long allocate(long bytes) {
        long address = end;
        end = Math.addExact(end, CacheLine.align(bytes));
        return address;
    }

    /** Returns the bytes of memory that are in use. */
    long size() {
        return end;
    }
}
