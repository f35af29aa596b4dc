package dev.demitasse.store;

import org.jspecify.annotations.Nullable;

/** The network, locks, threads and clock of a download. The browser provides them; tests simulate them. */
public interface Platform {
    /**
     * Creates a GET request, which is not sent yet.
     *
     * @param from first byte
     * @param to last byte; negative for the end of the file
     */
    HttpExchange get(String url, long from, long to);

    /** Returns whether a server answers requests for an address, even if the page may not read the answers. Waits for the answer. */
    boolean isReachable(String url);

    /** Waits for a lock and takes it. One tab at a time has the lock of an id. */
    Lock takeLock(String id);

    /** Takes a lock, or returns null if another tab or worker holds it. */
    @Nullable
    Lock takeLockNow(String id);

    /** Runs an action in a new thread. Threads are cooperative: one of a tab's threads runs at a time, until it waits. */
    void start(Runnable action);

    /** Lets other threads run for the given time. */
    void sleep(int milliseconds);

    /** Returns the time in milliseconds since 1970. */
    long now();

    /** Creates a condition for which threads can wait. */
    Condition condition();

    /** A lock that was taken. It is released when the tab ends. */
    interface Lock {
        void release();
    }

    /** Wakes threads that wait for a change. */
    interface Condition {
        /** Waits for the next {@link #fire}. */
        void await();

        /** Wakes all waiting threads. */
        void fire();
    }
}
