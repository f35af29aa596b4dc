package dev.demitasse.web.store;

import dev.demitasse.store.PartialChunk;
import dev.demitasse.web.js.Blob;
import dev.demitasse.web.js.Caches;
import dev.demitasse.web.js.JsException;
import dev.demitasse.web.js.Promises;
import dev.demitasse.web.js.Response;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.core.JSArrayReader;
import org.teavm.jso.core.JSObjects;
import org.teavm.jso.core.JSString;

/** A cache of the Cache API, used where there is no private file system. It accepts complete chunks only. */
final class CacheDirectory implements BrowserDirectory {
    private final Caches.Cache cache;
    private final String prefix;

    /**
     * Creates a view of a cache.
     *
     * @param prefix the address that precedes each name in the cache
     */
    CacheDirectory(Caches.Cache cache, String prefix) {
        this.cache = cache;
        this.prefix = prefix;
    }

    @Override
    public void putText(String name, String text) {
        JSArray<JSObject> parts = new JSArray<>();
        parts.push(JSString.valueOf(text));
        put(name, new Blob(parts));
    }

    private void put(String name, Blob blob) {
        try {
            Promises.await(cache.put(prefix + name, new Response(blob)));
        } catch (JsException e) {
            throw BrowserStorage.failure(e);
        }
    }

    @Override
    public @Nullable Blob blob(String name) {
        Response response = Promises.await(cache.match(prefix + name));
        return response == null || JSObjects.isUndefined(response) ? null : Promises.await(response.blob());
    }

    @Override
    public PartialChunk partialChunk(String name) {
        return new MemoryPartialChunk() {
            @Override
            void put(HeldBytes chunk) {
                Blob blob = chunk.blob();
                chunk.free();
                CacheDirectory.this.put(name, blob);
            }
        };
    }

    @Override
    public Map<String, Long> sizes() {
        Map<String, Long> sizes = new HashMap<>();
        JSArrayReader<Caches.Key> keys = Promises.await(cache.keys());
        for (int i = 0; i < keys.getLength(); i++) {
            String name = keys.get(i).getUrl().substring(prefix.length());
            Blob blob = blob(name);
            if (blob != null) {
                sizes.put(name, (long) blob.getSize());
            }
        }
        return sizes;
    }

    @Override
    public void delete(String name) {
        Promises.await(cache.delete(prefix + name));
    }

    @Override
    public boolean lasts() {
        return true;
    }
}
