package dev.demitasse.cpu;

import dev.demitasse.cpu.layout.Control;

/** Deals out addresses, one after the other. */
final class MemoryLayout {
    /** A cache line, so that threads don't meet in one. */
    private static final int ALIGNMENT = 64;

    private long end = Control.END;

    /** Address of the next {@code bytes}. */
    long allocate(long bytes) {
        long address = end;
        end = Math.addExact(end, Math.addExact(bytes, ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        return address;
    }

    /** So many bytes and what is missing to a whole cache line. */
    static int aligned(int bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Bytes of memory needed. */
    long size() {
        return end;
    }
}
