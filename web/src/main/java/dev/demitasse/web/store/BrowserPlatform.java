package dev.demitasse.web.store;

import dev.demitasse.store.HttpExchange;
import dev.demitasse.store.Platform;
import dev.demitasse.web.js.Promises;
import org.jspecify.annotations.Nullable;

/** The worker's network, locks, threads and clock. */
final class BrowserPlatform implements Platform {
    private final @Nullable HubToken token;

    BrowserPlatform(@Nullable HubToken token) {
        this.token = token;
    }

    @Override
    public HttpExchange get(String url, long from, long to) {
        return new BrowserExchange(url, from, to, token == null ? null : token.authorization(url));
    }

    @Override
    public boolean isReachable(String url) {
        return BrowserExchange.isReachable(url);
    }

    @Override
    public Lock takeLock(String id) {
        return WebLock.take(id);
    }

    @Override
    public @Nullable Lock takeLockNow(String id) {
        return WebLock.takeNow(id);
    }

    @Override
    public void start(Runnable action) {
        new Thread(action).start();
    }

    @Override
    public void sleep(int milliseconds) {
        Promises.sleep(milliseconds);
    }

    @Override
    public long now() {
        return System.currentTimeMillis();
    }

    @Override
    public Condition condition() {
        return new Signal();
    }
}
