package dev.demitasse.web.store;

import dev.demitasse.web.js.Caches;
import dev.demitasse.web.js.Promises;
import dev.demitasse.web.js.Text;
import dev.demitasse.web.js.WorkerScope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.core.JSArrayReader;
import org.teavm.jso.core.JSObjects;

/** Caches of the Cache API, one for each directory. */
final class CacheStorage extends BrowserStorage {
    /** The address of the cache entries. Nothing is ever fetched from it. */
    private static final String ADDRESS = "https://models.demitasse.invalid/";

    private static final String PROBE = "probe";

    private final Caches caches;
    private final String prefix;

    private CacheStorage(Caches caches, String prefix) {
        this.caches = caches;
        this.prefix = prefix;
    }

    /** Opens the storage; returns null if the page has no caches. */
    static @Nullable CacheStorage find(String kind) {
        try {
            Caches caches = WorkerScope.getCaches();
            if (JSObjects.isUndefined(caches)) {
                return null;
            }
            Promises.await(caches.keys());
            return new CacheStorage(caches, "demitasse-" + kind + "-");
        } catch (RuntimeException e) { // in a sandbox, Chromium throws even when caches is read
            return null;
        }
    }

    /**
     * Opens a cache.
     *
     * <p>In private windows, WebKit (seen with 2.50) empties a cache when its last user closes it. A later user can add entries, but
     * reads none back. So the page, which outlives this worker, holds the cache open as well, and a cache that loses an entry is deleted
     * and created again.
     */
    @Override
    public BrowserDirectory open(String id) {
        String name = prefix + id;
        BrowserDirectory directory = new CacheDirectory(Promises.await(caches.open(name)), ADDRESS);
        if (!keeps(directory)) {
            Promises.await(caches.delete(name));
            directory = new CacheDirectory(Promises.await(caches.open(name)), ADDRESS);
        }
        WorkerScope.holdCache(name);
        return directory;
    }

    private static boolean keeps(BrowserDirectory directory) {
        if (!directory.sizes().isEmpty()) {
            return true;
        }
        directory.putText(PROBE, PROBE);
        boolean isThere = directory.text(PROBE) != null;
        directory.delete(PROBE);
        return isThere;
    }

    @Override
    public List<String> ids() {
        List<String> ids = new ArrayList<>();
        JSArrayReader<Text> names = Promises.await(caches.keys());
        for (int i = 0; i < names.getLength(); i++) {
            String name = names.get(i).toString();
            if (name.startsWith(prefix)) {
                ids.add(name.substring(prefix.length()));
            }
        }
        return ids;
    }

    @Override
    public void delete(String id) {
        Promises.await(caches.delete(prefix + id));
    }
}
