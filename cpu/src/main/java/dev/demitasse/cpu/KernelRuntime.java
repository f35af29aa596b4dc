package dev.demitasse.cpu;

import dev.demitasse.cpu.layout.Packing;
import java.nio.ByteBuffer;

/** An instance of the kernels with its memory and its threads. Addresses count bytes. */
public interface KernelRuntime {
    /** Creates runtimes. */
    interface Factory {
        /** Returns the number of threads of a runtime. */
        int threads();

        /**
         * Creates a runtime with {@code bytes} bytes of memory, all 0.
         *
         * @param maxBytes the size up to which the memory may {@link KernelRuntime#grow grow}
         * @throws IllegalStateException if the memory is not available
         */
        KernelRuntime create(long bytes, long maxBytes);
    }

    /**
     * Grows the memory to {@code bytes} bytes; the new ones are 0.
     *
     * @throws IllegalStateException if the memory is not available; it is unchanged then
     */
    void grow(long bytes);

    /** Copies {@code bytes} from position to limit into the memory. */
    void write(long address, ByteBuffer bytes);

    /** Fills {@code target} from position to limit. */
    void read(long address, ByteBuffer target);

    /** Copies bytes within the memory. */
    void copy(long target, long source, int bytes);

    /**
     * Packs {@code panels} panels of rows in a file's layout.
     *
     * @return false if a scale is not a finite number
     */
    boolean repack(Packing packing, long source, long target, int columns, int panels);

    /** Runs the program that the control block names, on all threads, and waits for it. */
    void start();

    /**
     * Lets other tasks of the calling thread run, if there may be any, and then runs {@code action}.
     *
     * @return false if the thread has no other tasks; {@code action} is not run then
     */
    default boolean yieldThen(Runnable action) {
        return false;
    }
}
