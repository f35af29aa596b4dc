package dev.demitasse.cpu;

import dev.demitasse.cpu.layout.Packing;
import java.nio.ByteBuffer;

/** The kernels: one of their modules with its memory, and the threads that run it. Addresses count bytes. */
public interface Machine {
    /** Makes machines. */
    interface Factory {
        /** Threads that a machine has. */
        int threads();

        /**
         * A machine whose memory has {@code bytes} zeros.
         *
         * @param most that it may {@link Machine#grow grow} to
         * @throws IllegalStateException if there is not so much memory to be had
         */
        Machine create(long bytes, long most);
    }

    /**
     * Adds zeros to the memory, up to {@code bytes} in all.
     *
     * @throws IllegalStateException if there is not so much memory to be had: it is as it was then
     */
    void grow(long bytes);

    /** Copies from {@code bytes}' position to its limit. */
    void write(long address, ByteBuffer bytes);

    /** Fills {@code target} from its position to its limit. */
    void read(long address, ByteBuffer target);

    void copy(long target, long source, int bytes);

    /**
     * From rows as files have them to {@code panels} panels.
     *
     * @return false if a scale is not a finite number
     */
    boolean repack(Packing packing, long source, long target, int columns, int panels);

    /** Runs, on all threads, the program that the control block names. */
    void start();

    /**
     * Whether somebody else waits for this thread now and then, who is to have a turn: then the action will be run after that; else it never is.
     */
    default boolean later(Runnable action) {
        return false;
    }
}
