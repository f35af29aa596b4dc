package dev.demitasse.store;

import org.jspecify.annotations.Nullable;

/** The lock of a model's directory. Only the tab that has it writes to the directory. */
final class DirectoryLock {
    private final Platform platform;
    private final String id;
    private Platform.@Nullable Lock lock;

    DirectoryLock(Platform platform, String id) {
        this.platform = platform;
        this.id = id;
    }

    /** Returns whether this tab has the lock. */
    boolean isTaken() {
        return lock != null;
    }

    /**
     * Waits for the lock and takes it.
     *
     * @param whileWaiting runs in a thread if another tab has the lock
     */
    void take(Runnable whileWaiting) {
        lock = platform.takeLockNow(id);
        if (lock == null) {
            platform.start(whileWaiting);
            lock = platform.takeLock(id);
        }
    }

    /** Runs an action with the lock, unless another tab has it. */
    void runIfFree(Runnable action) {
        if (lock != null) {
            action.run();
            return;
        }
        Platform.Lock taken = platform.takeLockNow(id);
        if (taken != null) {
            try {
                action.run();
            } finally {
                taken.release();
            }
        }
    }

    /** Releases the lock if this tab has it. */
    void release() {
        if (lock != null) {
            lock.release();
            lock = null;
        }
    }
}
