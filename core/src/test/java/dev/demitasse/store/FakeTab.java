package dev.demitasse.store;

import java.util.HashMap;
import java.util.Map;

/** A tab of a browser: a platform whose threads can be killed. Tabs share a server, a disk and locks. */
final class FakeTab implements Platform {
    /** The tabs of one browser. */
    static final class Browser {
        final Simulation simulation;
        final FakeServer server;
        final FakeDisk disk;
        private final Map<String, FakeTab> locks = new HashMap<>();
        private final Condition unlocked;

        Browser(Simulation simulation, FakeServer server, FakeDisk disk) {
            this.simulation = simulation;
            this.server = server;
            this.disk = disk;
            unlocked = simulation.condition();
        }
    }

    private final Browser browser;
    private final Simulation simulation;
    private final Simulation.Process process = new Simulation.Process();

    FakeTab(Browser browser) {
        this.browser = browser;
        simulation = browser.simulation;
    }

    /** Lets other threads run, as an asynchronous operation does. */
    void step() {
        simulation.step();
    }

    /** Ends the tab. Its locks are released, and its files are closed. */
    void kill() {
        browser.locks.values().removeIf(owner -> owner == this);
        browser.disk.closeAll(this);
        browser.unlocked.fire();
        simulation.kill(process);
    }

    Simulation simulation() {
        return simulation;
    }

    @Override
    public HttpExchange get(String url, long from, long to) {
        return browser.server.get(this, url, from, to);
    }

    @Override
    public boolean isReachable(String url) {
        step();
        return browser.server.isReachable();
    }

    @Override
    public Lock takeLock(String id) {
        step();
        while (browser.locks.containsKey(id)) {
            browser.unlocked.await();
        }
        return lock(id);
    }

    @Override
    public Lock takeLockNow(String id) {
        step();
        return browser.locks.containsKey(id) ? null : lock(id);
    }

    private Lock lock(String id) {
        browser.locks.put(id, this);
        return () -> {
            if (browser.locks.remove(id, this)) {
                browser.unlocked.fire();
            }
        };
    }

    @Override
    public void start(Runnable action) {
        simulation.start(process, action);
    }

    @Override
    public void sleep(int milliseconds) {
        simulation.sleep(milliseconds);
    }

    @Override
    public long now() {
        return simulation.now();
    }

    @Override
    public Condition condition() {
        return simulation.condition();
    }
}
