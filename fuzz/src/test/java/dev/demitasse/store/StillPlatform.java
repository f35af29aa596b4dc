package dev.demitasse.store;

/** A platform whose time stands still, without a network. */
final class StillPlatform implements Platform {
    @Override
    public HttpExchange get(String url, long from, long to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isReachable(String url) {
        return false;
    }

    @Override
    public Lock takeLock(String id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Lock takeLockNow(String id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void start(Runnable action) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void sleep(int milliseconds) {}

    @Override
    public long now() {
        return 0;
    }

    @Override
    public Condition condition() {
        throw new UnsupportedOperationException();
    }
}
