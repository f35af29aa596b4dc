package dev.demitasse.web.store;

import dev.demitasse.store.Platform;
import dev.demitasse.web.js.Locks;
import dev.demitasse.web.js.Promises;
import dev.demitasse.web.js.WorkerScope;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSObjects;
import org.teavm.jso.core.JSPromise;
import org.teavm.jso.function.JSConsumer;

/** A Web Lock on a directory: one tab at a time may write to it. The browser releases it when the worker ends. */
final class WebLock implements Platform.Lock {
    private @Nullable JSConsumer<JSObject> release;

    private WebLock() {}

    /** Waits for a lock and takes it. */
    static WebLock take(String id) {
        WebLock lock = new WebLock();
        lock.request(id, true);
        return lock;
    }

    /** Takes a lock, or returns null if another tab or worker holds it. */
    static @Nullable WebLock takeNow(String id) {
        WebLock lock = new WebLock();
        lock.request(id, false);
        return lock.release == null ? null : lock;
    }

    private void request(String id, boolean wait) {
        Locks locks = WorkerScope.getNavigator().getLocks();
        if (JSObjects.isUndefined(locks)) {
            release = ignored -> {}; // without locks, two tabs may write to the same chunks
            return;
        }
        Locks.Options options = JSObjects.create();
        options.setIfAvailable(!wait);
        Promises.await(new JSPromise<JSObject>((resolve, reject) -> locks.request("demitasse " + id, options, held -> {
                    resolve.accept(null);
                    return held == null ? JSPromise.resolve(null) : new JSPromise<>((done, failed) -> release = done);
                })
                .catchError(reason -> {
                    reject.accept(reason);
                    return null;
                })));
    }

    @Override
    public void release() {
        if (release != null) {
            release.accept(null);
            release = null;
        }
    }
}
